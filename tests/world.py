"""One small, real world for tests that need pixels: a team with every role, an ingested galaxy, a round."""

from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS

from catalogs.detecting import detect_sources
from catalogs.imagery.fitsband import BandArgument
from catalogs.ingest import ingest_galaxy
from catalogs.jobs import start_detection
from catalogs.models import Catalog, Galaxy, Region, Release
from catalogs.regions.drawing import draw_region
from catalogs.regions.shapes import Circle
from catalogs.releases.making import make_release
from galaxycat.accounts.models import Invitation, Role, Team, User
from galaxycat.accounts.teams import invite
from galaxycat.jobs.models import Job
from labeling.access import watch
from labeling.assignments import claim
from labeling.deciding import decide
from labeling.models import Assignment, Decision, Remark, Round
from labeling.remarks import remark
from tests.factories import make_member, make_round, make_team

SIZE_PX = 300


def sky_header() -> fits.Header:
    """A TAN projection of 0.05 arcsec a pixel, north up, east left."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval, wcs.wcs.crpix = [24.174, 15.783], [SIZE_PX / 2, SIZE_PX / 2]
    wcs.wcs.cdelt = [-0.05 / 3600, 0.05 / 3600]
    return wcs.to_header()


def write_band(path: Path, seed: int = 0, n_stars: int = 25, **cards: object) -> Path:
    """A FITS image of stars on noise, SIZE_PX a side, with the cards given."""
    rng = np.random.default_rng(seed)
    places = np.random.default_rng(99).uniform(20, SIZE_PX - 20, (n_stars, 2))
    y_px, x_px = np.mgrid[:SIZE_PX, :SIZE_PX]
    image = rng.normal(0, 1, (SIZE_PX, SIZE_PX))
    for x0, y0 in places:
        image += 200 * np.exp(-((x_px - x0) ** 2 + (y_px - y0) ** 2) / 3)
    header = sky_header()
    header.update({"BUNIT": "ELECTRONS/S"} | cards)
    fits.writeto(path, image.astype(np.float32), header, overwrite=True)
    return path


@dataclass(frozen=True)
class World:
    team: Team
    people: dict[str, User]
    galaxy: Galaxy
    catalog: Catalog
    round: Round
    assignment: Assignment
    remark: Remark
    decision: Decision
    invitation: Invitation
    token: str
    job: Job
    release: Release
    region: Region


def make_world(folder: Path) -> World:
    """Everybody, a galaxy of two bands ingested from FITS, its detected sources, a private release of
    them, a curator's region, and a blind round on ten of them."""
    team, foreign = make_team(), make_team()
    people = {role.value: make_member(team, role) for role in Role} | {"foreign": make_member(foreign, Role.PI)}
    bands = [
        BandArgument(name, write_band(folder / f"{name}.fits", seed, FILTER=name))
        for seed, name in enumerate(("F555W", "F814W"))
    ]
    galaxy = ingest_galaxy(slug="ngc-0001", name="NGC 1", bands=bands, team=team).mosaic.galaxy
    catalog = detect_sources(galaxy=galaxy).catalog
    round_ = make_round(catalog=catalog, n_sources=10)
    (assignment,) = claim(round_=round_, annotator=people["annotator"], count=1)
    flag, _ = remark(client_id=uuid4(), assignment=assignment, author=people["annotator"], kind="flag")
    watch(round_=round_, user=people["pi"])
    decision = decide(
        campaign=round_.campaign, source=assignment.draw.source, label="1", reason="a ring", decided_by=people["pi"]
    )
    invitation, token = invite(team=team, role=Role.ANNOTATOR, invited_by=people["pi"])
    job = start_detection(galaxy=galaxy, band="F555W", parameters={}, started_by=people["curator"], url="")
    release = make_release(galaxy=galaxy, catalog=catalog, created_by=people["curator"])
    region, _ = draw_region(
        uuid=uuid4(), galaxy=galaxy, shape=Circle(100.0, 120.0, 20.0), label="an arm", author=people["curator"]
    )
    return World(
        team, people, galaxy, catalog, round_, assignment, flag, decision, invitation, token, job, release, region
    )
