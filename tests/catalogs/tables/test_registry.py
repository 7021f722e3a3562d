"""Formats guessed, files that cannot be read or written, and writing as all or nothing."""

import os

import pytest

from catalogs.tables.registry import TABLE_READERS, TABLE_WRITERS, guess_format, read_table, write_table
from galaxycat.errors import BadInput
from tests.catalogs.tables.samples import sample


@pytest.mark.parametrize(
    ("name", "content", "format_"),
    [
        ("a.csv", "id,x\n", "csv"),
        ("a.tsv", "id\tx\n", "tsv"),
        ("a.tab", "1 2 3\n", "legus"),
        ("a.tab", "id\tx\ty\n", "tsv"),
        ("a.txt", "# note\nid x y\n", "csv"),
        ("a.dat", "1 2 3\n", "legus"),
        ("a.csv", "# %ECSV 1.0\n", "ecsv"),
        ("a.ecsv", "# %ECSV 1.0\n", "ecsv"),
        ("a.JSON", "{}", "geojson"),
        ("a.txt", '{"type": "FeatureCollection"}', "geojson"),
    ],
)
def test_guessed_formats(tmp_path, name, content, format_):
    (tmp_path / name).write_text(content)
    assert guess_format(tmp_path / name) == format_


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.csv", None, "none.csv: no such file"),
        ("empty.csv", b"", "empty.csv: is empty"),
        ("blank.tab", b" \n\n", "blank.tab: is empty"),
        ("image.csv", b"SIMPLE  =                    T", "image.csv: is a FITS file"),
        ("image.fits", b"SIMPLE  =                    T", "image.fits: is a FITS file"),
        ("packed.csv", b"\x1f\x8b\x08", "packed.csv: is gzip-compressed"),
        ("binary.csv", b"id,x\n\x00\x01", "binary.csv: is a binary file"),
        ("latin.csv", b"id,x_px,y_px\n1,2,3\n2,caf\xe9,3\n", "latin.csv: line 3 is not UTF-8 .byte 0xe9."),
        ("table.xyz", b"id,x\n", "table.xyz: its format cannot be guessed from '.xyz'; give format, one of csv, tsv"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=message) as caught:
        read_table(tmp_path / name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("format_", [None, *TABLE_READERS])
def test_a_folder_is_no_file(tmp_path, format_):
    with pytest.raises(BadInput, match="is a folder"):
        read_table(tmp_path, format_)


def test_a_pipe_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(BadInput, match="is a device or a pipe"):
        read_table(tmp_path / "pipe.csv")


def test_unknown_formats_list_the_known(tmp_path):
    with pytest.raises(BadInput, match="format: 'xls' is not one of csv, tsv, ecsv, geojson, legus"):
        read_table(tmp_path / "a.csv", "xls")
    with pytest.raises(BadInput, match="format: 'xls' is not one of ecsv, geojson"):
        write_table(sample(), tmp_path / "a.xls", "xls")


def test_writing_is_all_or_nothing(tmp_path, monkeypatch):
    path = tmp_path / "out.ecsv"
    path.write_text("what was there")

    def fail(table, unfinished):
        unfinished.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(TABLE_WRITERS, "ecsv", fail)
    with pytest.raises(BadInput, match=r"cannot be written .No space left on device."):
        write_table(sample(), path, "ecsv")
    assert os.listdir(tmp_path) == ["out.ecsv"]
    assert path.read_text() == "what was there"


@pytest.mark.parametrize("name", ["", "absent/out.ecsv"])
def test_places_that_cannot_be_written(tmp_path, name):
    with pytest.raises(BadInput, match="is a folder or in a folder that is not there"):
        write_table(sample(), tmp_path / name, "ecsv")


def test_an_export_replaces_the_last_one(tmp_path):
    for mag_v in (20.0, 21.0):
        table = sample()
        table["mag_v"] = [mag_v, mag_v]
        write_table(table, tmp_path / "out.ecsv", "ecsv")
    assert read_table(tmp_path / "out.ecsv").measurements["mag_v"].tolist() == [21.0, 21.0]
