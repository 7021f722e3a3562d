"""People, galaxies and rounds for the tests, made by the product's own verbs where there is one."""

from itertools import count

import numpy as np

from catalogs.models import Band, Catalog, Galaxy, Mosaic, Rendition, Source
from galaxycat.accounts.models import Membership, Role, Team, User
from galaxycat.accounts.teams import create_team
from labeling.models import Round
from labeling.rounds import open_round
from labeling.schemes import legus_scheme

serial = count(1)
PASSWORD = "a-password-for-tests"


def make_user(name: str | None = None, **fields: object) -> User:
    return User.objects.create_user(name or f"person{next(serial)}", password=PASSWORD, **fields)


def make_team(name: str | None = None) -> Team:
    return create_team(name=name or f"Team {next(serial)}")


def make_member(team: Team, role: Role = Role.ANNOTATOR, name: str | None = None) -> User:
    user = make_user(name)
    Membership.objects.create(team=team, user=user, role=role)
    return user


def make_galaxy(team: Team, slug: str | None = None, width_px: int = 400, height_px: int = 300) -> Galaxy:
    """A galaxy with the rows of a mosaic but no image files: for tests that open none."""
    slug = slug or f"galaxy-{next(serial)}"
    galaxy = Galaxy.objects.create(team=team, slug=slug, name=slug.upper(), width_px=width_px, height_px=height_px)
    mosaic = Mosaic.objects.create(
        galaxy=galaxy, version=1, content_sha256="c" * 64, science_sha256="a" * 64,
        display_sha256=f"{next(serial):064x}", reference_band="V", max_zoom=1,
    )  # fmt: skip
    Band.objects.create(
        mosaic=mosaic, position=1, name="V", file_name="v.fits", file_sha256="d" * 64, valid_fraction=1.0,
        background=0.0, noise=1.0, display_scale={"background": 0.0, "noise": 1.0},
    )  # fmt: skip
    Rendition.objects.create(
        mosaic=mosaic, position=0, slug="grey-v", name="V", recipe={}, style_hash=f"{next(serial):016x}"
    )
    return galaxy


def make_catalog(galaxy: Galaxy, n_sources: int = 10, seed: int = 0, **fields: object) -> Catalog:
    """`n_sources` sources at random places of the galaxy's grid, numbered from 1."""
    rng = np.random.default_rng(seed)
    fields = {"name": f"catalog-{next(serial)}", "kind": Catalog.Kind.DETECTED, "method": "test"} | fields
    catalog = Catalog.objects.create(galaxy=galaxy, **fields)
    places = rng.uniform((0, 0), (galaxy.width_px - 1, galaxy.height_px - 1), (n_sources, 2))
    Source.objects.bulk_create(
        Source(catalog=catalog, number=number, x_px=x_px, y_px=y_px) for number, (x_px, y_px) in enumerate(places, 1)
    )
    return catalog


def make_round(team: Team | None = None, n_sources: int = 5, catalog: Catalog | None = None, **fields: object) -> Round:
    """A blind round for everyone on a catalogue of ten sources, unless `fields` say otherwise."""
    catalog = catalog or make_catalog(make_galaxy(team or make_team()), max(10, n_sources))
    fields = {"campaign_name": "Clusters", "opened_by": None, "seed": 1} | fields
    return open_round(catalog=catalog, scheme=legus_scheme(), n_sources=n_sources, **fields)
