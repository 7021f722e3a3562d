"""`ingest`: lossless, idempotent, and one of two at once. What it refuses: test_ingest_refused.py."""

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
import rasterio
from astropy.io import fits
from astropy.wcs import WCS
from django.core.management.base import CommandError
from django.db import connection

from catalogs.imagery.fitsband import BandArgument
from catalogs.imagery.fitswcs import wcs_from_cards
from catalogs.ingest import ingest_galaxy
from catalogs.models import Band, Galaxy, Mosaic, Rendition
from tests.catalogs.imagefolder import stored
from tests.commands import run, run_json
from tests.factories import make_team
from tests.world import SIZE_PX, write_band

pytestmark = pytest.mark.django_db


def test_what_ingest_reports(band):
    result = run_json("ingest", "ngc-1", "--band", f"V={band}")
    assert (result["slug"], result["width_px"], result["height_px"], result["is_new"]) == (
        "ngc-1",
        SIZE_PX,
        SIZE_PX,
        True,
    )
    assert result["pixel_scale_arcsec"] == pytest.approx(0.05)
    (reported,) = result["bands"]
    # -2.5 log 1.8e-19 - 5 log 5308 - 2.408
    assert reported["zero_point_mag"] == pytest.approx(25.829, abs=0.001)
    assert (reported["name"], reported["unit"], reported["wavelength_nm"], reported["valid_fraction"]) == (
        "V",
        "ELECTRONS/S",
        530.8,
        1.0,
    )
    assert Path(result["cog"]).is_file()
    assert result["sha256"] in result["cog"]
    assert Band.objects.get().provenance["photflam"] == "header"


def test_values_and_wcs_are_lossless(band):
    result = run_json("ingest", "ngc-1", "--band", f"V={band}")
    with rasterio.open(result["cog"]) as cog:
        np.testing.assert_array_equal(cog.read(1)[::-1], fits.getdata(band))
    kept, original = wcs_from_cards(Galaxy.objects.get().wcs_cards), WCS(fits.getheader(band))
    places = np.random.default_rng(0).uniform(0, SIZE_PX, (100, 2))
    np.testing.assert_allclose(kept.all_pix2world(places, 0), original.all_pix2world(places, 0), rtol=0, atol=1e-12)


def test_the_same_content_again_changes_nothing(band, images):
    first = run_json("ingest", "ngc-1", "--band", f"V={band}")
    files = stored(images)
    again = run_json("ingest", "ngc-1", "--band", f"V={band}")
    assert again == first | {"is_new": False}
    assert (Mosaic.objects.count(), stored(images)) == (1, files)


def test_other_content_on_the_same_grid_is_a_new_version(band, tmp_path):
    run("ingest", "ngc-1", "--band", f"V={band}")
    run("ingest", "ngc-1", "--band", f"V={write_band(tmp_path / 'v2.fits', seed=5)}")
    assert list(Mosaic.objects.values_list("version", flat=True)) == [1, 2]


@pytest.mark.parametrize(
    "cards",
    [{"DATE-OBS": "2024-05-06", "MJD-OBS": 60436.0}, {"CRPIX1": SIZE_PX / 2 + 0.005}],
    ids=["other dates", "5 thousandths of a pixel"],
)
def test_the_same_grid_written_otherwise_is_a_new_version(band, tmp_path, cards):
    run("ingest", "ngc-1", "--band", f"V={band}")
    run("ingest", "ngc-1", "--band", f"V={write_band(tmp_path / 'v2.fits', seed=5, **cards)}")
    assert list(Mosaic.objects.values_list("version", flat=True)) == [1, 2]


def test_a_new_version_may_have_another_reference_band_on_the_same_grid(band, tmp_path):
    other = write_band(tmp_path / "i.fits", seed=5, **{"DATE-OBS": "2024-05-06"})
    bands = ["--band", f"V={band}", "--band", f"I={other}"]
    run("ingest", "ngc-1", *bands)
    run("ingest", "ngc-1", *bands, "--reference", "I")
    assert list(Mosaic.objects.values_list("version", "reference_band")) == [(1, "V"), (2, "I")]


def test_images_without_wcs_are_on_one_grid(tmp_path, images):
    for seed in range(2):
        path = tmp_path / f"{seed}.fits"
        fits.writeto(path, np.random.default_rng(seed).normal(size=(60, 70)).astype(np.float32))
        run("ingest", "plain", "--band", f"V={path}")
    assert list(Mosaic.objects.values_list("version", flat=True)) == [1, 2]


def test_a_band_on_another_grid_is_reprojected_and_keeps_its_own_pixels(band, tmp_path, images):
    shifted = tmp_path / "shifted.fits"
    shutil.copy(band, shifted)
    fits.setval(shifted, "CRPIX1", value=fits.getval(band, "CRPIX1") + 30)
    result = run_json("ingest", "ngc-1", "--band", f"V={band}", "--band", f"I={shifted}")
    assert [warning for warning in result["warnings"] if "shifted.fits: on a grid of its own (0.05 arcsec" in warning]
    data = fits.getdata(band)
    with rasterio.open(result["cog"]) as cog:
        lossless, moved = cog.read()[:, ::-1]
    np.testing.assert_array_equal(lossless, data)
    np.testing.assert_allclose(moved[:, : SIZE_PX - 30], data[:, 30:], rtol=1e-4, atol=1e-3)
    assert np.isnan(moved[:, SIZE_PX - 29 :]).all()
    v, i = Band.objects.order_by("position")
    assert v.native_path is None
    with rasterio.open(i.native_path) as native:
        np.testing.assert_array_equal(native.read(1)[::-1], data)
    assert len(stored(images)) == 3
    again = run_json("ingest", "ngc-1", "--band", f"V={band}", "--band", f"I={shifted}")
    assert (again["is_new"], again["sha256"], len(stored(images))) == (False, result["sha256"], 3)


def test_an_image_without_wcs_works_in_pixels_and_says_so(tmp_path, images):
    plain = tmp_path / "plain.fits"
    fits.writeto(plain, np.random.default_rng(0).normal(size=(60, 70)).astype(np.float32))
    result = run_json("ingest", "plain", "--band", f"V={plain}")
    assert result["pixel_scale_arcsec"] is None
    assert any("WCS" in warning for warning in result["warnings"])
    assert (
        run_json("export_catalog", "plain", made_catalog("plain"), "--output", str(tmp_path / "out.ecsv"))["sources"]
        == 1
    )


def made_catalog(slug: str) -> str:
    galaxy = Galaxy.objects.get(slug=slug)
    catalog = galaxy.catalogs.create(name="hand", kind="detected", method="by hand")
    catalog.sources.create(number=1, x_px=3, y_px=4)
    return catalog.name


@pytest.mark.realdata
def test_the_horseshoe_s_photflam_of_zero_is_not_believed(sample_data, images):
    path = next((sample_data / "horseshoe").glob("*f606w*"))
    result = run_json("ingest", "horseshoe", "--band", f"F606W={path}")
    assert result["pixel_scale_arcsec"] == pytest.approx(0.04, rel=1e-3)
    assert result["bands"][0]["zero_point_mag"] is None
    assert any("PHOTFLAM" in warning for warning in result["warnings"])


def test_the_order_of_the_bands_is_not_content(band, tmp_path):
    other = write_band(tmp_path / "i.fits", seed=3)
    first = run_json("ingest", "ngc-1", "--band", f"V={band}", "--band", f"I={other}")
    again = run_json("ingest", "ngc-1", "--band", f"I={other}", "--band", f"V={band}")
    assert (first["is_new"], again["is_new"]) == (True, False)


def test_what_is_said_of_filter_and_unit_overrules_the_header(band):
    run("ingest", "ngc-1", "--band", f"V={band}[unit=ELECTRONS][filter=F606W]")
    kept = Band.objects.get()
    assert (kept.filter_name, kept.unit, kept.provenance["filter_name"], kept.provenance["unit"]) == (
        "F606W",
        "ELECTRONS",
        "user",
        "user",
    )
    with pytest.raises(CommandError, match=r"\[colour=red\] is unknown"):
        run("ingest", "ngc-2", "--band", f"V={band}[colour=red]")


@pytest.mark.django_db(transaction=True)
def test_two_ingests_of_one_galaxy_at_once_make_one(band, images):
    team, made, start = make_team(), [], threading.Barrier(2)

    def work():
        try:
            start.wait(timeout=20)
            made.append(ingest_galaxy(slug="ngc-1", bands=[BandArgument("V", band)], team=team).is_new)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(made) == [False, True]
    assert len(stored(images)) == 2


def _turned(cards: fits.Header, form: str) -> fits.Header:
    """The same scale, turned by 30 degrees, as each of the ways that headers write it."""
    c, s, step = np.cos(np.radians(30)), np.sin(np.radians(30)), 0.05 / 3600
    for key in ("CDELT1", "CDELT2", "PC1_1", "PC1_2", "PC2_1", "PC2_2"):
        cards.remove(key, ignore_missing=True)
    if form == "CD":
        cards.update({"CD1_1": -step * c, "CD1_2": step * s, "CD2_1": step * s, "CD2_2": step * c})
    elif form == "PC":
        cards.update({"CDELT1": -step, "CDELT2": step, "PC1_1": c, "PC1_2": -s, "PC2_1": s, "PC2_2": c})
    elif form == "CROTA":
        cards.update({"CDELT1": -step, "CDELT2": step, "CROTA2": 30.0})
    else:
        cards.update({"CDELT1": -step, "CDELT2": step})
    if form == "SIP without suffix":
        cards.update({"A_ORDER": 2, "B_ORDER": 2, "A_2_0": 2e-5, "B_0_2": -3e-5, "A_1_1": 1e-5})
    return cards


@pytest.mark.parametrize("form", ["CD", "PC", "CROTA", "CDELT", "SIP without suffix"])
def test_the_wcs_of_every_band_is_astropys_at_100_random_points(band, tmp_path, form):
    path = tmp_path / "turned.fits"
    fits.writeto(path, fits.getdata(band), _turned(fits.getheader(band), form))
    run_json("ingest", "ngc-1", "--band", f"V={path}")
    kept = wcs_from_cards(Band.objects.get().wcs_cards)
    header = fits.getheader(path)
    if form == "SIP without suffix":
        header["CTYPE1"], header["CTYPE2"] = "RA---TAN-SIP", "DEC--TAN-SIP"
    x_px, y_px = np.random.default_rng(7).uniform(0, SIZE_PX - 1, (2, 100))
    back_x, back_y = kept.all_world2pix(*WCS(header).all_pix2world(x_px, y_px, 0), 0)
    assert np.hypot(back_x - x_px, back_y - y_px).max() < 0.01


def test_bands_with_one_filter_in_every_header_keep_the_names_they_are_given(tmp_path, images):
    files = {name: write_band(tmp_path / f"{name}.fits", seed, FILTER="F555W") for seed, name in enumerate("BVI")}
    result = run_json(
        "ingest", "ngc-1", *(part for name, path in files.items() for part in ("--band", f"{name}={path}"))
    )
    assert [band["name"] for band in result["bands"]] == ["B", "V", "I"]


def test_a_band_of_unknown_wavelength_among_near_infrared_ones_is_ingested(tmp_path, images):
    files = {name: write_band(tmp_path / f"{name}.fits", seed) for seed, name in enumerate(("J", "clear", "H", "K"))}
    run_json("ingest", "ngc-1", *(part for name, path in files.items() for part in ("--band", f"{name}={path}")))
    slugs = Mosaic.objects.get().renditions.values_list("slug", flat=True)
    assert list(slugs) == ["colour", "colour-lupton", "grey-j", "grey-clear", "grey-h", "grey-k"]


def test_without_a_wish_a_band_with_a_sky_fixes_the_grid(band, tmp_path):
    data, bare = fits.getdata(band), tmp_path / "bare.fits"
    fits.writeto(bare, data)
    arguments = ("--band", f"V={bare}", "--band", f"I={band}")
    run_json("ingest", "ngc-1", *arguments)
    assert Mosaic.objects.get(galaxy__slug="ngc-1").reference_band == "I"
    assert Galaxy.objects.get(slug="ngc-1").wcs_cards
    asked = run_json("ingest", "ngc-2", *arguments, "--reference", "V")
    assert not Galaxy.objects.get(slug="ngc-2").wcs_cards
    assert any("the reference band has no WCS, so the galaxy gets no sky, though" in each for each in asked["warnings"])


def test_a_border_of_zeros_is_kept_and_counts_in_no_limit(band, tmp_path):
    data = fits.getdata(band)
    data[:90], data[-90:] = 0, 0
    bordered = tmp_path / "bordered.fits"
    fits.writeto(bordered, data, fits.getheader(band))
    run_json("ingest", "ngc-1", "--band", f"V={band}")
    run_json("ingest", "ngc-2", "--band", f"V={bordered}")
    whole, cut = (Band.objects.get(mosaic__galaxy__slug=slug) for slug in ("ngc-1", "ngc-2"))
    assert cut.noise == pytest.approx(whole.noise, rel=0.1)
    assert cut.background == pytest.approx(whole.background, abs=0.1)
    # The limits that one may choose are those of the image without its border.
    within = tmp_path / "within.fits"
    fits.writeto(within, data[90:-90], fits.getheader(band))
    run_json("ingest", "ngc-3", "--band", f"V={within}")
    bordered, unbordered = (
        Rendition.objects.get(mosaic__galaxy__slug=slug, slug="grey-v").limits for slug in ("ngc-2", "ngc-3")
    )
    assert set(bordered) == set(unbordered) == {"zscale", "99", "99.9", "100"}
    for how, ((black, white), *_) in unbordered.items():
        assert bordered[how][0] == pytest.approx((black, white), abs=0.02 * (white - black))


def test_a_picture_and_a_cube_are_ingested(tmp_path, images):
    cube = np.random.default_rng(0).normal(5, 1, (2, 80, 90)).astype(np.float32)
    fits.writeto(tmp_path / "cube.fits", cube)
    bands = [f"{name}={tmp_path / 'cube.fits'}[plane={plane}]" for name, plane in (("one", 1), ("two", 2))]
    result = run_json("ingest", "cube", "--band", bands[0], "--band", bands[1])
    with rasterio.open(result["cog"]) as cog:
        np.testing.assert_array_equal(cog.read()[:, ::-1], cube)
    with rasterio.open(tmp_path / "p.png", "w", driver="PNG", height=80, width=90, count=3, dtype="uint8") as picture:
        picture.write(np.random.default_rng(1).integers(1, 255, (3, 80, 90)).astype(np.uint8))
    channels = [part for k in (1, 2, 3) for part in ("--band", f"{'RGB'[k - 1]}={tmp_path / 'p.png'}[{k}]")]
    result = run_json("ingest", "picture", *channels)
    assert (result["pixel_scale_arcsec"], len(result["bands"])) == (None, 3)
