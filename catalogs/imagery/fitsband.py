"""One band of a mosaic in a FITS file: opened, checked, and read by strips of rows."""

import bz2
import gzip
import hashlib
import lzma
import re
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS
from numpy.typing import NDArray

from catalogs.imagery.calibration import Calibration, number, read_calibration
from catalogs.imagery.fitswcs import celestial_cards, quiet_astropy, wcs_from_cards
from galaxycat.errors import BadInput

__all__ = ["BandArgument", "BandFile", "Calibration", "open_band", "parse_band_argument"]

SCAN_ROWS = 256
FLOAT32_EXACT_BITS = 24
# What a damaged FITS file or a damaged compressed stream makes astropy, zlib and bz2 raise.
DAMAGE = (OSError, EOFError, ValueError, TypeError, KeyError, IndexError, zlib.error, fits.VerifyError, RuntimeError)
DECOMPRESSORS: dict[bytes, Callable[..., Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}


@dataclass(frozen=True)
class BandArgument:
    """What `--band NAME=FILE[EXT]` says; `ext` is None, a number, a name, or "name,version"."""

    name: str
    path: Path
    ext: str | None = None


def parse_band_argument(argument: str) -> BandArgument:
    """Read `NAME=FILE[EXT]`. Raises BadInput where there is no name or no file in it."""
    name, separator, rest = argument.partition("=")
    name, rest = name.strip(), rest.strip()
    if not separator or not name or not rest:
        raise BadInput(f"--band {argument!r}: write NAME=FILE or NAME=FILE[EXT], for example V=ngc628_v.fits[SCI]")
    match = re.fullmatch(r"(.+)\[([^\[\]]+)\]", rest)
    # A file may really be called "a[1].fits", or even end in a bracket.
    if match is None or Path(rest).exists():
        return BandArgument(name, Path(rest))
    return BandArgument(name, Path(match[1]), match[2].strip())


@dataclass
class BandFile:
    """An open image of `shape` (height, width) in `path`; `header` is the HDU's, completed by the primary one's.

    `wcs_cards` rebuild `wcs`, which is None (with a warning) where the header has none. `warnings` says in one line
    each what was not believed or not kept. Made by `open_band`.
    """

    path: Path
    name: str
    hdu: Any = field(repr=False)
    header: fits.Header = field(repr=False)
    shape: tuple[int, int]
    calibration: Calibration
    wcs: WCS | None = field(repr=False)
    wcs_cards: list[str] = field(repr=False)
    warnings: list[str]

    def read_rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Rows start <= y < stop as native float32 (rows, width), bottom row first; BSCALE, BZERO and BLANK applied.

        Raises ValueError for rows outside the image, BadInput where the file turns out to be damaged.
        """
        if not 0 <= start < stop <= self.shape[0]:
            raise ValueError(f"rows {start}:{stop} are outside 0:{self.shape[0]}")
        plane = (0,) * (len(self.hdu.shape) - 2)
        with quiet_astropy(), np.errstate(over="ignore", invalid="ignore"):
            try:
                rows = self.hdu.section[(*plane, slice(start, stop), slice(None))]
            except DAMAGE as error:
                raise _damaged(self.path, error) from error
            return np.ascontiguousarray(rows, dtype=np.float32)

    @cached_property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the file as it lies on disk."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def open_band(path: Path | str, ext: str | None = None, name: str | None = None) -> Iterator[BandFile]:
    """Open the first 2-D image of a FITS file (also .gz .bz2 .xz .fz), or the one that `ext` chooses.

    `name` is the band's; it defaults to the header's filter or the file's stem, and gives a default pivot wavelength.
    Raises BadInput, naming the file and the mend, for whatever cannot be used.
    """
    path = Path(path)
    _require_file(path)
    with _plain_file(path) as plain, _hdu_list(path, plain) as hdus:
        yield _band_file(path, plain, hdus, ext, name)


def _band_file(path: Path, plain: Path, hdus: fits.HDUList, ext: str | None, name: str | None) -> BandFile:
    warnings: list[str] = []
    with quiet_astropy():
        hdu = _image_hdu(path, hdus, ext)
        _require_complete(path, plain, hdu)
        header = _merged_header(hdu, hdus[0])
        shape = (int(hdu.shape[-2]), int(hdu.shape[-1]))
        calibration = read_calibration(header, path, warnings)
        cards = celestial_cards(hdu.header, shape, path, warnings)
        _note_precision(path, header, warnings)
    calibration = calibration.named(name) if name else calibration
    band_name = name or calibration.filter_name or path.name.split(".")[0]
    band = BandFile(path, band_name, hdu, header, shape, calibration, wcs_from_cards(cards), cards, warnings)
    _require_light(band)
    return band


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise BadInput(f"{path}: is a directory: name the FITS file in it")
    if not path.is_file():
        raise BadInput(f"{path}: no such file: check the path")
    if path.stat().st_size == 0:
        raise BadInput(f"{path}: is empty (0 bytes): copy or download it again")


@contextmanager
def _plain_file(path: Path) -> Iterator[Path]:
    """`path` itself, or a decompressed copy for as long as it is needed: strips must be read in any order."""
    with path.open("rb") as stream:
        magic = stream.read(6)
    opener = next((opener for prefix, opener in DECOMPRESSORS.items() if magic.startswith(prefix)), None)
    if opener is None:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="galaxycat-") as folder:
        plain = Path(folder) / "band.fits"
        with plain.open("wb") as target:
            _decompress(path, opener, target)
        yield plain


def _decompress(path: Path, opener: Callable[..., Any], target: BinaryIO) -> None:
    try:
        with opener(path, "rb") as source:
            shutil.copyfileobj(source, target, 1 << 20)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise BadInput(
            f"{path}: its compression is damaged or cut short ({error}): copy or download it again"
        ) from error


@contextmanager
def _hdu_list(path: Path, plain: Path) -> Iterator[fits.HDUList]:
    with quiet_astropy():
        try:
            # uint=False: unsigned integers come as floats, with BLANK turned into NaN.
            hdus = fits.open(plain, memmap=False, uint=False)
            count = len(hdus)
        except DAMAGE as error:
            raise BadInput(
                f"{path}: is not a readable FITS file ({error}): check that it is FITS and complete"
            ) from error
    with hdus:
        if count == 0:
            raise BadInput(f"{path}: holds no FITS extension: copy or download it again")
        yield hdus


def _image_hdu(path: Path, hdus: fits.HDUList, ext: str | None) -> Any:
    """The chosen HDU, or the first 2-D image; cubes of one plane count as images."""
    if ext is None:
        images = [hdu for hdu in hdus if _is_plane(hdu)]
        candidates = images or [hdu for hdu in hdus if hdu.is_image and hdu.header.get("NAXIS", 0) > 2] or [None]
        hdu = candidates[0]
    else:
        hdu = _named_hdu(path, hdus, ext)
    if hdu is None:
        raise BadInput(f"{path}: holds no image (it has {_describe(hdus)}): give a file with a 2-D image extension")
    if not hdu.is_image or not hdu.shape:
        raise BadInput(f"{path}[{ext}]: is not an image: choose one of {_describe(hdus)}")
    if not _is_plane(hdu):
        axes = " x ".join(str(length) for length in hdu.shape)
        raise BadInput(f"{path}: its image has {axes} pixels, not a plane: cut one plane out and save it as 2-D FITS")
    return hdu


def _is_plane(hdu: Any) -> bool:
    shape = hdu.shape if hdu.is_image else ()
    return len(shape) >= 2 and all(length == 1 for length in shape[:-2]) and min(shape[-2:]) > 0


def _named_hdu(path: Path, hdus: fits.HDUList, ext: str) -> Any:
    name, _, version = ext.partition(",")
    key: int | str | tuple[str, int] = int(ext) if ext.isdigit() else name.strip()
    if version.strip().isdigit():
        key = (name.strip(), int(version))
    try:
        return hdus[key]
    except (KeyError, IndexError) as error:
        raise BadInput(f"{path}[{ext}]: no such extension: choose one of {_describe(hdus)}") from error


def _describe(hdus: fits.HDUList) -> str:
    return ", ".join(f"{index}:{hdu.name or type(hdu).__name__}" for index, hdu in enumerate(hdus))


def _require_complete(path: Path, plain: Path, hdu: Any) -> None:
    """astropy only warns about a file that was cut short, and then reads what happens to be there."""
    info = hdu.fileinfo()
    compressed = isinstance(hdu, fits.CompImageHDU)
    expected = info["datLoc"] + (info["datSpan"] if compressed else hdu.size)
    actual = plain.stat().st_size
    if actual < expected:
        raise BadInput(
            f"{path}: is cut short: {actual:,} of at least {expected:,} bytes are there: copy or download it again"
        )


def _merged_header(hdu: Any, primary: Any) -> fits.Header:
    header = hdu.header.copy()
    if hdu is not primary:
        header.extend(primary.header, unique=True, strip=True)
    return header


def _note_precision(path: Path, header: fits.Header, warnings: list[str]) -> None:
    bits = number(header, "BITPIX", path)
    if bits == -64:
        warnings.append(f"{path}: 64-bit floats are kept as 32-bit ones (7 digits)")
    elif bits is not None and bits > FLOAT32_EXACT_BITS:
        warnings.append(f"{path}: {bits:.0f}-bit integers are kept as 32-bit floats, exact up to 16,777,216")


def _require_light(band: BandFile) -> None:
    """Look for one finite value that is not zero; a usual image shows it in its first strip."""
    seen_finite = False
    for start in range(0, band.shape[0], SCAN_ROWS):
        finite = (rows := band.read_rows(start, min(start + SCAN_ROWS, band.shape[0])))[np.isfinite(rows)]
        if np.any(finite):
            return
        seen_finite = seen_finite or finite.size > 0
    what = "holds nothing but zeros" if seen_finite else "holds no finite value (all NaN)"
    raise BadInput(f"{band.path}: its image {what}: choose another extension or file")


def _damaged(path: Path, error: Exception) -> BadInput:
    return BadInput(f"{path}: its pixels cannot be read ({error}): the file is damaged, copy or download it again")
