"""The display pyramid: the mosaic in 16 bits, spaced as asinh in units of the noise, a quarter of the science COG's
size."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window

from catalogs.imagery.science import (
    BLOCK_PX,
    Progress,
    copy_to_cog,
    gdal,
    overview_factors,
    replaced,
    share,
    strips,
    tiled_profile,
)
from galaxycat.errors import BadInput

NO_DATA = 0
ZERO_CODE = 32768
CODES_PER_UNIT = 2048
ENCODED, HALVED = 0.5, 0.8
SCALE_TAG = "GALAXYCAT_SCALE"
# Sparse: a block without data takes no room, and readers see from the index alone that it is empty.
DISPLAY_OPTIONS = {"COMPRESS": "DEFLATE", "ZLEVEL": "6", "PREDICTOR": "2", "SPARSE_OK": "TRUE"}


@dataclass(frozen=True)
class DisplayScale:
    """value = background + noise * sinh((code - zero_code) / codes_per_unit), in the band's units; code 0 is no data.

    Spans +-sinh(16) = 4.4 million noise sigmas; values beyond are clipped to that.
    """

    background: float
    noise: float
    zero_code: int = ZERO_CODE
    codes_per_unit: int = CODES_PER_UNIT

    def to_json(self) -> dict[str, float | int]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "DisplayScale":
        return cls(**data)


@dataclass(frozen=True)
class DisplayPlane:
    """One image of a display pyramid, a band or one derived from bands: its 1-based number in the file, and what its codes
    mean."""

    name: str
    position: int
    unit: str
    scale: DisplayScale


def encode(values: NDArray[np.float32], background: float, noise: float) -> NDArray[np.uint16]:
    """uint16 codes of `values`, of the same shape; NaN and infinities become 0."""
    codes = values.astype(np.float64)
    # In place: a strip of a wide image in 64 bits is tens of megabytes.
    with np.errstate(invalid="ignore"):
        codes -= background
        codes /= noise
        np.arcsinh(codes, out=codes)
        codes *= CODES_PER_UNIT
        np.rint(codes, out=codes)
        codes += ZERO_CODE
        np.clip(codes, 1, 65535, out=codes)
    codes[~np.isfinite(values)] = NO_DATA
    return codes.astype(np.uint16)


def decode(codes: NDArray[np.uint16], scale: DisplayScale) -> NDArray[np.float32]:
    """Values of `codes`, of the same shape, NaN for code 0.

    A value v comes back within 2.5e-4 * hypot(noise, v - background): a thousandth of a noise sigma in the sky, 0.025
    % of a bright source (plus float32 rounding).
    """
    units = (codes.astype(np.float64) - scale.zero_code) / scale.codes_per_unit
    values = scale.background + scale.noise * np.sinh(units)
    return np.where(codes == NO_DATA, np.nan, values).astype(np.float32)


def write_display_cog(
    science: Path,
    scales: Mapping[str, DisplayScale],
    destination: Path,
    progress: Progress,
    derived: Path | None = None,
) -> None:
    """Write the display pyramid of the science COG: uint16, DEFLATE, predictor 2, 256 px blocks, band-interleaved. The bands
    of `derived`, a COG of the same grid, follow those of the science COG.

    `scales` holds one scale for each band name of the COGs, else BadInput; they are stored in the metadata item
    GALAXYCAT_SCALE as JSON. Overviews average values, not codes, over exactly 2 x 2 valid pixels each, so that level
    k is the image at 2**-k without drift (GDAL's own stretch the last odd pixel over the image).
    """
    with ExitStack() as stack:
        stack.enter_context(gdal())
        sources = [stack.enter_context(rasterio.open(path)) for path in (science, derived) if path]
        target, folder = stack.enter_context(replaced(destination))
        names = [name for source in sources for name in source.descriptions]
        if missing := [name for name in names if name not in scales]:
            raise BadInput(f"{science}: no display scale for band {', '.join(map(str, missing))}: measure it first")
        ordered = [scales[name] for name in names]
        levels = [folder / "level0.tif"]
        _write_native(sources, ordered, levels[0], share(progress, 0.0, ENCODED))
        height, width = sources[0].shape
        start = ENCODED
        for factor in overview_factors(height, width):
            levels.append(folder / f"level{factor}.tif")
            # Each level has a quarter of the work of the one before.
            stop = start + 0.75 * (HALVED - start)
            _write_halved(levels[-2], ordered, levels[-1], share(progress, start, stop))
            start = stop
        pyramid = folder / "pyramid.vrt"
        pyramid.write_text(_pyramid_vrt(width, height, names, ordered, levels), encoding="utf-8")
        progress(HALVED, "writing the display pyramid")
        copy_to_cog(pyramid, target, DISPLAY_OPTIONS)


def _write_native(sources: Sequence[Any], scales: list[DisplayScale], level: Path, progress: Progress) -> None:
    height, width = sources[0].shape
    bands = [(source, index) for source in sources for index in source.indexes]
    with rasterio.open(level, "w", **tiled_profile(height, width, len(bands), "uint16", NO_DATA)) as dataset:
        for position, ((source, index), scale) in enumerate(zip(bands, scales, strict=True), start=1):
            for start, stop in strips(height):
                progress((position - 1 + start / height) / len(bands), "encoding the display pyramid")
                window = Window(0, start, width, stop - start)
                values = source.read(index, window=window)
                dataset.write(encode(values, scale.background, scale.noise), position, window=window)


def _write_halved(finer: Path, scales: list[DisplayScale], level: Path, progress: Progress) -> None:
    with rasterio.open(finer) as source:
        height, width = -(-source.height // 2), -(-source.width // 2)
        with rasterio.open(level, "w", **tiled_profile(height, width, source.count, "uint16", NO_DATA)) as dataset:
            for index, scale in enumerate(scales, start=1):
                values = decode(np.arange(65536, dtype=np.uint16), scale)
                for start, stop in strips(height):
                    progress((index - 1 + start / height) / source.count, "halving the display pyramid")
                    rows = min(2 * stop, source.height) - 2 * start
                    means = halve(values[source.read(index, window=Window(0, 2 * start, source.width, rows))])
                    dataset.write(
                        encode(means, scale.background, scale.noise),
                        index,
                        window=Window(0, start, width, stop - start),
                    )


def halve(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means of 2 x 2 pixels of (h, w) over those that are not NaN: (ceil(h/2), ceil(w/2)); NaN where all four are."""
    height, width = values.shape
    if height % 2 or width % 2:
        values = np.pad(values, ((0, height % 2), (0, width % 2)), constant_values=np.nan)
    valid = np.isfinite(values)
    known = np.where(valid, values, np.float32(0))
    # By pairs of columns, then of rows: several times as fast as one sum over two axes.
    total = np.add(known[:, ::2], known[:, 1::2], dtype=np.float64)
    count = np.add(valid[:, ::2], valid[:, 1::2], dtype=np.uint8)
    total = total[::2] + total[1::2]
    count = count[::2] + count[1::2]
    means: NDArray[np.float64] = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return means.astype(np.float32)


def _pyramid_vrt(width: int, height: int, names: list[str], scales: list[DisplayScale], levels: list[Path]) -> str:
    """A virtual file that has the levels as its overviews: GDAL then copies them as they are."""
    metadata = json.dumps({name: scale.to_json() for name, scale in zip(names, scales, strict=True)})
    bands = "".join(_vrt_band(index, name, levels) for index, name in enumerate(names, start=1))
    return (
        f'<VRTDataset rasterXSize="{width}" rasterYSize="{height}">'
        f'<Metadata><MDI key="{SCALE_TAG}">{escape(metadata)}</MDI></Metadata>{bands}</VRTDataset>'
    )


def _vrt_band(index: int, name: str, levels: list[Path]) -> str:
    files = [
        f'<SourceFilename relativeToVRT="1">{level.name}</SourceFilename><SourceBand>{index}</SourceBand>'
        for level in levels
    ]
    overviews = "".join(f"<Overview>{file}</Overview>" for file in files[1:])
    return (
        f'<VRTRasterBand dataType="UInt16" band="{index}" blockXSize="{BLOCK_PX}" blockYSize="{BLOCK_PX}">'
        f"<Description>{escape(name)}</Description><NoDataValue>{NO_DATA}</NoDataValue>"
        f"<SimpleSource>{files[0]}</SimpleSource>{overviews}</VRTRasterBand>"
    )
