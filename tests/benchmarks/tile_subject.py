"""A mosaic of 10,240 x 10,240 px in three bands: a simulated field of 2,048 px, five by five times, ingested once."""

import os
from pathlib import Path

import django
import numpy as np
from astropy.io import fits

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "galaxycat.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from catalogs.imagery.fitsband import BandArgument  # noqa: E402
from catalogs.imagery.recipes import Recipe, style_hash, to_json  # noqa: E402
from catalogs.ingest import ingest_galaxy  # noqa: E402
from catalogs.models import Galaxy, Rendition  # noqa: E402
from catalogs.simulation import SimulationSpec, simulate_galaxy  # noqa: E402
from galaxycat.accounts.models import User  # noqa: E402
from tests.benchmarks.tile_servers import Subject  # noqa: E402
from tests.factories import make_member, make_team  # noqa: E402

FIELD_PX = 2048
SLUG = "bench-tiles"


def subject(repeats: int, folder: Path) -> tuple[Subject, Rendition]:
    """The mosaic in this GALAXYCAT_HOME, made where it is not there yet, with a linear rendition of three bands."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    slug = f"{SLUG}-{repeats}"
    galaxy = Galaxy.objects.filter(slug=slug).first() or _ingest(slug, repeats, folder)
    mosaic = galaxy.latest_mosaic
    bands = list(mosaic.bands.all())
    black, white = zip(
        *((band.background - 2 * band.noise, band.background + 40 * band.noise) for band in bands), strict=True
    )
    channels = [((band.name, 1.0),) for band in bands]
    recipe = Recipe("bench-linear", "Linear", *channels, stretch="linear", black=black, white=white)
    rendition, _ = Rendition.objects.get_or_create(
        mosaic=mosaic, style_hash=style_hash(recipe),
        defaults={"position": 99, "slug": recipe.slug, "name": recipe.name, "recipe": to_json(recipe)},
    )  # fmt: skip
    positions = tuple(band.position for band in bands)
    return Subject(mosaic.science_path, folder / f"{slug}.fits", recipe, positions, galaxy.width_px), rendition


def cookies(galaxy: Galaxy) -> dict[str, str]:
    """Of an annotator of the galaxy's team who has logged in."""
    client = Client()
    client.force_login(User.objects.get(username=galaxy.slug))
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}


def _ingest(slug: str, repeats: int, folder: Path) -> Galaxy:
    team = make_team(slug)
    make_member(team, name=slug)
    files = simulate_galaxy(SimulationSpec(name=slug, size_px=FIELD_PX), folder / slug, print)
    names = list(files.bands)[-3:][::-1]  # red first
    size_px = repeats * FIELD_PX
    cube = np.lib.format.open_memmap(folder / "cube.npy", "w+", "float32", (3, size_px, size_px))
    bands = []
    for plane, name in zip(cube, names, strict=True):
        header = fits.getheader(files.bands[name])
        plane[:] = np.tile(fits.getdata(files.bands[name]), (repeats, repeats))
        path = folder / slug / f"{name}-large.fits"
        fits.PrimaryHDU(plane, header).writeto(path, overwrite=True)
        bands.append(BandArgument(name.upper(), path))
    fits.PrimaryHDU(cube).writeto(folder / f"{slug}.fits", overwrite=True)
    (folder / "cube.npy").unlink()
    return ingest_galaxy(slug=slug, bands=bands, team=team, progress=print).mosaic.galaxy
