"""What `--band` says of one band: its name, its file, the part of the file that is meant, and what a person says of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from galaxycat.errors import BadInput

S3_SCHEME = "s3://"
LONGEST_FILTER, LONGEST_UNIT = 32, 64


@dataclass(frozen=True)
class BandArgument:
    """What `--band NAME=FILE[EXT][plane=N][filter=F][unit=U]` says; `ext` is None, a number, a name, or "name,version", of a
    picture the number of a channel; `plane` counts a cube's planes from 1. `filter_name` and `unit` overrule the header."""

    name: str
    path: Path
    ext: str | None = None
    plane: int | None = None
    filter_name: str | None = None
    unit: str | None = None

    @property
    def part(self) -> str:
        """What of the file is meant, and as what, as text."""
        told = [f"[{key}={value}]" for key, value in (("filter", self.filter_name), ("unit", self.unit)) if value]
        return "".join([self.ext or "", f"[plane={self.plane}]" if self.plane else "", *told])

    @property
    def told(self) -> dict[str, str]:
        """Header cards that the person says are so."""
        return {key: value for key, value in (("FILTER", self.filter_name), ("BUNIT", self.unit)) if value}


@dataclass(frozen=True)
class BandSource:
    """A `--band` argument as written: `location` is a path, or an s3:// address; `keywords` are `BandArgument`'s others."""

    name: str
    location: str
    keywords: Mapping[str, Any]

    @property
    def is_remote(self) -> bool:
        return self.location.lower().startswith(S3_SCHEME)

    def at(self, path: Path) -> BandArgument:
        """The band, with its file at `path`."""
        return BandArgument(self.name, path, **self.keywords)


def read_band_source(argument: str) -> BandSource:
    """Read `NAME=FILE[EXT][plane=N][filter=F][unit=U]`, the bracketed parts in any order.

    Raises BadInput where there is no name or no file in it, or a part is unknown, twice there or unusable.
    """
    name, separator, location = (part.strip() for part in argument.partition("="))
    if not separator or not name or not location:
        raise BadInput(f"--band {argument!r}: write NAME=FILE or NAME=FILE[EXT], for example V=ngc628_v.fits[SCI]")
    keywords: dict[str, Any] = {}
    while not _is_file_name(location) and (match := re.fullmatch(r"(.+)\[([^\[\]]+)\]", location)):
        location = match[1].rstrip()
        try:
            keyword, value = _read_part(match[2])
        except ValueError as error:
            raise BadInput(f"--band {argument!r}: [{match[2]}] {error}") from error
        if keyword in keywords:
            raise BadInput(f"--band {argument!r}: [{match[2]}] says once more what another part says: leave one out")
        keywords[keyword] = value
    return BandSource(name, location, keywords)


def parse_band_argument(argument: str) -> BandArgument:
    """`read_band_source` for a file on disk. Raises BadInput for an s3:// address too."""
    source = read_band_source(argument)
    if source.is_remote:
        raise BadInput(f"--band {argument!r}: only ingest reads {S3_SCHEME} addresses: download the file first")
    return source.at(Path(source.location))


def _is_file_name(location: str) -> bool:
    """A file may really be called "a[1].fits", or even end in a bracket."""
    try:
        return not location.lower().startswith(S3_SCHEME) and Path(location).exists()
    except OSError:  # a name too long for one, or a folder that may not be looked into
        return False


def _read_part(part: str) -> tuple[str, Any]:
    """(keyword of BandArgument, value) of what stands in brackets. The message of a ValueError says the mend."""
    key, separator, value = (text.strip() for text in part.partition("="))
    if not separator:
        return "ext", key
    if key not in PARTS:
        raise ValueError(f"is unknown: write {', '.join(f'[{known}=...]' for known in PARTS)} or [EXT]")
    keyword, read = PARTS[key]
    return keyword, read(value)


def _plane(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,5}", text):
        raise ValueError("is no plane: they are counted from 1, as in [plane=1]")
    return int(text)


def _card(longest: int) -> Callable[[str], str]:
    """Reads the value of a header card."""

    def read(text: str) -> str:
        if not text or len(text) > longest or not text.isascii() or not text.isprintable():
            raise ValueError(f"cannot stand in a FITS header: write 1 to {longest} plain letters, digits and signs")
        return text

    return read


# Key in brackets -> keyword of BandArgument, and what reads its value.
PARTS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "plane": ("plane", _plane), "filter": ("filter_name", _card(LONGEST_FILTER)), "unit": ("unit", _card(LONGEST_UNIT)),
}  # fmt: skip
