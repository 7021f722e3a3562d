"""What `--band` can say of a band, and what is refused with which words."""

from dataclasses import replace
from pathlib import Path

import pytest

from catalogs.imagery.bandargument import BandArgument, parse_band_argument, read_band_source
from galaxycat.errors import BadInput

PLAIN = BandArgument("V", Path("a.fits"))
ALL = replace(PLAIN, ext="SCI,2", plane=3, filter_name="F555W", unit="MJy/sr")


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("V=a.fits", PLAIN),
        (" V = a.fits ", PLAIN),
        ("V=a.fits[1]", replace(PLAIN, ext="1")),
        ("V=a.fits[plane=12]", replace(PLAIN, plane=12)),
        ("V=a.fits[SCI][plane=3]", replace(PLAIN, ext="SCI", plane=3)),
        ("V=a.fits[filter=F555W]", replace(PLAIN, filter_name="F555W")),
        ("V=a.fits[unit=e-/s]", replace(PLAIN, unit="e-/s")),
        ("V=a.fits[SCI,2][plane=3][filter=F555W][unit=MJy/sr]", ALL),
        ("V=a.fits[unit=MJy/sr][filter=F555W][plane=3][SCI,2]", ALL),
        ("V=a.fits [ SCI,2 ] [plane = 3] [unit= MJy/sr] [filter =F555W]", ALL),
        ("V=a[1].fits", replace(PLAIN, path=Path("a[1].fits"))),
        ("V=a[1].fits[2]", replace(PLAIN, path=Path("a[1].fits"), ext="2")),
    ],
)
def test_what_a_band_argument_says(argument, expected):
    assert parse_band_argument(argument) == expected


def test_what_is_printed_can_be_read():
    prefix, _, told = ALL.part.partition("[")
    assert parse_band_argument(f"V=a.fits[{prefix}][{told}") == ALL


def test_a_file_that_really_ends_in_a_bracket_is_that_file(tmp_path):
    for name in ("b[1]", "b[plane=2]", "b[x=y]"):
        (path := tmp_path / name).touch()
        assert parse_band_argument(f"V={path}") == BandArgument("V", path)
        assert parse_band_argument(f"V={path}[unit=Jy]") == BandArgument("V", path, unit="Jy")


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("", "write NAME=FILE"),
        ("V", "write NAME=FILE"),
        ("V=", "write NAME=FILE"),
        ("=a.fits", "write NAME=FILE"),
        (
            "V=a.fits[colour=red]",
            r"\[colour=red\] is unknown: write \[plane=...\], \[filter=...\], \[unit=...\] or \[EXT\]",
        ),
        ("V=a.fits[PLANE=1]", r"\[PLANE=1\] is unknown"),
        ("V=a.fits[plane=1][plane=2]", "says once more"),
        ("V=a.fits[unit=Jy][SCI][unit=Jy]", "says once more"),
        ("V=a.fits[SCI][1]", "says once more"),
        ("V=a.fits[plane=0]", "counted from 1"),
        ("V=a.fits[plane=two]", "counted from 1"),
        ("V=a.fits[filter=]", "1 to 32 plain letters"),
        ("V=a.fits[filter=" + "F" * 33 + "]", "1 to 32 plain letters"),
        ("V=a.fits[unit=µJy]", "1 to 64 plain letters"),
        ("V=s3://bucket/a.fits[SCI]", "only ingest reads s3:// addresses"),
    ],
)
def test_what_cannot_be_read_is_one_line_that_names_the_argument(argument, message):
    with pytest.raises(BadInput, match=message) as refused:
        parse_band_argument(argument)
    assert str(refused.value).startswith(f"--band {argument!r}: ")
    assert "\n" not in str(refused.value)


def test_an_address_is_kept_as_it_is_written():
    source = read_band_source("V=s3://bucket//a[1].fits[SCI][plane=2]")
    assert (source.location, source.is_remote) == ("s3://bucket//a[1].fits", True)
    assert source.at(Path("here.fits")) == BandArgument("V", Path("here.fits"), "SCI", 2)
