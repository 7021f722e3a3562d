import pytest

from galaxycat.jobs import registry, running, starting
from tests.factories import make_team


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    """A registry of the test's own."""
    own: dict[str, registry.JobKind] = {}
    for module in (registry, running, starting):
        monkeypatch.setattr(module, "JOB_KINDS", own)
    return own


@pytest.fixture
def team(db):
    return make_team()
