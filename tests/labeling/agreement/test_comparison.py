"""Two rounds on shared sources: differences by hand, p-values by every exchange, and what chance alone does."""

from itertools import product

import numpy as np
import pytest

from labeling.agreement.comparison import COMPARED, compare_rounds
from labeling.agreement.human_to_mode import agreement_of_counts


def rng_of(seed):
    return np.random.default_rng(seed)


def rounds(rng, n_sources, sharper=1.0, n_votes=3):
    """Two rounds on the same sources; the second one's voters are surer where `sharper` is above 1."""
    shares = rng.dirichlet([0.5, 0.4, 0.3], n_sources)
    surer = shares**sharper / (shares**sharper).sum(axis=1, keepdims=True)
    return tuple(np.array([rng.multinomial(n_votes, row) for row in rows]) for rows in (shares, surer))


def test_a_change_by_hand():
    # A: cc -> cc, B: cn -> cc, C: nn -> nn; D has one vote before and is not shared.
    before, after = np.array([[2, 0], [1, 1], [0, 2], [1, 0]]), np.array([[2, 0], [2, 0], [0, 2], [2, 0]])
    found = compare_rounds(before, after, rng_of(0))
    assert (found.n_sources, found.n_votes, found.is_even) == (3, (6, 6), True)
    change = found.changes["human_to_mode"]
    assert (change.before, change.after) == (pytest.approx(5 / 6), 1.0)
    assert change.difference.value == pytest.approx(1 / 6)
    # Only B moves the difference, and either way by as much.
    assert change.p_value == 1.0


def test_the_example_of_the_documents():
    before, after = np.array([[3, 0], [2, 1], [0, 3], [1, 2]]), np.array([[3, 0], [3, 0], [0, 3], [1, 2]])
    changes = compare_rounds(before, after, rng_of(0)).changes
    assert changes["human_to_mode"].difference.value == pytest.approx(1 / 12)
    alpha = changes["krippendorff_alpha"]
    assert (alpha.before, alpha.after) == (pytest.approx(0.3889, abs=5e-5), pytest.approx(0.6857, abs=5e-5))
    assert all(change.p_value == 1.0 for change in changes.values())


def test_figures_are_those_of_each_round():
    before, after = rounds(rng_of(1), 80, 1.5)
    found = compare_rounds(before, after, rng_of(2))
    for counts, which in ((before, "before"), (after, "after")):
        plain = agreement_of_counts(counts)
        assert getattr(found.changes["human_to_mode"], which) == pytest.approx(plain.human_to_mode)
        leave_one_out = getattr(found.changes["human_to_mode_leave_one_out"], which)
        assert leave_one_out == pytest.approx(plain.human_to_mode_leave_one_out)


def test_p_values_are_those_of_every_exchange():
    before, after = rounds(rng_of(6), 9, 2.5)
    found = compare_rounds(before, after, rng_of(4), n_permutations=20_000)
    exacts = []
    for name, figure in COMPARED.items():
        real = figure.of(after) - figure.of(before)
        exchanges = []
        for swapped in product([False, True], repeat=9):
            chosen = np.array(swapped)[:, None]
            first, second = np.where(chosen, after, before), np.where(chosen, before, after)
            exchanges.append(figure.of(second) - figure.of(first))
        exact = np.mean(np.abs(exchanges) >= abs(real) - 1e-12)
        exacts.append(exact)
        # Four standard errors of 20,000 draws.
        assert found.changes[name].p_value == pytest.approx(exact, abs=1e-4 + 4 * (exact * (1 - exact) / 20_000) ** 0.5)
    assert max(exacts) < 0.9


def test_intervals_are_those_of_shared_sources_drawn_one_by_one():
    before, after = rounds(rng_of(5), 70, 1.6)
    found = compare_rounds(before, after, rng_of(6), n_permutations=9)
    rng = rng_of(7)
    for name, figure in COMPARED.items():
        resampled = []
        for _ in range(1000):
            rows = rng.integers(0, 70, 70)
            resampled.append(figure.of(after[rows]) - figure.of(before[rows]))
        low, high = found.changes[name].difference.interval
        # BCa shifts the ends a little; its width is that of the middle 95 %.
        assert high - low == pytest.approx(np.ptp(np.quantile(resampled, [0.025, 0.975])), rel=0.15)
        assert low < np.mean(resampled) < high


def test_p_values_are_uniform_where_nothing_changed():
    p_values = []
    for seed in range(400):
        found = compare_rounds(*rounds(rng_of(1000 + seed), 60), rng_of(seed), n_resamples=2, n_permutations=199)
        p_values.append([found.changes[name].p_value for name in COMPARED])
    p_values = np.array(p_values)
    below = {share: np.mean(p_values <= share, axis=0) for share in (0.05, 0.5)}
    # 400 draws scatter by .011 at .05 and by .025 at .5. Shares of few votes are often equal, which only makes p larger.
    assert (below[0.05] < 0.05 + 3.5 * 0.011).all()
    assert (below[0.5] < 0.5 + 3.5 * 0.025).all()
    assert below[0.05][-1] > 0.05 - 3.5 * 0.011
    assert below[0.5][-1] > 0.5 - 3.5 * 0.025


def test_a_real_change_is_found_and_has_its_sign():
    before, after = rounds(rng_of(8), 400, 2.0)
    forth, back = compare_rounds(before, after, rng_of(9)), compare_rounds(after, before, rng_of(9))
    for name in COMPARED:
        assert forth.changes[name].difference.interval[0] > 0
        assert back.changes[name].difference.interval[1] < 0
        assert forth.changes[name].p_value < 0.01


def test_the_same_seed_gives_the_same_comparison():
    before, after = rounds(rng_of(10), 50, 1.3)
    assert compare_rounds(before, after, rng_of(11)) == compare_rounds(before, after, rng_of(11))


def test_uneven_rounds_say_so():
    before, after = np.array([[2, 0], [1, 1]]), np.array([[3, 0], [1, 1]])
    assert not compare_rounds(before, after, rng_of(0)).is_even


@pytest.mark.parametrize("rows", [[], [[1, 0]]])
def test_no_shared_source_is_no_comparison(rows):
    counts = np.array(rows, dtype=int).reshape(-1, 2)
    found = compare_rounds(counts, counts, rng_of(0))
    assert (found.n_sources, found.n_votes) == (0, (0, 0))
    for change in found.changes.values():
        assert (change.before, change.difference.value, change.difference.interval, change.p_value) == (None,) * 4


def test_other_shapes_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        compare_rounds(np.ones((2, 2), dtype=int), np.ones((3, 2), dtype=int), rng_of(0))


def test_alpha_of_one_label_has_no_p_value():
    counts = np.array([[2, 0], [3, 0]])
    change = compare_rounds(counts, counts, rng_of(0)).changes["krippendorff_alpha"]
    assert (change.difference.value, change.p_value) == (None, None)
