"""A galaxy's page in a Chromium that has WebGL2 by software."""

import numpy as np
import pytest
from astropy.io import fits

from catalogs.imagery.fitsband import BandArgument
from catalogs.ingest import ingest_galaxy
from catalogs.simulation import SimulationSpec, simulate_galaxy
from galaxycat.accounts.models import Role
from tests.browser import chromium
from tests.browser.conftest import LAPTOP, launched
from tests.factories import PASSWORD, make_member, make_team

SPEC = SimulationSpec(name="gl", size_px=600, seed=7)


@pytest.fixture(scope="session")
def browser(playwright):
    """One with WebGL2, by software."""
    yield from launched(playwright, chromium.GL_FLAGS)


@pytest.fixture(scope="session")
def holed_files(tmp_path_factory):
    """A simulated galaxy's FITS files with a corner that no band has seen and a strip that one has not."""
    files = simulate_galaxy(SPEC, tmp_path_factory.mktemp("holed") / "gl", lambda line: None)
    for number, path in enumerate(files.bands.values()):
        with fits.open(path, mode="update") as opened:
            opened[0].data[:90, :120] = np.nan
            if number == 1:
                opened[0].data[300:330] = np.nan
    return files


@pytest.fixture
def mosaic(server, holed_files):
    team = make_team("Shaders")
    make_member(team, Role.VIEWER, "vera")
    bands = [BandArgument(name.upper(), path) for name, path in holed_files.bands.items()]
    return ingest_galaxy(slug="gl", name="Holed galaxy (simulated)", bands=bands, team=team).mosaic


@pytest.fixture
def open_page(people, mosaic):
    """Opens the galaxy's page with a map at the scale of the image's own pixels."""

    def open_it(size=LAPTOP, script="", rendition="colour"):
        person = people(size)
        if script:
            person.context.add_init_script(script)
        person.log_in("vera", PASSWORD)
        person.goto(f"/galaxies/gl/#x=300.0&y=300.0&zoom=0&rendition={rendition}")
        return person

    return open_it
