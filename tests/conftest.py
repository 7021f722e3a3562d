"""What all tests share: where the real data is."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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


@pytest.fixture
def world(db, tmp_path, settings):
    """`tests.world.make_world` with an image storage of its own."""
    from tests.world import make_world

    settings.STORAGES = settings.STORAGES | {
        "images": settings.STORAGES["images"] | {"OPTIONS": {"location": tmp_path / "images"}}
    }
    return make_world(tmp_path)
