"""A catalogue whose sources the simulator puts where it says: positions, and what else it knows of them."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from astropy.table import Table

from catalogs.simulation.instrument import BANDS, REFERENCE
from catalogs.simulation.psf import observe
from catalogs.simulation.rendering import concentration
from catalogs.simulation.shapes import Component, scene
from catalogs.simulation.sources import CLASS_OF_KIND, Shape
from catalogs.simulation.spec import SimulationSpec
from galaxycat.errors import BadInput

CLASS_COLUMNS = ("class", "legus_class")
CI_COLUMNS = ("concentration_index", "ci")
# LEGUS writes missing magnitudes as 99.999 and 66.666.
FAINTEST_MAG, BRIGHTEST_MAG = 40.0, 0.0
NOT_GIVEN = 0
FORMATS = {".ecsv": "ascii.ecsv", ".csv": "ascii.csv"}
CLUSTER_GAMMA = 2.8
CI_RADII_PX = np.array([0.1, 0.4, 0.8, 1.2, 1.7, 2.3, 3.0, 4.0, 5.5])


@dataclass(frozen=True)
class InputCatalog:
    """Positions (n,) in 0-based px, classes (n,) with 0 and kinds with "" for not given, Vega magnitudes (n, 5) and
    CI (n,) with nan for not given."""

    x_px: np.ndarray
    y_px: np.ndarray
    legus_class: np.ndarray
    kinds: list[str]
    mags_vega: np.ndarray
    concentration_index: np.ndarray

    def magnitudes(self, index: int, drawn: np.ndarray) -> np.ndarray:
        """The given magnitudes; the others follow the drawn colours from the given V, or from the first band given."""
        given = self.mags_vega[index]
        known = np.flatnonzero(np.isfinite(given) & np.isfinite(drawn))
        if not len(known):
            return drawn
        reference = BANDS.index(REFERENCE)
        anchor = reference if reference in known else known[0]
        return np.asarray(np.where(np.isfinite(given), given, drawn - drawn[anchor] + given[anchor]))

    def shape(self, index: int, drawn: Shape) -> Shape:
        """The drawn shape scaled to the given concentration index; points and pairs stay what they are."""
        wanted = self.concentration_index[index]
        if not np.isfinite(wanted) or drawn.effective_radius_px <= 0:
            return drawn
        factor = radius_of_concentration(float(wanted)) / drawn.effective_radius_px
        return Shape(drawn.effective_radius_px * factor, tuple(_scaled(part, factor) for part in drawn.components))


def _scaled(part: Component, factor: float) -> Component:
    size = part.half_light_px * factor
    return replace(part, dx_px=part.dx_px * factor, dy_px=part.dy_px * factor, half_light_px=size)


@lru_cache(maxsize=1)
def _concentrations() -> tuple[float, ...]:
    """The concentration index at each of CI_RADII_PX."""
    side = 75
    indices = []
    for radius in CI_RADII_PX:
        body = (Component(0, 0, 1.0, float(radius), "eff", CLUSTER_GAMMA),)
        transform = np.fft.rfft2(scene(body, side, 0.0, 0.0))
        indices.append(concentration(observe(REFERENCE, transform, side), side // 2, side // 2))
    return tuple(indices)


def radius_of_concentration(concentration_index: float) -> float:
    """The effective radius in px at which an EFF cluster of gamma 2.8 has this m(1 px) - m(3 px) in V."""
    return float(np.interp(concentration_index, _concentrations(), CI_RADII_PX))


def read_catalog(path: Path, spec: SimulationSpec) -> InputCatalog:
    """Read a catalogue for an image of `spec`; BadInput in one line when it cannot be used."""
    table = _table(path)
    x_px, y_px = (_numbers(table, name, path) for name in ("x_px", "y_px"))
    _check_inside(path, x_px, y_px, spec)
    classes = _first(table, CLASS_COLUMNS, path)
    rounded = np.where(np.isin(classes, (1, 2, 3, 4)), classes, NOT_GIVEN).astype(int)
    mags = np.column_stack([_first(table, _mag_columns(k), path) for k in range(len(BANDS))])
    mags[(mags > FAINTEST_MAG) | (mags < BRIGHTEST_MAG)] = np.nan
    kinds = _kinds(table, path)
    rounded = np.array([CLASS_OF_KIND.get(kind, legus) for kind, legus in zip(kinds, rounded, strict=True)])
    return InputCatalog(x_px, y_px, rounded, kinds, mags, _first(table, CI_COLUMNS, path))


def _kinds(table: Table, path: Path) -> list[str]:
    """The kind column of a truth table, which also decides the class; empty where there is none."""
    if "kind" not in table.colnames:
        return [""] * len(table)
    kinds = ["" if kind is np.ma.masked else str(kind) for kind in table["kind"]]
    for row, kind in enumerate(kinds, start=1):
        if kind and kind not in CLASS_OF_KIND:
            raise BadInput(f"{path}: row {row}: kind {kind!r} is unknown; use one of {', '.join(CLASS_OF_KIND)}.")
    return kinds


def _mag_columns(index: int) -> tuple[str, ...]:
    band = BANDS[index]
    return (f"mag_vega_{band.name}", f"mag_{band.name}", f"mag_{band.legus.lower()}")


def _table(path: Path) -> Table:
    file_format = FORMATS.get(path.suffix.lower())
    if file_format is None:
        raise BadInput(f"{path}: not .ecsv or .csv; save the catalogue as one of them.")
    try:
        table = Table.read(path, format=file_format)
    except FileNotFoundError:
        raise BadInput(f"{path}: no such file; give --catalog an existing .ecsv or .csv.") from None
    except Exception as error:  # astropy raises many kinds for unreadable text
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise BadInput(f"{path}: not a readable table ({reason[:120]}); save it again as ECSV or CSV.") from error
    missing = [name for name in ("x_px", "y_px") if name not in table.colnames]
    if missing:
        raise BadInput(
            f"{path}: no column {' and '.join(missing)} (0-based pixels); found {', '.join(table.colnames)}."
        )
    if len(table) == 0:
        raise BadInput(f"{path}: no rows; the catalogue needs at least one source.")
    return table


def _numbers(table: Table, name: str, path: Path) -> np.ndarray:
    """A column as floats, nan where masked."""
    column = table[name]
    try:
        return np.ma.filled(np.ma.asarray(column).astype(float), np.nan)
    except (TypeError, ValueError):
        raise BadInput(f"{path}: column {name} holds text that is not a number; correct or leave it empty.") from None


def _first(table: Table, names: tuple[str, ...], path: Path) -> np.ndarray:
    """The first of these columns that the table has, or nan throughout."""
    known = [name for name in names if name in table.colnames]
    return _numbers(table, known[0], path) if known else np.full(len(table), np.nan)


def _check_inside(path: Path, x_px: np.ndarray, y_px: np.ndarray, spec: SimulationSpec) -> None:
    for axis, values in (("x_px", x_px), ("y_px", y_px)):
        wrong = np.flatnonzero(~((values >= 0) & (values <= spec.size_px - 1)))
        if len(wrong):
            row, value = int(wrong[0]), values[wrong[0]]
            raise BadInput(
                f"{path}: row {row + 1}: {axis}={value:g} is outside 0 to {spec.size_px - 1}; raise --size or drop it."
            )
