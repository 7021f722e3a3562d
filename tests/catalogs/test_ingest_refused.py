"""What `ingest` refuses, and what fails on the way: one clear line, and nothing is left behind."""

import gzip
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
import rasterio
from astropy.io import fits
from django.core.management.base import CommandError
from django.db import connection

from catalogs import ingest
from catalogs.imagery.fitsband import BandArgument
from catalogs.ingest import ingest_galaxy
from catalogs.models import Band, Galaxy, Mosaic
from galaxycat.accounts.models import Role, Team
from galaxycat.errors import BadInput, Conflict
from tests.catalogs.imagefolder import stored
from tests.commands import run, run_json
from tests.factories import make_member, make_team
from tests.fulldisk import files_of_at_most
from tests.world import write_band

pytestmark = pytest.mark.django_db


def test_another_grid_is_refused_with_the_reason(band, tmp_path, images):
    run("ingest", "ngc-1", "--band", f"V={band}")
    files = stored(images)
    other = tmp_path / "small.fits"
    fits.writeto(other, np.random.default_rng(0).normal(size=(80, 90)).astype(np.float32))
    with pytest.raises(CommandError, match="fixed at its first ingest, and this file has 90 x 80 px"):
        run("ingest", "ngc-1", "--band", f"V={other}")
    assert (Mosaic.objects.count(), stored(images)) == (1, files)


@pytest.mark.parametrize(
    ("name", "mend"),
    [("V", "another WCS; ingest it under"), ("F555W", "choose V as the reference band, as before, or ingest it under")],
)
def test_another_wcs_is_refused_with_the_present_reference_band(name, mend, band, tmp_path):
    run("ingest", "ngc-1", "--band", f"V={band}")
    moved = write_band(tmp_path / "moved.fits", CRPIX1=fits.getval(band, "CRPIX1") + 0.05)
    with pytest.raises(CommandError, match=rf"moved\.fits: .*300 x 300 px, .*{mend}"):
        run("ingest", "ngc-1", "--band", f"{name}={moved}")
    assert Mosaic.objects.count() == 1


def test_a_galaxy_of_another_team_is_not_touched(band):
    ingest_galaxy(slug="ngc-1", bands=[BandArgument("V", band)], team=make_team())
    with pytest.raises(Conflict, match="belongs to the team"):
        ingest_galaxy(slug="ngc-1", bands=[BandArgument("V", band)], team=make_team())
    # A person is not told whose it is.
    other = make_team()
    with pytest.raises(Conflict, match="ngc-1: a galaxy of this name is another team's; choose another name"):
        ingest_galaxy(
            slug="ngc-1", bands=[BandArgument("V", band)], team=other, created_by=make_member(other, Role.CURATOR)
        )


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
    assert not Team.objects.exists()
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
    assert (Galaxy.objects.count(), Team.objects.count(), stored(images)) == (0, 0, [])


def test_a_team_that_is_named_comes_with_the_galaxy_only(band, images):
    arguments = ("ingest", "ngc-1", "--band", f"V={band}", "--team", "LEGUS clusters")
    with pytest.raises(CommandError, match="no such extension"):
        run(*arguments[:3], f"V={band}[7]", *arguments[4:])
    assert Team.objects.count() == 0
    run(*arguments)
    assert Galaxy.objects.get().team == Team.objects.get(name="LEGUS clusters")
    with pytest.raises(CommandError, match="belongs to the team LEGUS clusters"):
        run(*arguments[:-1], "Another team")
    assert Team.objects.count() == 1


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
    assert (Galaxy.objects.count(), Mosaic.objects.count(), Team.objects.count(), stored(images)) == (0, 0, 0, [])


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
    with (
        files_of_at_most(100_000),
        pytest.raises(BadInput, match=r"v\.fits\.gz: no room to decompress it .*GALAXYCAT_HOME"),
    ):
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


def test_what_is_unpacked_lies_where_the_next_ingest_clears_it_away(band, images, tmp_path):
    packed = tmp_path / "v.fits.gz"
    packed.write_bytes(gzip.compress(band.read_bytes()))
    seen = []
    ingest_galaxy(
        slug="ngc-1", bands=[BandArgument("V", packed)], team=make_team(),
        progress=lambda fraction, stage: seen.extend(images.glob("drafts/*/galaxycat-*/band.fits")),
    )  # fmt: skip
    assert len(set(seen)) == 1
    assert list((images / "drafts").iterdir()) == []


@pytest.mark.parametrize("kind", ["plain", "gz", "fz", "png"])
def test_an_image_that_is_too_large_unpacked_is_refused_however_small_its_file(kind, images, tmp_path):
    path = tmp_path / f"zeros.{'png' if kind == 'png' else 'fits'}"
    if kind == "png":
        with rasterio.open(path, "w", driver="PNG", height=600, width=700, count=1, dtype="uint8") as picture:
            picture.write(np.ones((1, 600, 700), np.uint8))
    else:
        pixels = np.ones((600, 700), np.float32)
        hdus = [fits.PrimaryHDU(), fits.CompImageHDU(pixels)] if kind == "fz" else [fits.PrimaryHDU(pixels)]
        fits.HDUList(hdus).writeto(path)
    if kind == "gz":
        packed = tmp_path / "zeros.fits.gz"
        packed.write_bytes(gzip.compress(path.read_bytes()))
        path = packed
    with pytest.raises(
        BadInput, match=r"zeros\..*at most 1,600,000 bytes are taken here: use the ingest command"
    ) as failure:
        ingest_galaxy(slug="ngc-1", bands=[BandArgument("V", path)], team=make_team(), max_image_bytes=1_600_000)
    assert "\n" not in str(failure.value)
    assert (Galaxy.objects.count(), stored(images)) == (0, [])


def test_a_folder_that_cannot_be_written_to_is_one_line(band, images):
    images.write_text("not a folder")
    with pytest.raises(BadInput, match="the folder of images cannot be written to"):
        ingest_galaxy(slug="ngc-1", bands=[BandArgument("V", band)], team=make_team())


@pytest.mark.django_db(transaction=True)
def test_an_ingest_that_fails_leaves_the_images_that_another_of_the_same_content_just_stored(band, images, monkeypatch):
    """The one that fails must not take out what the other one has stored before its rows name it."""
    team, storing, errors, record = make_team(), threading.Event(), [], ingest._record

    def work(slug, progress):
        try:
            ingest_galaxy(slug=slug, bands=[BandArgument("V", band)], team=team, progress=progress)
        except RuntimeError as error:
            errors.append(str(error))
        finally:
            connection.close()

    def slow_or_broken(draft, *rest):
        if draft.slug == "broken":
            raise RuntimeError("the database is gone")
        broken.start()
        assert storing.wait(timeout=60)
        # As long as the other would need to store, fail and clean up, were it let.
        broken.join(timeout=1)
        return record(draft, *rest)

    monkeypatch.setattr(ingest, "_record", slow_or_broken)
    broken = threading.Thread(
        target=work, args=("broken", lambda fraction, stage: storing.set() if stage == "storing the images" else None)
    )
    work("fine", lambda fraction, stage: None)
    broken.join(timeout=60)
    assert errors == ["the database is gone"]
    assert Mosaic.objects.get(galaxy__slug="fine").science_path.is_file()
    assert len(stored(images)) == 2
