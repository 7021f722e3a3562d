"""One band of a mosaic in a FITS file: opened, checked, and read by strips of rows. Pictures are opened by picturefile.py."""

import math
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

from catalogs.imagery.bandargument import BandArgument, parse_band_argument
from catalogs.imagery.bandfile import BandFile, require_light
from catalogs.imagery.calibration import Calibration, number, read_calibration
from catalogs.imagery.fitswcs import celestial_cards, quiet_astropy, wcs_from_cards
from catalogs.imagery.picturefile import is_picture, open_picture
from catalogs.imagery.sky import pixel_area_sr
from catalogs.imagery.unpacking import AMPLE, Room, plain_file
from galaxycat.errors import BadInput

__all__ = ["BandArgument", "BandFile", "Calibration", "open_band", "parse_band_argument"]

SCAN_ROWS = 256
# Eight kilobytes each in memory, of which a compressed file holds as many as one likes.
MOST_EXTENSIONS = 5000
# A tile is inflated whole for every strip that meets it.
LARGEST_TILE_PX = 2**23
FLOAT32_EXACT_BITS = 24
NUMBER, NAME_AND_VERSION = re.compile("[0-9]{1,6}"), re.compile(r"(.+?)\s*,\s*([0-9]{1,6})")
# What a damaged FITS file or a damaged compressed stream makes astropy, zlib and bz2 raise.
DAMAGE = (OSError, EOFError, ValueError, TypeError, KeyError, IndexError, zlib.error, fits.VerifyError, RuntimeError)


class FitsBand(BandFile):
    """A `BandFile` whose `hdu` is an image HDU; `plane` picks one of a cube's planes, an index for each axis above two."""

    plane: tuple[int, ...] = ()

    def read_window(self, rows: slice, columns: slice) -> NDArray[np.float32]:
        """As `BandFile.read_window`; BSCALE, BZERO and BLANK applied."""
        self.require_within(rows, columns)
        with quiet_astropy(), np.errstate(over="ignore", invalid="ignore"):
            try:
                pixels = self.hdu.section[(*self.plane, rows, columns)]
            # Beside DAMAGE, an exception of the decompressor's own that has no other base.
            except Exception as error:
                raise _damaged(self.path, error) from error
            return np.ascontiguousarray(pixels, dtype=np.float32)


@contextmanager
def open_band(
    path: Path | str,
    ext: str | None = None,
    name: str | None = None,
    plane: int | None = None,
    told: Mapping[str, str] | None = None,
    room: Room = AMPLE,
) -> Iterator[BandFile]:
    """Open the first 2-D image of a FITS file (also .gz .bz2 .xz .fz), or the one that `ext` chooses, of a cube the `plane`
    counted from 1; of a TIFF, PNG or JPEG its only channel or number `ext`.

    `name` is the band's; it defaults to the header's filter or the file's stem, and gives a default pivot wavelength.
    `told` are header cards, FILTER and BUNIT, that a person says are so. Raises BadInput, naming the file and the mend, for whatever cannot be used.
    """
    path = Path(path)
    _require_file(path)
    if is_picture(path):
        if plane is not None:
            raise BadInput(f"{path}: a picture has no planes: name a channel, such as {path.name}[1], and no plane")
        with open_picture(path, ext, name, room) as picture:
            picture.calibration = picture.calibration.as_told(told or {})
            yield picture
        return
    with plain_file(path, room) as plain, _hdu_list(path, plain) as hdus:
        band = _band_file(path, plain, hdus, ext, name, plane, told or {})
        room.require_plane(path, band.shape)
        require_light(band)
        yield band


def _band_file(
    path: Path,
    plain: Path,
    hdus: fits.HDUList,
    ext: str | None,
    name: str | None,
    plane: int | None,
    told: Mapping[str, str],
) -> FitsBand:
    warnings: list[str] = []
    with quiet_astropy():
        hdu = _image_hdu(path, hdus, ext, plane)
        _require_complete(path, plain, hdu)
        _require_small_tiles(path, hdu)
        header = _merged_header(hdu, hdus[0])
        # What a person says of the filter is said of both of JWST's wheels.
        header.update(dict(told) | ({"PUPIL": ""} if "FILTER" in told else {}))
        shape = (int(hdu.shape[-2]), int(hdu.shape[-1]))
        cards = celestial_cards(hdu.header, shape, path, warnings)
        wcs = wcs_from_cards(cards)
        calibration = read_calibration(header, path, warnings, wcs and pixel_area_sr(wcs)).as_told(told)
        _note_precision(path, header, warnings)
    calibration = calibration.named(name) if name else calibration
    band_name = name or calibration.filter_name or path.name.split(".")[0]
    band = FitsBand(path, band_name, hdu, header, shape, calibration, wcs, cards, warnings)
    # The last of the axes above two is the one whose planes are counted; the others have one plane.
    band.plane = (0,) * (len(hdu.shape) - 3) + (((plane or 1) - 1,) if len(hdu.shape) > 2 else ())
    return band


def _require_file(path: Path) -> None:
    try:
        if path.is_dir():
            raise BadInput(f"{path}: is a directory: name the FITS file in it")
        if not path.is_file():
            raise BadInput(f"{path}: no such file: check the path")
        path.name.encode()
        with path.open("rb") as stream:
            is_empty = not stream.read(1)
    except UnicodeEncodeError as error:
        raise BadInput(f"{str(path)!a}: its name is not UTF-8, so it cannot be kept: rename the file") from error
    except OSError as error:
        raise BadInput(f"{path}: cannot be opened ({error.strerror}): check the path and who may read it") from error
    if is_empty:
        raise BadInput(f"{path}: is empty (0 bytes): copy or download it again")


@contextmanager
def _hdu_list(path: Path, plain: Path) -> Iterator[fits.HDUList]:
    with quiet_astropy():
        try:
            # uint=False: unsigned integers come as floats, with BLANK turned into NaN.
            hdus = fits.open(plain, memmap=False, uint=False)
            count = next((n for n in range(MOST_EXTENSIONS + 1) if not _has(hdus, n)), None)
        except DAMAGE as error:
            raise BadInput(
                f"{path}: is not a readable FITS file ({error}): check that it is FITS and complete"
            ) from error
    with hdus:
        if count is None:
            raise BadInput(
                f"{path}: has more than {MOST_EXTENSIONS:,} extensions: copy the one that is meant to a file of its own"
            )
        if count == 0:
            raise BadInput(f"{path}: holds no FITS extension: copy or download it again")
        yield hdus


def _has(hdus: fits.HDUList, n: int) -> bool:
    """Whether there are more than `n` extensions; reads no further."""
    try:
        hdus[n]
    except IndexError:
        return False
    return True


def _image_hdu(path: Path, hdus: fits.HDUList, ext: str | None, plane: int | None) -> Any:
    """The chosen HDU, or the first 2-D image, where a plane is wanted the first cube; cubes of one plane count as images."""
    if ext is None:
        cubes = [hdu for hdu in hdus if hdu.is_image and hdu.header.get("NAXIS", 0) > 2]
        images = [hdu for hdu in hdus if _is_plane(hdu)]
        hdu = next(iter([*cubes, *images] if plane else [*images, *cubes]), None)
    else:
        hdu = _named_hdu(path, hdus, ext)
    if hdu is None:
        raise BadInput(f"{path}: holds no image (it has {_describe(hdus)}): give a file with a 2-D image extension")
    if not hdu.is_image or not hdu.shape:
        raise BadInput(f"{path}[{ext}]: is not an image: choose one of {_describe(hdus)}")
    _require_plane(path, hdu, plane)
    return hdu


def _require_plane(path: Path, hdu: Any, plane: int | None) -> None:
    """Raises BadInput unless the image is one plane, or a cube of which one is chosen."""
    axes = " x ".join(str(length) for length in hdu.shape)
    n_planes = hdu.shape[-3] if len(hdu.shape) > 2 else 1
    is_cube = len(hdu.shape) > 2 and all(length == 1 for length in hdu.shape[:-3]) and min(hdu.shape[-2:]) > 0
    if plane is None and not _is_plane(hdu):
        mend = f"name one of its {n_planes} planes, such as FILE[plane=1]" if is_cube else "cut one plane out"
        raise BadInput(f"{path}: its image has {axes} pixels, not a plane: {mend}")
    if plane is not None and not (is_cube or _is_plane(hdu)):
        raise BadInput(f"{path}: its image has {axes} pixels: planes can be chosen of cubes with three axes")
    if plane is not None and not 1 <= plane <= n_planes:
        raise BadInput(f"{path}: has no plane {plane}: choose one from 1 to {n_planes}")


def _is_plane(hdu: Any) -> bool:
    shape = hdu.shape if hdu.is_image else ()
    return len(shape) >= 2 and all(length == 1 for length in shape[:-2]) and min(shape[-2:]) > 0


def _named_hdu(path: Path, hdus: fits.HDUList, ext: str) -> Any:
    key: int | str | tuple[str, int] = int(ext) if NUMBER.fullmatch(ext) else ext
    if versioned := NAME_AND_VERSION.fullmatch(ext):
        key = (versioned[1], int(versioned[2]))
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


def _require_small_tiles(path: Path, hdu: Any) -> None:
    tile = tuple(int(length) for length in hdu.tile_shape) if isinstance(hdu, fits.CompImageHDU) else ()
    if math.prod(tile) > LARGEST_TILE_PX:
        lengths = " x ".join(str(length) for length in tile)
        raise BadInput(
            f"{path}: is compressed in tiles of {lengths} pixels, too large to be read by parts: unpack it with funpack"
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


def _damaged(path: Path, error: Exception) -> BadInput:
    return BadInput(f"{path}: its pixels cannot be read ({error}): the file is damaged, copy or download it again")
