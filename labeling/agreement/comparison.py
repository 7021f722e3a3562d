"""Did agreement change from one round to another? Compared on the sources that both hold. Pure numpy.

The sources of two rounds differ in how hard they are, so only shared ones are compared, each with itself: a source is
drawn with its votes of both rounds, and under the null hypothesis it could have had them in either.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from labeling.agreement.bootstrap import RESAMPLES, ROUNDING, Estimate, estimates
from labeling.agreement.coefficients import ALPHA_NOMINAL
from labeling.agreement.counts import FloatArray, IntArray, checked_counts
from labeling.agreement.figures import BLOCK_CELLS, HUMAN_TO_MODE, LEAVE_ONE_OUT, Figure
from labeling.agreement.patterns import Patterns, patterns_of

PERMUTATIONS = 9999
COMPARED: Mapping[str, Figure] = {
    "human_to_mode": HUMAN_TO_MODE,
    "human_to_mode_leave_one_out": LEAVE_ONE_OUT,
    "krippendorff_alpha": ALPHA_NOMINAL,
}


@dataclass(frozen=True)
class Change:
    """A figure before and after, their difference (after - before) with its BCa interval, and the p-value of no change.

    `p_value` is two-sided and None where the difference is undefined.
    """

    before: float | None
    after: float | None
    difference: Estimate
    p_value: float | None


@dataclass(frozen=True)
class Comparison:
    """Two rounds on the `n_sources` sources that have at least two votes in both.

    `n_votes`: those before and after. `is_even`: every source has as many votes in both rounds; where not, figures
    differ for that reason alone, and the p-values do not hold. `changes` is by name of `COMPARED`.
    """

    n_sources: int
    n_votes: tuple[int, int]
    is_even: bool
    changes: Mapping[str, Change]


def compare_rounds(
    before: IntArray,
    after: IntArray,
    rng: np.random.Generator,
    n_resamples: int = RESAMPLES,
    n_permutations: int = PERMUTATIONS,
) -> Comparison:
    """The change from `before` to `after`, each (n_sources, n_labels) votes on the same sources and labels, row by row.

    Intervals are by bootstrap over sources, p-values by exchanging the rounds' votes on each source at random.
    Raises ValueError unless both are counts of one shape. Source of the p-value: Phipson & Smyth 2010,
    doi:10.2202/1544-6115.1585.
    """
    before, after = checked_counts(before), checked_counts(after)
    if before.shape != after.shape:
        raise ValueError(f"the rounds' counts must be of one shape, not {before.shape} and {after.shape}")
    n_before, n_after = before.sum(axis=1), after.sum(axis=1)
    shared = (n_before >= 2) & (n_after >= 2)
    before, after, n_before, n_after = before[shared], after[shared], n_before[shared], n_after[shared]
    both = np.hstack([before, after])
    differences = {name: _difference(figure) for name, figure in COMPARED.items()}
    found = estimates(differences, both, np.arange(len(both)), rng, n_resamples)
    p_values = _p_values(both, rng, n_permutations)
    return Comparison(
        n_sources=len(both),
        n_votes=(int(n_before.sum()), int(n_after.sum())),
        is_even=bool((n_before == n_after).all()),
        changes={
            name: Change(figure.of(before), figure.of(after), found[name], p_values[name])
            for name, figure in COMPARED.items()
        },
    )


def _difference(figure: Figure) -> Figure:
    """After - before of counts that stand side by side, (n_rows, 2 n_labels)."""

    def terms(both: IntArray) -> FloatArray:
        return np.hstack([figure.terms(half) for half in np.hsplit(both, 2)])

    def of_sums(sums: FloatArray) -> FloatArray:
        before, after = np.hsplit(sums, 2)
        return figure.of_sums(after) - figure.of_sums(before)

    return Figure(terms, of_sums)


def _p_values(both: IntArray, rng: np.random.Generator, n_permutations: int) -> dict[str, float | None]:
    """The share of exchanges of rounds, source by source, whose difference is at least as large, the real one included.

    Sources with the same votes are alike: of each pattern, a binomial number of sources is exchanged.
    """
    if not len(both):
        return dict.fromkeys(COMPARED)
    patterns = patterns_of(both, np.arange(len(both)))
    n_blocks = 1 + n_permutations * len(patterns.rows) // BLOCK_CELLS
    at_least = dict.fromkeys(COMPARED, 1)
    real: dict[str, float] = {}
    for block in np.array_split(np.arange(n_permutations), n_blocks):
        # The first row exchanges nothing: the real difference.
        exchanged = rng.binomial(patterns.multiplicity, 0.5, size=(1 + len(block), len(patterns.rows)))
        exchanged[0] = 0
        for name, figure in COMPARED.items():
            real[name], differences = _exchanged(figure, patterns, exchanged)
            at_least[name] += int(np.count_nonzero(~(differences < abs(real[name]) - ROUNDING)))
    return {name: None if np.isnan(real[name]) else at_least[name] / (1 + n_permutations) for name in COMPARED}


def _exchanged(figure: Figure, patterns: Patterns, exchanged: IntArray) -> tuple[float, FloatArray]:
    """The difference without exchanges (the first row), and the size of those of the other rows, (n,)."""
    before, after = (figure.terms(half) for half in np.hsplit(patterns.rows, 2))
    moved = exchanged @ (after - before)
    differences = figure.of_sums(patterns.multiplicity @ after - moved) - figure.of_sums(
        patterns.multiplicity @ before + moved
    )
    return float(differences[0]), np.abs(differences[1:])
