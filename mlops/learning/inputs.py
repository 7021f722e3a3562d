"""What the network sees of a source, and the memory-mapped array that keeps it."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catalogs.imagery.cutouts import read_cutouts
from mlops.learning.spec import EncoderSpec

# asinh of signal to noise runs from about -2 to 12: a third of it suits a network's first layer.
STRETCH = 1 / 3
OUTSKIRTS = 3 / 8
BLOCK_SOURCES = 2048
STAGING = ".staging-"
STALE_S = 24 * 3600

Half = NDArray[np.float16]
Block = tuple[NDArray[np.intp], Half]
Progress = Callable[[float | None, str], None]


def quiet(fraction: float | None, stage: str) -> None:
    """Progress that nobody reads."""


def prepare(cutouts: NDArray[np.float32], valid: NDArray[np.bool_], noise: ArrayLike, background: ArrayLike) -> Half:
    """Network input (n, bands + 1, size, size) float16 of cut-outs (n, bands, size, size) and their valid pixels.

    Each band is asinh((value - background) / noise) / 3, `noise` and `background` (bands,) being those of its blank sky, so
    that bands of any unit look alike; less its median in the cut-out's outskirts, so that a source stands out by as much
    on a bright arm as on the blank sky. 0, as the surroundings, where a pixel is not valid. The last channel is the share of
    the bands that are not valid. Raises ValueError on noise that is not above 0.
    """
    noise, background = (np.asarray(value, dtype=np.float32).reshape(1, -1, 1, 1) for value in (noise, background))
    if not (noise > 0).all():
        raise ValueError("noise must be above 0 in every band")
    n, n_bands, height, width = cutouts.shape
    stretched = np.arcsinh((cutouts - background) / noise) * np.float32(STRETCH)
    inputs = np.empty((n, n_bands + 1, height, width), np.float16)
    inputs[:, :-1] = np.where(valid, stretched - _surroundings(stretched, valid), 0)
    inputs[:, -1] = 1 - valid.mean(axis=1, dtype=np.float32)
    return inputs


def _surroundings(stretched: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Median (n, bands, 1, 1) of the valid pixels further than OUTSKIRTS sides from the middle, 0 where there is none."""
    height, width = stretched.shape[2:]
    y, x = np.indices((height, width))
    outside = np.hypot(y - (height - 1) / 2, x - (width - 1) / 2) > OUTSKIRTS * width
    # Sorted, the invalid ones come last: the middle of the others is the median (of an even number the lower one).
    ordered = np.sort(np.where(valid, stretched, np.inf)[:, :, outside], axis=2)
    middle = np.maximum(valid[:, :, outside].sum(axis=2, keepdims=True) - 1, 0) // 2
    median = np.take_along_axis(ordered, middle, axis=2)[..., None]
    return np.where(np.isfinite(median), median, 0).astype(np.float32)


def inputs_key(
    science_sha256: str, x_px: ArrayLike, y_px: ArrayLike, noise: ArrayLike, background: ArrayLike, spec: EncoderSpec
) -> str:
    """Name (hex) of the input array of these positions on this mosaic: another of anything gives another name."""
    digest = hashlib.sha256(f"{science_sha256} {spec.digest()} {STRETCH} {OUTSKIRTS}".encode())
    for values in (x_px, y_px, noise, background):
        array = np.ascontiguousarray(values, dtype="<f8")
        digest.update(f"{array.shape}".encode() + array.tobytes())
    return digest.hexdigest()


def source_inputs(
    folder: Path,
    science_path: Path | str,
    science_sha256: str,
    x_px: ArrayLike,
    y_px: ArrayLike,
    noise: ArrayLike,
    background: ArrayLike,
    spec: EncoderSpec,
    progress: Progress = quiet,
) -> np.memmap:
    """The cached network input of the sources at (n,) positions, in their order; read from the COG where it is not yet in `folder`."""
    x_px, y_px = np.asarray(x_px, dtype=np.float64), np.asarray(y_px, dtype=np.float64)

    def make() -> Iterator[Block]:
        # From the bottom up, so that each block of sources lies on few strips of the file.
        order = np.argsort(y_px, kind="stable")
        for start in range(0, len(order), BLOCK_SOURCES):
            progress(start / len(order), "reading cut-outs")
            block = order[start : start + BLOCK_SOURCES]
            cutouts, valid = read_cutouts(science_path, x_px[block], y_px[block], spec.size_px, spec.scale)
            yield block, prepare(cutouts, valid, noise, background)

    key = inputs_key(science_sha256, x_px, y_px, noise, background, spec)
    return cached_inputs(folder, key, len(x_px), make)


def cached_inputs(folder: Path, key: str, n: int, make: Callable[[], Iterable[Block]]) -> np.memmap:
    """The read-only float16 array (n, ...) called `key` in `folder`, memory-mapped; made where it is not there yet.

    `make` gives it in blocks: (positions in the array, values). All n positions must come, or ValueError is raised.
    The file appears whole or not at all; of two processes that make it at once both succeed, and either's is kept.
    """
    path = folder / f"{key}.npy"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        with tempfile.TemporaryDirectory(prefix=STAGING, dir=folder) as staging:
            staged = Path(staging) / "inputs.npy"
            _write(staged, n, make())
            os.replace(staged, path)
    array: np.memmap = np.load(path, mmap_mode="r")
    if len(array) != n:
        raise ValueError(f"{path} holds {len(array)} sources, not {n}")
    return array


def _write(path: Path, n: int, blocks: Iterable[Block]) -> None:
    array: np.memmap | None = None
    missing = np.ones(n, dtype=bool)
    for positions, values in blocks:
        if array is None:
            array = np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=(n, *values.shape[1:]))
        array[positions] = values
        missing[positions] = False
    if array is None or missing.any():
        raise ValueError(f"{int(missing.sum())} of {n} sources were not made")
    array.flush()


def _sweep(folder: Path) -> None:
    """Remove what killed processes left behind."""
    for staging in folder.glob(f"{STAGING}*"):
        try:
            if time.time() - staging.stat().st_mtime > STALE_S:
                shutil.rmtree(staging, ignore_errors=True)
        except FileNotFoundError:  # another process was quicker
            continue
