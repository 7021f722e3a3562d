"""A channel of a TIFF, PNG or JPEG as a band: pixels only, no sky and no calibration."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import tifffile
from astropy.io import fits
from numpy.typing import NDArray
from rasterio.enums import ColorInterp
from rasterio.errors import RasterioError
from rasterio.windows import Window

from catalogs.imagery.bandfile import BandFile, require_light
from catalogs.imagery.calibration import Calibration
from catalogs.imagery.science import gdal
from catalogs.imagery.unpacking import Room
from galaxycat.errors import BadInput

# By the file's name, and nothing but this driver: GDAL has others that open what a file tells them to.
DRIVERS = {".tif": "GTiff", ".tiff": "GTiff", ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
LARGEST_SIDE_PX = 65_000
UPRIGHT = "1"


class PictureBand(BandFile):
    """A `BandFile` whose `hdu` is an open dataset and whose `channel` is 1-based; no data where the picture is transparent."""

    channel: int = 1

    def read_window(self, rows: slice, columns: slice) -> NDArray[np.float32]:
        """As `BandFile.read_window`."""
        self.require_within(rows, columns)
        # The picture's first row is the top one.
        top = self.shape[0] - rows.stop
        window = Window(columns.start, top, columns.stop - columns.start, rows.stop - rows.start)
        try:
            pixels = self.hdu.read(self.channel, window=window)[::-1].astype(np.float32)
            # The channel's own: a TIFF's nodata value is no data where another channel has some.
            seen = self.hdu.read_masks(self.channel, window=window)[::-1] > 0
        except RasterioError as error:
            raise BadInput(f"{self.path}: its pixels cannot be read ({error}): copy or download it again") from error
        return np.where(seen, pixels, np.float32(np.nan))


def is_picture(path: Path) -> bool:
    """Whether the file's name is that of a picture."""
    return path.suffix.lower() in DRIVERS


@contextmanager
def open_picture(path: Path, channel: str | None, name: str | None, room: Room) -> Iterator[PictureBand]:
    """Open a channel, "1" for the first. Raises BadInput, naming the file and the mend, for whatever cannot be used."""
    with gdal():
        try:
            dataset = rasterio.open(path, driver=DRIVERS[path.suffix.lower()])
        except RasterioError as error:
            raise BadInput(f"{path}: is not a readable picture ({error}): check that it is complete") from error
        with dataset:
            band = _picture_band(path, dataset, channel, name)
            room.require_plane(path, band.shape)
            require_light(band)
            yield band


def _picture_band(path: Path, dataset: Any, channel: str | None, name: str | None) -> PictureBand:
    if max(dataset.shape) > LARGEST_SIDE_PX:
        raise BadInput(
            f"{path}: is {dataset.width} x {dataset.height} px: at most {LARGEST_SIDE_PX:,} a side are taken"
        )
    _require_plain(path, dataset)
    number = _channel(path, dataset, channel)
    warnings = [f"{path}: a picture has no sky and no calibration: this band works in pixels only"]
    band = PictureBand(
        path, name or path.stem, dataset, fits.Header(), dataset.shape, Calibration(), None, [], warnings
    )
    band.channel = number
    return band


def _require_plain(path: Path, dataset: Any) -> None:
    """Raises BadInput where the file holds several pictures, of which the first would be taken, or one that is to be turned."""
    if dataset.subdatasets:
        raise BadInput(
            f"{path}: has {len(dataset.subdatasets)} pages: save the one that is meant as a file of its own, or as a FITS cube"
        )
    orientation = dataset.tags().get("EXIF_Orientation", UPRIGHT)
    if dataset.driver == "GTiff":
        try:
            with tifffile.TiffFile(path) as tiff:
                orientation = str(int(tiff.pages.first.tags.valueof("Orientation", default=UPRIGHT)))
        except (tifffile.TiffFileError, ValueError, TypeError) as error:
            raise BadInput(f"{path}: its orientation cannot be read ({error}): save it anew as a plain TIFF") from error
    if orientation not in ("0", UPRIGHT):
        raise BadInput(f"{path}: is stored turned or mirrored (orientation {orientation}): save it upright")


def _channel(path: Path, dataset: Any, channel: str | None) -> int:
    """The chosen channel, or the only one."""
    light = [index for index, kind in enumerate(dataset.colorinterp, 1) if kind != ColorInterp.alpha]
    if any(kind.startswith("complex") or np.dtype(kind).kind not in "uif" for kind in dataset.dtypes):
        raise BadInput(f"{path}: its pixels are {dataset.dtypes[0]}: save it with real numbers")
    if ColorInterp.palette in dataset.colorinterp:
        raise BadInput(f"{path}: its pixels are numbers of colours in a palette, not light: save it as RGB or grey")
    if channel is None and len(light) == 1:
        return light[0]
    if channel is None or not channel.isdecimal() or int(channel) not in light:
        wanted = ", ".join(f"{path.name}[{index}]" for index in light)
        raise BadInput(f"{path}: has {len(light)} channels: name one of them, {wanted}, as a band")
    return int(channel)
