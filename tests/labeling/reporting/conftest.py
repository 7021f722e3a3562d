"""A campaign with all that a report tells of: two blind rounds with anchors, an informed one, measurements, programs."""

from dataclasses import dataclass

import pytest

from galaxycat.accounts.models import Role, Team, User
from labeling.models import Round
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team
from tests.labeling.dashboard.test_page import another, voted


@dataclass(frozen=True)
class Told:
    team: Team
    pi: User
    rounds: list[Round]


@pytest.fixture(scope="module")
def told(module_db) -> Told:
    team = make_team()
    return Told(team, make_member(team, Role.PI), closed_rounds(team))


def closed_rounds(team: Team) -> list[Round]:
    """Blind with anchors, blind with the same anchors, informed; on 60 sources with a magnitude and a concentration index."""
    catalog = make_catalog(make_galaxy(team, slug="ngc-628"), 60)
    for source in catalog.sources.all():
        number = source.number
        source.measurements = {
            "mag_v": 20 + number / 20,
            "mag_v_error": 0.1,
            "concentration_index": 1 + number % 7 / 10,
        }
        source.save()
    catalog.units = {"mag_v": "mag", "concentration_index": "mag"}
    catalog.save()
    first = voted(make_round(catalog=catalog, n_sources=40, n_anchors=10, overlap=3), n_voters=4)
    second = voted(another(first, n_sources=30, n_anchors=10, overlap=3, seed=2), n_voters=3, seed=5)
    return [first, second, voted(another(second, n_sources=20, overlap=3, mode="informed", seed=3), n_voters=3, seed=6)]


@pytest.fixture
def team(db, told):
    return told.team


@pytest.fixture
def pi(db, told):
    return told.pi


@pytest.fixture
def rounds(db, told):
    return told.rounds
