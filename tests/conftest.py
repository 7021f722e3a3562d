"""What all tests share: the real data, a world, and a service that knows names."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as product_settings
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings
from hypothesis import settings

from tests.sesame import Sesame

ROOT = Path(__file__).resolve().parent.parent
# Times are the benchmarks' to show: a busy machine does not decide whether a property holds.
settings.register_profile("product", deadline=None)
settings.load_profile("product")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules with long tests first, so that of two processes neither waits for the other at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """The folder of real data; its absence fails where CI=true and skips loudly elsewhere."""
    folder = Path(os.environ.get("GALAXYCAT_SAMPLE_DATA", ROOT.parent / "shared" / "data")).resolve()
    if not folder.is_dir():
        reason = f"no sample data at {folder}: set GALAXYCAT_SAMPLE_DATA"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="module")
def module_db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """For what is made once for a module, since its votes take seconds; rolled back after the last of its tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def shared_world(module_db, tmp_path_factory):
    """The world made once for a module whose tests change nothing."""
    from tests.world import make_world

    folder = tmp_path_factory.mktemp("world")
    with override_settings(STORAGES=_storages(folder)):
        yield make_world(folder)


@pytest.fixture
def own_storages(tmp_path, settings):
    """Images, models and releases in the test's own folder."""
    settings.STORAGES = _storages(tmp_path)


@pytest.fixture
def world(db, tmp_path, own_storages):
    """`tests.world.make_world` with storages of its own."""
    from tests.world import make_world

    return make_world(tmp_path)


@pytest.fixture
def images(tmp_path, settings):
    """The folder of an image storage of the test's own."""
    folder = tmp_path / "images"
    settings.STORAGES = settings.STORAGES | {"images": settings.STORAGES["images"] | {"OPTIONS": {"location": folder}}}
    return folder


@pytest.fixture
def band(tmp_path, images):
    """A FITS file of one band, to be ingested into that folder."""
    from tests.world import write_band

    return write_band(tmp_path / "v.fits", FILTER="F555W", PHOTFLAM=1.8e-19, PHOTPLAM=5308.0, EXPTIME=1000.0)


def _storages(folder: Path) -> dict[str, dict]:
    own = {
        name: product_settings.STORAGES[name] | {"OPTIONS": {"location": folder / name}}
        for name in ("images", "models", "releases")
    }
    return product_settings.STORAGES | own


@pytest.fixture(autouse=True)
def _fresh_counts():
    """Rate limits count from nothing in each test."""
    cache.clear()


@pytest.fixture
def sesame(settings) -> Iterator[Sesame]:
    """A service that knows objects by name, in place of the one outside."""
    with Sesame() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.NAME_RESOLVER = server.address
        cache.clear()
        yield server
        server.shutdown()
