"""How much memory `ingest` takes of five bands of 10,000 x 10,000 px, above an idle process. Not a test: it prints the figures.

    python -m tests.benchmarks.ingest_memory [SIZE_PX] [--one-on-another-grid]

A process that has only started and migrated is the idle one; both are what `manage.py` starts, and the figure is the
most resident memory that the system counted (VmHWM).
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from astropy.io import fits

BANDS = ("F275W", "F336W", "F438W", "F555W", "F814W")
ROOT = Path(__file__).resolve().parents[2]
STRIP_ROWS = 500
POLL_S = 0.05


def write_bands(folder: Path, size_px: int, other_grid: bool) -> list[str]:
    """Noise with a gradient, written by strips so that this process stays small; the last band 2.56 times coarser where asked."""
    arguments = []
    for number, name in enumerate(BANDS):
        coarse = other_grid and name == BANDS[-1]
        size = round(size_px / 2.56) if coarse else size_px
        step_deg = (0.128 if coarse else 0.05) / 3600
        header = fits.Header(
            {
                "SIMPLE": True, "BITPIX": -32, "NAXIS": 2, "NAXIS1": size, "NAXIS2": size, "BUNIT": "ELECTRONS/S",
                "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 24.174, "CRVAL2": 15.783,
                "CRPIX1": size / 2, "CRPIX2": size / 2, "CDELT1": -step_deg, "CDELT2": step_deg,
            }
        )  # fmt: skip
        path = folder / f"{name}.fits"
        stream = fits.StreamingHDU(path, header)
        rng = np.random.default_rng(number)
        for start in range(0, size, STRIP_ROWS):
            rows = min(STRIP_ROWS, size - start)
            stream.write((rng.normal(size=(rows, size)) + start / size).astype(np.float32))
        stream.close()
        arguments += ["--band", f"{name}={path}"]
    return arguments


def peak_mb(arguments: list[str], home: Path) -> tuple[float, float]:
    """(most resident MB, seconds) of a `manage.py` process."""
    environment = os.environ | {"GALAXYCAT_HOME": str(home)}
    started_s, peak = time.perf_counter(), 0.0
    process = subprocess.Popen([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment)
    while process.poll() is None:
        try:
            found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
        except OSError:
            break
        peak = max(peak, int(found[1]) / 1000) if found else peak
        time.sleep(POLL_S)
    if process.wait():
        raise SystemExit(f"manage.py {arguments[0]} ended with {process.returncode}")
    return peak, time.perf_counter() - started_s


def main(size_px: int, other_grid: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        arguments = write_bands(folder, size_px, other_grid)
        idle, _ = peak_mb(["migrate", "--verbosity", "0"], folder / "home")
        ingesting, seconds = peak_mb(["ingest", "bench", "--reference", "F555W", *arguments], folder / "home")
        print(f"idle {idle:.0f} MB, ingest {ingesting:.0f} MB: {ingesting - idle:.0f} MB above; {seconds:.0f} s")


if __name__ == "__main__":
    sizes = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    main(sizes[0] if sizes else 10_000, "--one-on-another-grid" in sys.argv)
