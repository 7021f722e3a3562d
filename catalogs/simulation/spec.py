"""What is asked of the galaxy simulator and what it hands back."""

import hashlib
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from galaxycat.errors import BadInput

# Raise it whenever the same spec would give other bytes: folders of an older version are then made again.
CONTENT_VERSION = 1

DEFAULT_SIZE_PX = 2048
DEFAULT_SOURCES = 1600
FEWEST_SOURCES = 60
MIN_SIZE_PX, MAX_SIZE_PX = 128, 20_000
# Listed sources are kept a few pixels apart; beyond this density there is no room for them.
MIN_AREA_PER_SOURCE_PX2 = 250

NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True)
class SimulationSpec:
    """One simulated galaxy; the same spec gives the same bytes.

    `exposure_s` is that of F555W, the other bands follow LEGUS' ratios. The disk's scale length follows `size_px`, so
    the whole galaxy is in view at any size, while clusters keep their parsecs. `catalog` (ECSV or CSV, columns x_px and
    y_px, optionally class, kind, mag_*, concentration_index) replaces the drawn sources. Raises BadInput on unusable values.
    """

    name: str
    size_px: int = DEFAULT_SIZE_PX
    seed: int = 1
    n_sources: int | None = None
    exposure_s: float = 1100.0
    pixel_scale_arcsec: float = 0.0396
    distance_mpc: float = 8.0
    ra_deg: float = 174.0
    dec_deg: float = 15.0
    catalog: Path | None = None

    def __post_init__(self) -> None:
        if not NAME_PATTERN.fullmatch(self.name):
            raise BadInput(f"{self.name!r} is not a slug: use lower-case letters, digits, - and _ (at most 64).")
        if not MIN_SIZE_PX <= self.size_px <= MAX_SIZE_PX:
            raise BadInput(f"--size {self.size_px} is outside {MIN_SIZE_PX} to {MAX_SIZE_PX} px.")
        if self.seed < 0:
            raise BadInput(f"--seed {self.seed} is negative: use 0 or more.")
        most = self.size_px**2 // MIN_AREA_PER_SOURCE_PX2
        if self.n_sources is not None and not 1 <= self.n_sources <= most:
            raise BadInput(f"--sources {self.n_sources} is outside 1 to {most} for {self.size_px} px: change --size.")
        if min(self.exposure_s, self.pixel_scale_arcsec, self.distance_mpc) <= 0:
            raise BadInput("exposure_s, pixel_scale_arcsec and distance_mpc must be above zero.")

    @property
    def source_count(self) -> int:
        """How many sources are drawn without a catalogue: by area, 1,600 at 2,048 px."""
        if self.n_sources is not None:
            return self.n_sources
        return max(FEWEST_SOURCES, round(DEFAULT_SOURCES * (self.size_px / DEFAULT_SIZE_PX) ** 2))

    @property
    def parsec_per_px(self) -> float:
        return self.distance_mpc * 1e6 * self.pixel_scale_arcsec / 206_264.806

    def fingerprint(self) -> dict[str, Any]:
        """What decides the bytes, as JSON; the catalogue enters by its content, not by where it lies."""
        record = {**asdict(self), "content_version": CONTENT_VERSION, "n_sources": self.source_count}
        record["catalog"] = None if self.catalog is None else hashlib.sha256(self.catalog.read_bytes()).hexdigest()
        return record


@dataclass(frozen=True)
class SimulatedFiles:
    """What was written: FITS paths by band name (f275w ...), the truth table and its number of sources by class."""

    bands: dict[str, Path]
    rms: dict[str, Path]
    truth: Path
    classes: dict[int, int]
