"""Where do people agree less: agreement of sources by what is known of them. Pure numpy.

A stratum is a range of a column (magnitude, concentration index, crowding, background), a name (class, round, blind or
informed), or a field on the sky. Strata are compared on leave-one-out agreement above all: human-to-mode rises where
sources have fewer votes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from labeling.agreement.bootstrap import RESAMPLES, Estimate, estimates
from labeling.agreement.coefficients import ALPHA_NOMINAL
from labeling.agreement.counts import FloatArray, IntArray, checked_counts
from labeling.agreement.figures import HUMAN_TO_MODE, LEAVE_ONE_OUT, Figure
from labeling.agreement.votetable import natural_order

FIGURES: Mapping[str, Figure] = {
    "human_to_mode": HUMAN_TO_MODE,
    "human_to_mode_leave_one_out": LEAVE_ONE_OUT,
    "krippendorff_alpha": ALPHA_NOMINAL,
}
# Below this many compared sources the bootstrap's intervals are too narrow to be read.
FEWEST_SOURCES = 30


@dataclass(frozen=True)
class Stratum:
    """Agreement of the `n_compared` sources (of at least two votes) of one stratum, with `n_votes` votes.

    `is_thin`: fewer than FEWEST_SOURCES, so that intervals are too narrow. `figures` is by name of FIGURES.
    """

    name: str
    n_compared: int
    n_votes: int
    is_thin: bool
    figures: Mapping[str, Estimate]


def agreement_by(
    counts: IntArray,
    stratum: IntArray,
    names: Sequence[str],
    rng: np.random.Generator,
    unit: IntArray | None = None,
    n_resamples: int = RESAMPLES,
) -> list[Stratum]:
    """Agreement of each of `names`, in their order, with BCa intervals from resampling its sources.

    `counts` (n_sources, n_labels) votes; `stratum` (n_sources,) codes of `names`, -1 for a source in none of them; `unit`
    (n_sources,) codes what is resampled, where a source that several rounds hold has several rows. Raises ValueError for
    codes beyond the names and unless counts are whole and not negative.
    """
    counts = checked_counts(counts)
    unit = np.arange(len(counts)) if unit is None else unit
    if len(stratum) != len(counts) or (len(stratum) and not -1 <= stratum.min() <= stratum.max() < len(names)):
        raise ValueError(f"strata of {len(counts)} sources must be codes from -1 to {len(names) - 1}")
    found = []
    for code, name in enumerate(names):
        own = (stratum == code) & (counts.sum(axis=1) >= 2)
        rows = counts[own]
        figures = estimates(FIGURES, rows, np.unique(unit[own], return_inverse=True)[1], rng, n_resamples)
        found.append(Stratum(name, len(rows), int(rows.sum()), len(rows) < FEWEST_SOURCES, figures))
    return found


def by_quantiles(values: npt.ArrayLike, n_strata: int) -> tuple[IntArray, list[tuple[float, float]]]:
    """Codes (n,) of as equally filled ranges as ties allow, and each range's smallest and largest value.

    Equal values are never parted, so there may be fewer ranges than `n_strata`; where there are no more values than that,
    each has its own. nan and infinities are in none: -1.
    Raises ValueError for less than one stratum.
    """
    if n_strata < 1:
        raise ValueError(f"{n_strata} strata: at least one is needed")
    column: FloatArray = np.asarray(values, dtype=np.float64)
    codes = np.full(len(column), -1)
    finite = np.isfinite(column)
    known = column[finite]
    if not known.size:
        return codes, []
    edges = np.unique(known)
    if len(edges) > n_strata:
        edges = np.unique(np.quantile(known, np.arange(1, n_strata) / n_strata, method="inverted_cdf"))
    _, codes[finite] = np.unique(np.searchsorted(edges, known, side="left"), return_inverse=True)
    ranges = [
        (float(column[codes == code].min()), float(column[codes == code].max())) for code in range(codes.max() + 1)
    ]
    return codes, ranges


def by_values(values: Sequence[str | None], n_ranges: int) -> tuple[IntArray, list[str]]:
    """Codes (n,) and names of strata of a column as written: ranges where all values are numbers, else a stratum a value.

    None, a value not known, is in none: -1. Raises ValueError for less than one range.
    """
    known = [value for value in values if value is not None]
    try:
        numbers = [np.nan if value is None else float(value) for value in values]
    except ValueError:
        names = sorted(set(known), key=natural_order)
        code_of = {name: code for code, name in enumerate(names)}
        return np.array([-1 if value is None else code_of[value] for value in values]), names
    codes, ranges = by_quantiles(numbers, n_ranges)
    return codes, [f"{low:g}" if low == high else f"{low:g} to {high:g}" for low, high in ranges]


def by_field(
    x_px: FloatArray, y_px: FloatArray, extent_px: tuple[float, float], n_across: int
) -> tuple[IntArray, list[str]]:
    """Codes (n,) of square fields of an image of `extent_px` (width, height), `n_across` of them along its longer side.

    Names say column and row from the lower left, "1, 1" first. Positions off the image, or nan, are in none: -1.
    """
    side = max(extent_px) / n_across
    n_columns, n_rows = (max(1, int(np.ceil(length / side - 1e-9))) for length in extent_px)
    # Pixel 0 reaches from -0.5 to 0.5.
    column, row = np.floor((x_px + 0.5) / side), np.floor((y_px + 0.5) / side)
    inside = (column >= 0) & (column < n_columns) & (row >= 0) & (row < n_rows)
    codes = np.where(inside, row * n_columns + column, -1).astype(np.int64)
    return codes, [f"{column + 1}, {row + 1}" for row in range(n_rows) for column in range(n_columns)]


def stratum_json(stratum: Stratum) -> dict[str, Any]:
    """Ready for JSON: figures as value, low and high, None where undefined."""
    return {
        "name": stratum.name,
        "n_compared": stratum.n_compared,
        "n_votes": stratum.n_votes,
        "is_thin": stratum.is_thin,
        **{name: found.as_json() for name, found in stratum.figures.items()},
    }
