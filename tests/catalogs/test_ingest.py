"""`ingest`: lossless, idempotent, atomic; bad input is one clear line and leaves nothing behind."""

import gzip
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
from catalogs.models import Band, Galaxy, Mosaic
from galaxycat.errors import BadInput, Conflict
from tests.commands import run, run_json
from tests.factories import make_team
from tests.fulldisk import files_of_at_most
from tests.world import SIZE_PX, write_band

pytestmark = pytest.mark.django_db


@pytest.fixture
def images(tmp_path, settings):
    """An image storage of the test's own."""
    folder = tmp_path / "images"
    settings.STORAGES = settings.STORAGES | {"images": settings.STORAGES["images"] | {"OPTIONS": {"location": folder}}}
    return folder


@pytest.fixture
def band(tmp_path, images):
    return write_band(tmp_path / "v.fits", FILTER="F555W", PHOTFLAM=1.8e-19, PHOTPLAM=5308.0, EXPTIME=1000.0)


def stored(images: Path) -> list[str]:
    return sorted(path.name for path in images.rglob("*") if path.is_file())


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


def test_another_grid_is_refused_with_the_reason(band, tmp_path, images):
    run("ingest", "ngc-1", "--band", f"V={band}")
    files = stored(images)
    other = tmp_path / "small.fits"
    fits.writeto(other, np.random.default_rng(0).normal(size=(80, 90)).astype(np.float32))
    with pytest.raises(CommandError, match="fixed at its first ingest, and this file has 90 x 80 px"):
        run("ingest", "ngc-1", "--band", f"V={other}")
    assert (Mosaic.objects.count(), stored(images)) == (1, files)


def test_a_galaxy_of_another_team_is_not_touched(band):
    ingest_galaxy(slug="ngc-1", bands=[BandArgument("V", band)], team=make_team())
    with pytest.raises(Conflict, match="belongs to the team"):
        ingest_galaxy(slug="ngc-1", bands=[BandArgument("V", band)], team=make_team())


def bad_files(folder: Path, good: Path) -> dict[str, Path]:
    """One file for each thing that goes wrong."""
    files = {
        name: folder / f"{name}.fits" for name in ("text", "truncated", "empty", "table", "other_size", "half_gzip")
    }
    files["text"].write_text("id,x,y\n1,2,3\n")
    files["truncated"].write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    files["empty"].write_bytes(b"")
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns([fits.Column("a", "E", array=[1.0])])]).writeto(
        files["table"]
    )
    fits.writeto(files["other_size"], np.random.default_rng(0).normal(size=(50, 50)).astype(np.float32))
    files["half_gzip"] = folder / "half.fits.gz"
    files["half_gzip"].write_bytes(gzip.compress(good.read_bytes())[:3000])
    return files | {"missing": folder / "missing.fits", "folder": folder}


@pytest.mark.parametrize(
    "kind", ["text", "truncated", "empty", "table", "other_size", "half_gzip", "missing", "folder"]
)
def test_a_bad_file_is_one_line_that_names_it_and_leaves_nothing_behind(kind, band, tmp_path, images):
    bad = bad_files(tmp_path, band)[kind]
    with pytest.raises(CommandError) as failure:
        run("ingest", "ngc-1", "--band", f"V={band}", "--band", f"I={bad}")
    message = str(failure.value)
    assert bad.name in message
    assert "\n" not in message
    assert not Galaxy.objects.exists()
    assert stored(images) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ngc-1"], "--band"),
        (["ngc-1", "--band", "nothing"], "NAME=FILE"),
        (["NGC 1", "--band", "V={band}"], "small letters"),
        (["../../etc", "--band", "V={band}"], "small letters"),
        (["ngc-1", "--band", "V={band}", "--band", "V={band}"], "given twice"),
        (["ngc-1", "--band", "V={band}", "--reference", "I"], "--reference"),
        (["ngc-1", "--band", "V={band}[7]"], "7"),
    ],
)
def test_a_bad_option_is_one_line_that_names_the_mend(arguments, message, band, images):
    with pytest.raises(CommandError, match=message) as failure:
        run("ingest", *(argument.format(band=band) for argument in arguments))
    assert "\n" not in str(failure.value)
    assert (Galaxy.objects.count(), stored(images)) == (0, [])


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


def test_a_reprojected_band_leaves_nothing_behind_when_the_rows_fail(band, tmp_path, images, monkeypatch):
    shifted = tmp_path / "shifted.fits"
    shutil.copy(band, shifted)
    fits.setval(shifted, "CRPIX1", value=fits.getval(band, "CRPIX1") + 30)

    def fail(**_):
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(Mosaic.objects, "create", fail)
    with pytest.raises(RuntimeError, match="gone"):
        ingest_galaxy(slug="ngc-1", bands=[BandArgument("V", band), BandArgument("I", shifted)], team=make_team())
    assert (Galaxy.objects.count(), stored(images)) == (0, [])


def test_bands_that_do_not_overlap_are_refused(band, tmp_path, images):
    elsewhere = tmp_path / "elsewhere.fits"
    shutil.copy(band, elsewhere)
    fits.setval(elsewhere, "CRVAL2", value=fits.getval(band, "CRVAL2") + 1)
    with pytest.raises(CommandError, match=r"elsewhere\.fits: does not overlap"):
        run("ingest", "ngc-1", "--band", f"V={band}", "--band", f"I={elsewhere}")
    assert (Galaxy.objects.count(), stored(images)) == (0, [])


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


def test_an_unusable_team_option_is_refused(band):
    make_team("One")
    make_team("Two")
    with pytest.raises(CommandError, match="--team"):
        run("ingest", "ngc-1", "--band", f"V={band}")


def test_bad_input_is_a_domain_error_for_other_callers(tmp_path, images):
    with pytest.raises(BadInput):
        ingest_galaxy(slug="ngc-1", bands=[BandArgument("V", tmp_path / "missing.fits")], team=make_team())


def test_a_failure_after_the_images_are_stored_takes_them_out_again(band, images, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr("catalogs.ingest._create_rows", broken)
    with pytest.raises(RuntimeError, match="power cut"):
        run("ingest", "ngc-1", "--band", f"V={band}")
    assert (Galaxy.objects.count(), Mosaic.objects.count(), stored(images)) == (0, 0, [])


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


def test_long_header_values_are_cut_and_a_long_name_refused(tmp_path, images):
    band = write_band(tmp_path / "long.fits", FILTER="F" * 60, BUNIT="U" * 66)
    run("ingest", "ngc-1", "--band", f"V={band}")
    assert (len(Band.objects.get().filter_name), len(Band.objects.get().unit)) == (32, 64)
    with pytest.raises(CommandError, match="--name"):
        run("ingest", "ngc-2", "--band", f"V={band}", "--name", "n" * 101)


def test_warnings_name_the_file_and_not_its_place_on_the_server(tmp_path, images):
    path = tmp_path / "plain.fits"
    fits.writeto(path, np.random.default_rng(0).normal(size=(60, 70)).astype(np.float32))
    warnings = run_json("ingest", "plain", "--band", f"V={path}")["warnings"]
    assert warnings
    assert all("plain.fits" in warning and str(tmp_path) not in warning for warning in warnings)


@pytest.mark.parametrize("room_bytes", [100, 150_000, 300_000])
def test_a_full_disk_is_one_line_and_leaves_nothing_behind(band, images, room_bytes):
    with (
        files_of_at_most(room_bytes),
        pytest.raises(BadInput, match=r"the images cannot be written \(.+\): make room under GALAXYCAT_HOME"),
    ):
        ingest_galaxy(slug="ngc-1", bands=[BandArgument("V", band)], team=make_team())
    assert (Galaxy.objects.count(), stored(images)) == (0, [])


def test_no_room_to_decompress_is_not_called_damage(band, images, tmp_path):
    packed = tmp_path / "v.fits.gz"
    packed.write_bytes(gzip.compress(band.read_bytes()))
    with files_of_at_most(100_000), pytest.raises(BadInput, match=r"v\.fits\.gz: no room to decompress it .*TMPDIR"):
        ingest_galaxy(slug="ngc-1", bands=[BandArgument("V", packed)], team=make_team())


@pytest.mark.parametrize("name", ["V\x01", "V\nI", "\u200b", "V\udcff"])
def test_a_name_that_cannot_be_printed_is_refused(band, images, name):
    with pytest.raises(CommandError, match=r"--band: the name .* cannot be printed"):
        run("ingest", "ngc-1", "--band", f"{name}={band}")
    with pytest.raises(CommandError, match="--name"):
        run("ingest", "ngc-1", "--band", f"V={band}", "--name", name)


@pytest.mark.parametrize(("value", "message"), [(1e35, "beyond what can be drawn"), (3.0, "every pixel is 3")])
def test_an_image_that_cannot_be_drawn_is_refused(tmp_path, images, value, message):
    path = tmp_path / "odd.fits"
    pixels = np.full((80, 80), value, np.float32)
    pixels[0, 0] *= 2 if value > 1e30 else 1
    fits.writeto(path, pixels)
    with pytest.raises(CommandError, match=message):
        run("ingest", "odd", "--band", f"V={path}")
    assert (Galaxy.objects.count(), stored(images)) == (0, [])


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
