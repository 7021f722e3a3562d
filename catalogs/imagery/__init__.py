"""Imagery without Django: from FITS bands to science COGs, display pyramids, tiles, sky grids and detections."""
