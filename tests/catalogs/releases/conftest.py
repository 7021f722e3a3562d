"""A galaxy with a measured catalogue, a closed round of votes with a tie and a decision, and a model."""

from dataclasses import dataclass

import pytest

from catalogs.models import Catalog, Galaxy
from catalogs.releases.making import make_release
from galaxycat.accounts.models import Role, User
from labeling.deciding import decide
from labeling.models import Round
from labeling.rounds import close_round
from mlops.fitting import train_campaign
from tests.conftest import _storages
from tests.factories import make_member
from tests.mlops.factories import make_learning_round


@dataclass(frozen=True)
class Case:
    galaxy: Galaxy
    catalog: Catalog
    round: Round
    curator: User
    options: dict

    def release(self, **fields):
        return make_release(**{"galaxy": self.galaxy, "catalog": self.catalog, "options": self.options} | fields)


@pytest.fixture
def case(db, tmp_path, settings):
    settings.STORAGES = _storages(tmp_path)
    round_, _, _ = make_learning_round(n_sources=60, n_votes=40)
    catalog, galaxy = round_.catalog, round_.galaxy
    catalog.units = {"mag_v": "mag", "concentration_index": "mag"}
    catalog.descriptions = {"mag_v": "V", "concentration_index": "CI"}
    catalog.save()
    curator = make_member(galaxy.team, Role.CURATOR)
    train_campaign(campaign=round_.campaign)
    close_round(round_=round_)
    source = catalog.sources.get(number=3)
    decide(campaign=round_.campaign, source=source, label="2", reason="two cores, says é", decided_by=curator)
    return Case(galaxy, catalog, round_, curator, {"campaign": str(round_.campaign.uuid)})
