"""Retirement rules on votes whose outcome is known by hand, against a naive replay, and on a million votes."""

import time

import numpy as np
import pytest

from labeling.retirement import (
    Agreeing,
    Confused,
    FixedOverlap,
    OneCoin,
    full_overlap,
    replay,
    replays,
    rule_of,
    stops_at,
)

# Sources A (0), B (1), C (2), D (3); labels 0 and 1; in the order cast, people in turn.
SOURCE = np.array([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 0, 1, 2, 1])
LABEL = np.array([0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 1, 1])
# A: 0 0 0 1   B: 0 1 1 0 1   C: 0 0 1 1   D: 1 0


def of(rule, **given):
    return replay(SOURCE, LABEL, rule, n_sources=5, n_labels=2, **given)


def test_fixed_overlap_keeps_the_first_votes():
    found = of(FixedOverlap(3))
    assert found.retired_at.tolist() == [3, 3, 3, 0, 0]
    assert found.votes_saved == 1 + 2 + 1
    assert found.before.n_votes.tolist() == [3, 3, 3, 2, 0]
    assert found.before.mode.tolist() == [0, 1, 0, -1, -1]
    # C ties when all four have voted, D in any case; E has no vote and no label.
    assert found.full.mode.tolist() == [0, 1, -1, -1, -1]
    assert found.hides_a_tie.tolist() == [False, False, True, False, False]
    assert not found.is_changed.any()
    assert found.rule == "fixed-overlap/1 overlap=3"


def test_a_source_is_stopped_when_as_many_agree():
    found = of(Agreeing(2, most=4))
    assert found.retired_at.tolist() == [2, 3, 2, 0, 0]
    assert found.votes_saved == 2 + 2 + 2
    assert found.is_shortened.tolist() == [True, True, True, False, False]
    assert found.before.mode.tolist() == [0, 1, 0, -1, -1]


def test_the_first_vote_alone_changes_a_label_and_hides_ties():
    found = of(FixedOverlap(1))
    assert found.is_changed.tolist() == [False, True, False, False, False]
    assert found.hides_a_tie.tolist() == [False, False, True, True, False]
    two = of(FixedOverlap(2))
    assert two.leaves_a_tie.tolist() == [False, True, False, False, False]


def test_one_coin_counts_the_lead():
    """Right with 0.8: one vote gives 0.8, two that agree 0.64 / (0.64 + 0.04) = 0.941, a lead of one always 0.8."""
    assert of(OneCoin(0.94, most=9, accuracy=0.8)).retired_at.tolist() == [2, 0, 2, 0, 0]
    assert of(OneCoin(0.95, most=9, accuracy=0.8)).retired_at.tolist() == [3, 0, 0, 0, 0]
    assert of(OneCoin(0.95, most=4, accuracy=0.8)).retired_at.tolist() == [3, 4, 4, 0, 0]
    assert of(OneCoin(0.79, most=9, accuracy=0.8)).retired_at.tolist() == [1, 1, 1, 1, 0]


def test_a_good_annotator_is_enough():
    """x is right with 0.99, y with 0.6: one vote of x retires a source, of y it takes more."""
    matrices = np.array([[[p, 1 - p], [1 - p, p]] for p in (0.99, 0.6)])
    rule = Confused(0.95, most=9, confusion=matrices, priors=np.array([0.5, 0.5]))
    source, annotator = np.array([0, 1, 1, 1, 1]), np.array([0, 1, 1, 1, 0])
    found = replay(source, np.zeros(5, dtype=int), rule, n_sources=2, n_labels=2, annotator=annotator)
    # Three times y: 0.6^3 / (0.6^3 + 0.4^3) = 0.77.
    assert found.retired_at.tolist() == [1, 4]
    with pytest.raises(ValueError, match="who voted"):
        replay(source, np.zeros(5, dtype=int), rule, n_sources=2, n_labels=2)


def test_a_version_names_rule_and_parameters():
    same = np.array([[[0.9, 0.1], [0.1, 0.9]]])
    first, again, other = (
        Confused(0.9, 5, matrices, np.array([0.5, 0.5])).version for matrices in (same, same.copy(), same[:, ::-1])
    )
    assert first == again != other
    assert Agreeing(3, 5).version == "agreeing/1 agreeing=3 most=5"
    assert OneCoin(0.95, 5, 0.8).version == "one-coin/1 above=0.95 most=5 accuracy=0.8"


@pytest.mark.parametrize(
    "rule",
    [FixedOverlap(3), Agreeing(3, 5), OneCoin(0.95, 5, 0.8), OneCoin(0.9999999, 12, 1 / 3), OneCoin(1e-7, 1, 0.5)],
)
def test_a_rule_is_made_from_its_version_as_it_was(rule):
    assert rule_of(rule.version) == rule


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("", "^'' is no rule that a round can have; choose one of fixed-overlap/1, agreeing/1, one-coin/1$"),
        ("agreeing", "^'agreeing' is no rule"),
        ("agreeing/2 agreeing=3 most=5", "^'agreeing/2' is no rule"),
        ("confused/1 above=0.9 most=5 matrices=0123", "^'confused/1' is no rule"),
        ("agreeing/1 agreeing=3", "must give each parameter of agreeing/1 once: agreeing/1 agreeing=... most=...$"),
        ("agreeing/1 agreeing=3 most=5 more=1", "must give each parameter"),
        ("agreeing/1 agreeing=3 agreeing=3 most=5", "must give each parameter"),
        ("agreeing/1 agreeing=3.0 most=5", r"^agreeing '3\.0' is no whole number$"),
        ("agreeing/1 agreeing=-3 most=5", "^agreeing '-3' is no whole number$"),
        ("agreeing/1 agreeing=٣ most=5", "^agreeing '٣' is no whole number$"),
        ("one-coin/1 above=nan most=5 accuracy=0.8", "^above 'nan' is no number$"),
        ("one-coin/1 above=1e400 most=5 accuracy=0.8", "^above '1e400' is no number$"),
        ("one-coin/1 above=1.5 most=5 accuracy=0.8", r"^posterior 1\.5 must lie between 0 and 1$"),
    ],
)
def test_what_is_no_version_is_refused_in_one_line(version, message):
    with pytest.raises(ValueError, match=message):
        rule_of(version)


@pytest.mark.parametrize("rule", [FixedOverlap(3), Agreeing(2, 4), OneCoin(0.95, 4, 0.8), OneCoin(0.941, 9, 0.8)])
def test_asked_of_counts_alone_a_rule_says_what_a_replay_does(rule):
    n_asked = 0
    for counts in np.ndindex(5, 5):
        label = np.repeat([0, 1], counts)
        found = replay(np.zeros(len(label), dtype=int), label, rule, n_sources=1, n_labels=2)
        # A replay stops at the first vote that is enough; only the last one is asked about here.
        if sum(counts) and found.retired_at[0] in (0, len(label)):
            n_asked += 1
            assert stops_at(rule, counts) == (found.retired_at[0] > 0)
    assert n_asked > 5


def test_a_posterior_that_is_reached_exactly_is_reached():
    """Right with 0.8: one vote of two labels gives 0.8."""
    assert stops_at(OneCoin(0.8, 4, 0.8), (1, 0))
    assert of(OneCoin(0.8, 4, 0.8)).retired_at.tolist() == [1, 1, 1, 1, 0]


def test_replays_of_several_rules_are_each_rule_s_own():
    rules = [FixedOverlap(1), Agreeing(2, 4), OneCoin(0.95, 4, 0.8)]
    together = replays(SOURCE, LABEL, rules, n_sources=5, n_labels=2)
    for rule, found in zip(rules, together, strict=True):
        alone = of(rule)
        assert found.rule == alone.rule
        for one, other in (
            (found.retired_at, alone.retired_at),
            (found.kept, alone.kept),
            (found.before.counts, alone.before.counts),
        ):
            assert (one == other).all()


def naive(source, label, stops, n_sources, n_labels):
    """Vote by vote: (retired_at, kept), where `stops` sees the labels (and voters) that a source has so far."""
    so_far = {s: [] for s in range(n_sources)}
    retired_at, kept = [0] * n_sources, []
    for number, (s, k) in enumerate(zip(source.tolist(), label.tolist(), strict=True)):
        kept.append(not retired_at[s])
        if not retired_at[s]:
            so_far[s].append((number, k))
            if stops(so_far[s]):
                retired_at[s] = len(so_far[s])
    return retired_at, kept


@pytest.mark.parametrize("seed", range(5))
def test_as_a_naive_replay_does(seed):
    rng = np.random.default_rng(seed)
    n_sources, n_labels, n_votes = 40, 3, 300
    source, label = rng.integers(0, n_sources, n_votes), rng.integers(0, n_labels, n_votes)
    annotator = rng.integers(0, 6, n_votes)
    confusion = rng.dirichlet(np.ones(3), (6, 3)) * 0.9 + 0.1 / 3
    priors = rng.dirichlet(np.ones(3))

    def tallied(votes):
        return np.bincount([k for _, k in votes], minlength=n_labels)

    def one_coin(votes):
        likelihood = 0.7 ** tallied(votes) * 0.15 ** (len(votes) - tallied(votes))
        return likelihood.max() / likelihood.sum() >= 0.9 or len(votes) >= 7

    def confused(votes):
        likelihood = priors.copy()
        for number, k in votes:
            likelihood = likelihood * confusion[annotator[number], :, k]
        return likelihood.max() / likelihood.sum() >= 0.9 or len(votes) >= 7

    rules = [
        (FixedOverlap(4), lambda votes: len(votes) >= 4),
        (Agreeing(3, 6), lambda votes: tallied(votes).max() >= 3 or len(votes) >= 6),
        (OneCoin(0.9, 7, 0.7), one_coin),
        (Confused(0.9, 7, confusion, priors), confused),
    ]
    for rule, stops in rules:
        found = replay(source, label, rule, n_sources=n_sources, n_labels=n_labels, annotator=annotator)
        retired_at, kept = naive(source, label, stops, n_sources, n_labels)
        assert found.retired_at.tolist() == retired_at
        assert found.kept.tolist() == kept
        assert found.votes_saved == kept.count(False) > 0


def test_a_million_votes_take_seconds():
    rng = np.random.default_rng(1)
    source, label = rng.integers(0, 100_000, 1_000_000), rng.integers(0, 4, 1_000_000)
    annotator = rng.integers(0, 50, 1_000_000)
    started = time.process_time()
    confusion = rng.dirichlet(np.ones(4), (50, 4)) * 0.9 + 0.1 / 4
    for rule in (Agreeing(3, 8), OneCoin(0.95, 8, 0.8), Confused(0.95, 8, confusion, np.full(4, 0.25))):
        found = replay(source, label, rule, n_sources=100_000, n_labels=4, annotator=annotator)
        assert found.kept.sum() + found.votes_saved == 1_000_000
    assert time.process_time() - started < 10


def test_early_retirement_inflates_agreement_and_exempt_sources_do_not():
    """Three of four right on two labels. All five votes: 77 % equal the mode; under a rule the kept ones 84 %."""
    rng = np.random.default_rng(4)
    source = np.tile(np.arange(20_000), 5)
    label = (rng.random(100_000) < 0.25).astype(int)
    found = replay(source, label, Agreeing(2, 5), n_sources=20_000, n_labels=2)
    exempt = np.arange(20_000) < 2000
    kept = found.kept | exempt[source]
    full, inflated = (np.nansum(each.top) / np.nansum(each.n_votes) for each in (found.full, found.before))
    assert (full, inflated) == pytest.approx((0.7758, 0.8421), abs=0.005)
    chosen = full_overlap(source[kept], 20_000, 5, exempt)
    assert (chosen == exempt).all()
    assert found.full.top[chosen].sum() / found.full.n_votes[chosen].sum() == pytest.approx(full, abs=0.01)
    # Nobody exempt, those with five votes are none at all here: two agree after three votes at the latest.
    assert not full_overlap(source[found.kept], 20_000, 5).any()


@pytest.mark.parametrize(
    "make",
    [
        lambda: FixedOverlap(0),
        lambda: Agreeing(4, 3),
        lambda: OneCoin(1.0, 5, 0.8),
        lambda: OneCoin(0.9, 0, 0.8),
        lambda: OneCoin(0.9, 5, 1.0),
        lambda: Confused(0.9, 5, np.ones((2, 2, 2)) / 2, np.ones(3) / 3),
        lambda: Confused(0.9, 5, np.eye(2)[None], np.ones(2) / 2),
        lambda: replay(np.array([0, 2]), np.array([0, 0]), FixedOverlap(1), n_sources=2, n_labels=1),
        lambda: replay(np.array([0]), np.array([0, 0]), FixedOverlap(1), n_sources=2, n_labels=1),
    ],
)
def test_what_makes_no_sense_is_refused(make):
    with pytest.raises(ValueError, match=r"\w"):
        make()


def test_no_votes_at_all():
    empty = np.zeros(0, dtype=np.int64)
    found = replay(empty, empty, Agreeing(2, 3), n_sources=2, n_labels=2)
    assert (found.votes_saved, found.retired_at.tolist()) == (0, [0, 0])
