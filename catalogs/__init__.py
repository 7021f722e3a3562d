"""What was observed: galaxies, mosaics, bands, renditions, tiles, catalogues, sources."""
