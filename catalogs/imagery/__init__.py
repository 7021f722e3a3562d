"""Imagery without Django: from FITS bands to science COGs, display pyramids, tiles, sky grids and detections."""

from catalogs.imagery.quickimports import without_boto3

# Before any module here does.
with without_boto3():
    import rasterio  # noqa: F401
