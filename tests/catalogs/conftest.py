"""What tests of ingest start from."""

import pytest

from tests.world import write_band


@pytest.fixture
def images(tmp_path, settings):
    """An image storage of the test's own."""
    folder = tmp_path / "images"
    settings.STORAGES = settings.STORAGES | {"images": settings.STORAGES["images"] | {"OPTIONS": {"location": folder}}}
    return folder


@pytest.fixture
def band(tmp_path, images):
    return write_band(tmp_path / "v.fits", FILTER="F555W", PHOTFLAM=1.8e-19, PHOTPLAM=5308.0, EXPTIME=1000.0)
