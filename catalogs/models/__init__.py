"""Galaxies and their teams; immutable mosaics with bands and renditions; catalogues and sources."""

from catalogs.models.catalog import Catalog, Source
from catalogs.models.galaxy import Galaxy
from catalogs.models.mosaic import Band, Mosaic, Rendition
from catalogs.models.region import Region
from catalogs.models.release import Release
from catalogs.models.stretch import Stretch

__all__ = ["Band", "Catalog", "Galaxy", "Mosaic", "Region", "Release", "Rendition", "Source", "Stretch"]
