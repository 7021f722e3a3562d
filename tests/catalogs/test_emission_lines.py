"""Emission lines from FITS files to the browser: the plane in the pyramid, its rendition, its tile, and what stays untouched."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse

from catalogs.imagery.blocks import block_codes
from catalogs.imagery.compose import Composer
from catalogs.imagery.continuum import without_continuum
from catalogs.imagery.display import decode, encode
from catalogs.imagery.fitsband import parse_band_argument
from catalogs.imagery.linefit import fit_line
from catalogs.imagery.recipes import from_json
from catalogs.ingest import ingest_galaxy
from catalogs.models import Galaxy, Mosaic
from catalogs.viewer import stretching_config
from galaxycat.accounts.models import Role
from galaxycat.jobs.errors import JobCancelled
from tests.catalogs.imagery.test_tiles import read_png
from tests.commands import run_json
from tests.factories import make_member, make_team
from tests.linefield import SCALE, LineField, write_line_band

pytestmark = pytest.mark.django_db
FIELD = LineField(colour_scatter=0.03)


@pytest.fixture(scope="module")
def pixels():
    """Band name -> its pixels, with a border that one has not seen and a hole in the other."""
    bands = {"F555W": FIELD.continuum() * 0.9, "F814W": FIELD.continuum(), "F657N": FIELD.narrow()}
    bands["F814W"][:20] = np.nan
    bands["F657N"][300:310, 200:260] = np.nan
    return bands


def arguments(folder, pixels):
    files = {name: write_line_band(folder / f"{name}.fits", values, name) for name, values in pixels.items()}
    return [part for name, path in files.items() for part in ("--band", f"{name}={path}")]


@pytest.fixture
def ingested(tmp_path, own_storages, pixels):
    return run_json("ingest", "ngc-1", *arguments(tmp_path, pixels))


@pytest.fixture
def mosaic(ingested):
    return Mosaic.objects.get()


def test_what_ingest_says_of_the_line(ingested, mosaic):
    (plane,) = mosaic.derived_planes
    assert ingested["derived_planes"] == mosaic.derived_planes
    assert (plane["name"], plane["title"], plane["line"]) == ("Hα F657N", "Hα (F657N − continuum)", "Hα")
    assert (plane["narrow"], plane["continuum"], plane["position"], plane["unit"]) == (
        "F657N",
        "F814W",
        4,
        "ELECTRONS/S",
    )
    assert plane["scale"] == pytest.approx(SCALE, rel=0.03)
    assert plane["fwhm_px"] == pytest.approx(2.75, abs=0.12)
    assert plane["fwhm_arcsec"] == pytest.approx(0.05 * plane["fwhm_px"], rel=1e-3)
    assert not [text for text in ingested["warnings"] if "Hα" in text]


def test_the_line_is_in_the_pyramid_and_nowhere_else(mosaic):
    assert [band.name for band in mosaic.bands.all()] == ["F555W", "F814W", "F657N"]
    with rasterio.open(mosaic.science_path) as science, rasterio.open(mosaic.display_path) as display:
        assert science.descriptions == ("F555W", "F814W", "F657N")
        assert display.descriptions == (*science.descriptions, "Hα F657N")
    assert list(mosaic.display_planes) == ["F555W", "F814W", "F657N", "Hα F657N"]
    assert [plane.position for plane in mosaic.display_planes.values()] == [1, 2, 3, 4]
    assert len(list(mosaic.science_path.parents[1].rglob("*.tif"))) == 2


def line_of(mosaic, pixels) -> np.ndarray:
    """What the arithmetic makes of the whole bands, bottom row first."""
    (plane,) = mosaic.derived_planes
    fit = fit_line(mosaic.science_path, narrow=3, continuum=2)
    assert (fit.scale, fit.matching.fwhm_px) == (plane["scale"], plane["fwhm_px"])
    return without_continuum(pixels["F657N"], pixels["F814W"], fit.matching, fit.scale)


def test_its_codes_are_those_of_the_whole_image(mosaic, pixels):
    expected = line_of(mosaic, pixels)
    scale = mosaic.display_planes["Hα F657N"].scale
    with rasterio.open(mosaic.display_path) as display:
        codes = display.read(4)[::-1]
    np.testing.assert_array_equal(codes, encode(expected, scale.background, scale.noise))
    no_data = np.isnan(pixels["F814W"]) | np.isnan(pixels["F657N"])
    np.testing.assert_array_equal(codes == 0, no_data)
    assert no_data.sum() == 20 * 480 + 600
    # And they show the nebulae: the truth, above an even sky.
    values, truth = decode(codes, scale), FIELD.line()
    bright = (truth > 5) & ~no_data
    assert bright.sum() > 500
    assert (values[bright] - scale.background).sum() / truth[bright].sum() == pytest.approx(1, abs=0.05)


def test_its_rendition_is_grey_and_before_those_of_the_bands(mosaic):
    renditions = list(mosaic.renditions.all())
    assert [each.slug for each in renditions] == [
        "colour", "colour-lupton", "halpha-f657n", "grey-f555w", "grey-f814w", "grey-f657n",
    ]  # fmt: skip
    line = renditions[2]
    recipe = from_json(line.recipe)
    assert (line.name, recipe.is_grey, recipe.bands) == ("Hα (F657N − continuum)", True, ("Hα F657N",))
    scale = mosaic.display_planes["Hα F657N"].scale
    assert recipe.black[0] < scale.background < recipe.white[0]
    assert recipe.white[0] > scale.background + 8 * scale.noise


def test_its_tile_is_the_composers(mosaic, client):
    viewer = make_member(mosaic.galaxy.team, Role.VIEWER)
    client.force_login(viewer)
    rendition = mosaic.renditions.get(name="Hα (F657N − continuum)")
    recipe, planes = from_json(rendition.recipe), mosaic.display_planes
    composer = Composer(recipe, {name: plane.scale for name, plane in planes.items()})
    seen = 0
    for z, x, y in ((1, 0, 0), (1, 1, 1), (0, 0, 0)):
        url = reverse("tile", args=[mosaic.display_sha256, rendition.style_hash, z, x, y])
        response = client.get(url, {"format": "png"})
        assert response.status_code == 200
        rgb, valid = composer.compose(block_codes(mosaic.display_path, 4, z, x, y)[None])
        picture = read_png(response.content)
        np.testing.assert_array_equal(picture[..., :3], rgb)
        np.testing.assert_array_equal(picture[..., 3] > 0, valid)
        seen += int((rgb > 128).sum())
    assert seen > 300
    assert client.get(reverse("data_tile", args=[mosaic.display_sha256, 4, 0, 0, 0])).status_code == 200
    assert Client().get(url).status_code == 404


def test_the_browser_gets_it_as_a_band(mosaic):
    config = stretching_config(mosaic, AnonymousUser())
    plane = mosaic.display_planes["Hα F657N"]
    assert config["bands"][3] == {
        "name": "Hα F657N", "position": 4, "unit": "ELECTRONS/S", "scale": plane.scale.to_json(),
    }  # fmt: skip
    assert [band["name"] for band in config["bands"][:3]] == ["F555W", "F814W", "F657N"]
    assert json.loads(json.dumps(config)) == config
    assert "halpha-f657n" in config["recipes"]


def test_the_page_says_what_it_is(mosaic, client):
    client.force_login(make_member(mosaic.galaxy.team, Role.VIEWER))
    page = client.get(reverse("galaxy", args=["ngc-1"])).content.decode()
    (plane,) = mosaic.derived_planes
    assert f"F657N − {plane['scale']:.4f} · F814W, both at 0.14″" in page


def test_the_values_under_the_cursor_and_the_bands_are_the_measured_ones(mosaic, client):
    client.force_login(make_member(mosaic.galaxy.team, Role.VIEWER))
    values = client.get(reverse("api:galaxy-values", args=["ngc-1"]), {"x_px": 100, "y_px": 100}).json()
    assert [each["name"] for each in values] == ["F555W", "F814W", "F657N", "Hα F657N"]
    assert [each["is_measured"] for each in values] == [True, True, True, False]
    line, (plane,) = values[-1], mosaic.derived_planes
    with rasterio.open(mosaic.display_path) as pyramid:
        code = pyramid.read(plane["position"])[::-1][100, 100]
    scale = plane["display_scale"]
    value = scale["background"] + scale["noise"] * np.sinh((float(code) - scale["zero_code"]) / scale["codes_per_unit"])
    assert (line["unit"], line["value"]) == (plane["unit"], pytest.approx(value, rel=1e-5))
    beside = client.get(reverse("api:galaxy-values", args=["ngc-1"]), {"x_px": -5, "y_px": 100}).json()
    assert {each["value"] for each in beside} == {None}
    detail = client.get(reverse("api:galaxy-detail", args=["ngc-1"])).json()
    assert len(detail["bands"]) == 3
    assert detail["derived_planes"][0]["name"] == "Hα F657N"


def test_the_same_files_again_are_the_same_mosaic(ingested, tmp_path, pixels):
    again = run_json("ingest", "ngc-1", *arguments(tmp_path, pixels))
    assert again == ingested | {"is_new": False}
    assert Mosaic.objects.count() == 1


def test_a_mosaic_of_before_has_no_planes_and_is_shown(mosaic, client):
    client.force_login(make_member(mosaic.galaxy.team, Role.VIEWER))
    Mosaic.objects.update(derived_planes=[])
    before = Mosaic.objects.get()
    assert list(before.display_planes) == ["F555W", "F814W", "F657N"]
    assert len(stretching_config(before, AnonymousUser())["bands"]) == 3
    url = reverse("tile", args=[before.display_sha256, before.renditions.first().style_hash, 1, 0, 0])
    assert client.get(url).status_code == 200


@pytest.mark.parametrize("left_out", ["F657N", "F814W"])
def test_without_both_bands_there_is_no_plane(tmp_path, own_storages, pixels, left_out):
    chosen = {name: values for name, values in pixels.items() if name not in (left_out, "F555W")}
    result = run_json("ingest", "ngc-1", *arguments(tmp_path, chosen))
    mosaic = Galaxy.objects.get().latest_mosaic
    assert (result["derived_planes"], mosaic.renditions.count()) == ([], 1)
    with rasterio.open(mosaic.display_path) as display:
        assert display.count == 1


def test_bands_without_bright_sources_say_why_there_is_no_plane(tmp_path, own_storages):
    noise = np.random.default_rng(1).normal(0, 1, (2, 200, 200)).astype(np.float32)
    result = run_json("ingest", "ngc-1", *arguments(tmp_path, {"F814W": noise[0], "F657N": noise[1]}))
    assert result["derived_planes"] == []
    assert [text for text in result["warnings"] if text.startswith("Hα (F657N − continuum): no image of the line")]


def test_a_band_of_the_same_name_is_left_alone(tmp_path, own_storages, pixels):
    result = run_json("ingest", "ngc-1", *arguments(tmp_path, {"F814W": pixels["F814W"], "F657N": pixels["F657N"]}), "--band",
                      f"Hα F657N={write_line_band(tmp_path / 'own.fits', FIELD.line().astype(np.float32) + 1, 'made')}")  # fmt: skip
    assert (result["derived_planes"], len(result["bands"])) == ([], 3)


@pytest.mark.skipif(sys.platform != "linux", reason="open files are seen under /proc")
@pytest.mark.parametrize("stage", ["choosing limits", "storing the images"])
def test_a_cancelled_ingest_keeps_no_deleted_file_open(stage, tmp_path, own_storages, pixels):
    """A worker lives on, and what it keeps open takes room on the disk."""

    def cancel(fraction, reached):
        if reached == stage:
            raise JobCancelled("It was cancelled")

    bands = [parse_band_argument(argument) for argument in arguments(tmp_path, pixels)[1::2]]
    with pytest.raises(JobCancelled):
        ingest_galaxy(slug="ngc-1", bands=bands, team=make_team(), progress=cancel)
    opened = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    assert opened
    assert [path for path in opened if str(tmp_path) in path] == []
