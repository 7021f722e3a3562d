"""Memory and time of `manage.py ingest` on mosaics of real size: the resident peak (VmHWM) of the real process, and what the
copies of itself that it works with have of their own.

    .venv/bin/python -m tests.benchmarks.ingest_memory [--size 10000] [--bands 5] [--reprojected] [--line] [--folder DIR]

Fails where the peak is 512 MB or more above that of an idle management process, or a COG does not validate.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy.io import fits
from rio_cogeo.cogeo import cog_validate
from scipy.ndimage import gaussian_filter

from catalogs.imagery.filters import default_pivot_nm
from tests.conftest import ROOT
from tests.skyfield import grid

LIMIT_MB = 512
STRIP_ROWS = 500
V_ARCSEC, J_ARCSEC = 0.05, 0.128
# The first two bands with --line: filter, PSF as sigma in px, light.
LINE_BANDS = (("F814W", 0.9, 1.0), ("F657N", 1.1, 0.08))


def write_mosaic(path: Path, size_px: int, scale_arcsec: float, seed: int) -> Path:
    """Noise, an exponential disk and point sources, float32, written by strips of rows."""
    rng, header = np.random.default_rng(seed), grid(size_px, scale_arcsec).to_header()
    header.update({"BUNIT": "ELECTRONS/S", "PHOTFLAM": 1e-19, "PHOTPLAM": 4000.0 + 1000 * seed})
    header = fits.Header(
        [("SIMPLE", True), ("BITPIX", -32), ("NAXIS", 2), ("NAXIS1", size_px), ("NAXIS2", size_px), *header.cards]
    )
    stream = fits.StreamingHDU(path, header)
    x_px = np.arange(size_px, dtype=np.float32) - size_px / 2
    for start in range(0, size_px, STRIP_ROWS):
        rows = np.arange(start, min(start + STRIP_ROWS, size_px), dtype=np.float32)[:, None] - size_px / 2
        pixels = rng.normal(0, 0.01, (len(rows), size_px)) + 0.2 * np.exp(-np.hypot(rows, x_px) / (0.2 * size_px))
        pixels[rng.random(pixels.shape) < 1e-4] += 5
        stream.write(pixels.astype(np.float32))
    stream.close()
    return path


def make_line_bands(paths: Sequence[Path]) -> None:
    """Give the first two mosaics the filters of a line and its continuum, and the same stars, in each band's PSF."""
    for path, (name, sigma_px, light) in zip(paths, LINE_BANDS, strict=False):
        with fits.open(path, mode="update", memmap=True) as opened:
            opened[0].header.update({"FILTER": name, "PHOTPLAM": 10 * (default_pivot_nm(name) or 0.0)})
            for start in range(0, opened[0].data.shape[0], STRIP_ROWS):
                strip = opened[0].data[start : start + STRIP_ROWS]
                stars = np.where(np.random.default_rng(start).random(strip.shape) < 1e-4, 50.0 * light, 0)
                strip += gaussian_filter(stars, sigma_px).astype(np.float32)


def run_measured(arguments: list[str], home: Path) -> tuple[float, float, str]:
    """(peak MB, seconds, standard output) of `manage.py` with these arguments."""
    environment = os.environ | {"GALAXYCAT_HOME": str(home), "OMP_NUM_THREADS": "1"}
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, stdout=output)
        peak_kb = 0
        while process.poll() is None:
            peak_kb = max(peak_kb, _peak_kb(process.pid) + _copies_kb(process.pid))
            time.sleep(0.05)
        if process.returncode:
            raise SystemExit(f"{arguments[0]} failed with {process.returncode}")
        output.seek(0)
        return peak_kb / 1024, time.monotonic() - started, output.read()


def _peak_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def _copies_kb(pid: int) -> int:
    """What the process's children do not share with it."""
    total_kb = 0
    try:
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            lines = Path(f"/proc/{child}/smaps_rollup").read_text().splitlines()
            total_kb += sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
    except OSError:
        return 0
    return total_kb


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--bands", type=int, default=5)
    parser.add_argument("--reprojected", action="store_true", help="the last band is on pixels of 0.128 arcsec")
    parser.add_argument("--line", action="store_true", help="two of the bands are F657N and its continuum")
    parser.add_argument("--folder", help="where the files lie meanwhile; it must hold about four times the bands")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        measure(Path(folder), options.size, options.bands, options.reprojected, options.line)


def measure(folder: Path, size_px: int, n_bands: int, reprojected: bool, line: bool) -> None:
    arguments, paths = ["ingest", "ngc-1", "--json", "--reference", "B0"], []
    for number in range(n_bands):
        is_other = reprojected and number == n_bands - 1
        side_px, scale_arcsec = (int(size_px * V_ARCSEC / J_ARCSEC), J_ARCSEC) if is_other else (size_px, V_ARCSEC)
        path = write_mosaic(folder / f"b{number}.fits", side_px, scale_arcsec, number)
        arguments += ["--band", f"B{number}={path}"]
        paths.append(path)
    if line:
        make_line_bands(paths)
    home = folder / "home"
    run_measured(["migrate", "--verbosity", "0"], home)
    idle_mb, _, _ = run_measured(["check"], home)
    peak_mb, seconds, output = run_measured(arguments, home)
    result = json.loads(output)
    cog = result["cog"]
    valid, errors, warnings = cog_validate(cog, strict=True, quiet=True)
    above_mb = peak_mb - idle_mb
    print(f"{n_bands} bands of {size_px} x {size_px} px, {'one reprojected' if reprojected else 'one grid'}")
    print(f"idle {idle_mb:.0f} MB, peak {peak_mb:.0f} MB, above idle {above_mb:.0f} MB, {seconds:.0f} s")
    print(f"COG valid: {valid} {errors} {warnings}")
    for plane in result["derived_planes"]:
        print(f"{plane['title']}: scale {plane['scale']:.4f}, FWHM {plane['fwhm_px']} px, {plane['n_sources']} sources")
    if above_mb >= LIMIT_MB or not valid:
        raise SystemExit(f"not within {LIMIT_MB} MB, or not a valid COG")


if __name__ == "__main__":
    main()
