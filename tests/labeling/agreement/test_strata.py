"""Agreement by strata: each is what its sources alone give."""

from itertools import pairwise

import numpy as np
import pytest

from labeling.agreement.coefficients import krippendorff_alpha_nominal
from labeling.agreement.human_to_mode import agreement_of_counts
from labeling.agreement.strata import agreement_by, by_field, by_quantiles, stratum_json


def votes(rng, n_sources, right):
    """Three votes a source on three labels, each right with its source's probability."""
    label = np.where(rng.random((n_sources, 3)) < right[:, None], 0, rng.integers(1, 3, (n_sources, 3)))
    return (label[:, :, None] == np.arange(3)).sum(axis=1)


def test_a_stratum_is_its_sources_alone():
    rng = np.random.default_rng(1)
    counts = votes(rng, 300, np.linspace(0.4, 0.95, 300))
    counts[:20] = [1, 0, 0]  # one vote: no agreement
    stratum = rng.integers(-1, 3, 300)
    found = agreement_by(counts, stratum, ["a", "b", "c"], rng)
    assert [each.name for each in found] == ["a", "b", "c"]
    for code, each in enumerate(found):
        own = counts[stratum == code]
        alone = agreement_of_counts(own)
        assert (each.n_compared, each.n_votes) == (alone.n_compared, alone.n_compared_votes)
        assert each.figures["human_to_mode"].value == pytest.approx(alone.human_to_mode)
        assert each.figures["human_to_mode_leave_one_out"].value == pytest.approx(alone.human_to_mode_leave_one_out)
        assert each.figures["krippendorff_alpha"].value == pytest.approx(krippendorff_alpha_nominal(own))
        low, high = each.figures["human_to_mode"].interval
        assert low < alone.human_to_mode < high
        assert not each.is_thin


def test_hard_sources_show():
    rng = np.random.default_rng(2)
    magnitude = rng.uniform(20, 26, 1200)
    counts = votes(rng, 1200, np.interp(magnitude, [20, 26], [0.98, 0.4]))
    codes, ranges = by_quantiles(magnitude, 4)
    found = agreement_by(counts, codes, [f"{low:.1f} to {high:.1f}" for low, high in ranges], rng)
    shares = [each.figures["human_to_mode_leave_one_out"] for each in found]
    assert [each.n_compared for each in found] == [300] * 4
    assert all(fainter.interval[1] < brighter.interval[0] for brighter, fainter in pairwise(shares))


def test_quantiles_part_no_equal_values_and_leave_out_what_is_unknown():
    codes, ranges = by_quantiles([1, 1, 1, 1, 2, 3, np.nan, np.inf, 4], 3)
    assert codes.tolist() == [0, 0, 0, 0, 1, 2, -1, -1, 2]
    assert ranges[0] == (1, 1)
    for code, (low, high) in enumerate(ranges):
        inside = np.array([1, 1, 1, 1, 2, 3, np.nan, np.inf, 4])[codes == code]
        assert (inside.min(), inside.max()) == (low, high)
    rng = np.random.default_rng(3)
    codes, ranges = by_quantiles(rng.normal(size=1000), 7)
    assert np.bincount(codes).max() - np.bincount(codes).min() <= 1
    assert all(before[1] < after[0] for before, after in pairwise(ranges))
    assert by_quantiles([5.0] * 9, 4)[1] == [(5, 5)]
    # A class written as a number is a class.
    assert by_quantiles([1.0] * 50 + [2.0] * 3 + [3.0, 4.0], 4)[1] == [(1, 1), (2, 2), (3, 3), (4, 4)]
    codes, ranges = by_quantiles([np.nan], 4)
    assert (codes.tolist(), ranges) == ([-1], [])
    with pytest.raises(ValueError, match="at least one"):
        by_quantiles([1.0], 0)


def test_fields_are_square_and_pixel_edges_are_theirs():
    x = np.array([-0.5, 99.4, 99.5, 199.4, 199.5, -0.6, 50, np.nan])
    y = np.array([-0.5, 49.0, 49.0, 99.4, 10.0, 10.0, 99.5, 10.0])
    codes, names = by_field(x, y, (200, 100), 2)
    assert names == ["1, 1", "2, 1"]
    assert codes.tolist() == [0, 0, 1, 1, -1, -1, -1, -1]
    _, names = by_field(x, y, (100, 250), 5)
    assert names[0] == "1, 1"
    assert names[-1] == "2, 5"


def test_edges_are_said():
    counts = np.array([[2, 1], [3, 0]])
    with pytest.raises(ValueError, match="codes from -1 to 0"):
        agreement_by(counts, np.array([0, 1]), ["a"], np.random.default_rng(0))
    full, empty = agreement_by(counts, np.array([0, 0]), ["a", "b"], np.random.default_rng(0))
    assert full.is_thin
    assert stratum_json(full)["human_to_mode"]["value"] == pytest.approx(5 / 6)
    assert stratum_json(empty) == {
        "name": "b", "n_compared": 0, "n_votes": 0, "is_thin": True,
        **{name: {"value": None, "low": None, "high": None} for name in full.figures},
    }  # fmt: skip
