"""Rounds as draws: what could be drawn, what is known, whose votes count."""

from uuid import uuid4

import numpy as np
import pytest

from catalogs.models import Source
from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput
from labeling.assignments import claim
from labeling.counting import estimate_counts
from labeling.deciding import decide
from labeling.labelleddraws import labelled_draws
from labeling.models import Vote
from labeling.rounds import close_round, open_round
from labeling.schemes import legus_scheme
from labeling.voting import cast_vote
from tests.factories import make_catalog, make_galaxy, make_member, make_team

pytestmark = pytest.mark.django_db
LEFT_HALF = {"type": "Polygon", "coordinates": [[[-1, -1], [200, -1], [200, 301], [-1, 301], [-1, -1]]]}


@pytest.fixture
def catalog():
    return make_catalog(make_galaxy(make_team()), n_sources=40)


def opened(catalog, n_sources=10, seed=1, **fields):
    fields = {"campaign_name": "Clusters", "opened_by": None, "seed": seed} | fields
    return open_round(catalog=catalog, scheme=legus_scheme(), n_sources=n_sources, **fields)


def vote_on(round_, *label_of, limit=1000):
    """A person for each function of (the source's number) -> label, None to skip."""
    for label_for in label_of:
        voter, left = make_member(round_.galaxy.team), limit
        while left and (handed := claim(round_=round_, annotator=voter, count=min(left, 10))):
            for each in handed:
                label = label_for(each.draw.source.number)
                outcome = "labeled" if label else "skipped"
                cast_vote(client_id=uuid4(), assignment=each, annotator=voter, outcome=outcome, label=label)
            left -= len(handed)
    return close_round(round_=round_)


def by_quarter(number):
    return str(number % 4 + 1)


def rows_of(round_, **which):
    return set(round_.draw.filter(**which).values_list("source__number", flat=True))


def test_a_round_is_a_draw_of_all_sources_with_the_mode_or_an_even_tie_as_truth(catalog):
    round_ = vote_on(opened(catalog), by_quarter, lambda number: "1" if number % 4 == 3 else by_quarter(number))
    found = labelled_draws(round_.campaign, catalog)
    [draw] = found.draws
    assert (found.labels, found.groups) == (["1", "2", "3", "4"], ["cluster", "non-cluster"])
    assert {row + 1 for row in draw.rows} == rows_of(round_)
    assert set(draw.probabilities) == {10 / 40}
    assert draw.frame.all()
    ties = [row for row in draw.rows if (row + 1) % 4 == 3]
    assert ties
    np.testing.assert_array_equal(found.by_label[ties], [[0.5, 0, 0, 0.5]] * len(ties))
    np.testing.assert_array_equal(found.by_group[ties], [[0.5, 0.5]] * len(ties))
    assert np.isfinite(found.by_label[:, 0]).sum() == 10
    assert found.notes == []


def test_a_later_round_draws_from_what_is_not_known_yet(catalog):
    first = vote_on(opened(catalog, seed=1), by_quarter)
    second = vote_on(opened(catalog, n_sources=20, seed=2), by_quarter)
    found = labelled_draws(first.campaign, catalog)
    one, two = found.draws
    known = rows_of(first)
    assert {row + 1 for row in one.rows} == known
    assert {row + 1 for row in np.flatnonzero(~two.frame)} == known
    assert {row + 1 for row in two.rows} == rows_of(second) - known
    assert [each.number for each in (first, second)] == found.rounds
    [only] = labelled_draws(first.campaign, catalog, [2]).draws
    assert (len(only.rows), only.frame.all()) == (20, True)


def test_anchors_are_a_draw_of_their_own_and_known_to_the_others(catalog):
    round_ = vote_on(opened(catalog, n_anchors=8), by_quarter)
    anchors, others = labelled_draws(round_.campaign, catalog).draws
    assert {row + 1 for row in anchors.rows} == rows_of(round_, is_anchor=True)
    assert (set(anchors.probabilities), set(others.probabilities)) == ({8 / 40}, {10 / 32})
    assert {row + 1 for row in np.flatnonzero(~others.frame)} == rows_of(round_, is_anchor=True)
    assert {row + 1 for row in others.rows} == rows_of(round_, is_anchor=False)


def test_the_same_anchors_in_a_second_round_are_not_drawn_twice(catalog):
    first = vote_on(opened(catalog, n_anchors=8), by_quarter)
    vote_on(opened(catalog, n_anchors=8, seed=2), by_quarter)
    sizes = [len(draw.rows) for draw in labelled_draws(first.campaign, catalog).draws]
    assert sizes[:2] == [8, 10]
    assert len(sizes) == 3


def test_a_round_of_a_region_is_known_to_later_draws_and_no_draw_of_the_catalogue(catalog):
    part = vote_on(opened(catalog, n_sources=5, regions=LEFT_HALF), by_quarter)
    whole = vote_on(opened(catalog, n_sources=20, seed=2), by_quarter)
    found = labelled_draws(part.campaign, catalog)
    [draw] = found.draws
    assert {row + 1 for row in np.flatnonzero(~draw.frame)} == rows_of(part)
    assert {row + 1 for row in draw.rows} == rows_of(whole) - rows_of(part)
    assert found.notes == ["round 1: drawn from a part of the catalogue, so not counted as a draw of it"]
    again = vote_on(opened(catalog, n_sources=3, seed=3, among_previous=True), by_quarter)
    assert len(labelled_draws(again.campaign, catalog, [3]).draws) == 0


def test_what_has_no_label_is_taken_as_missing_by_chance_and_said_so(catalog):
    round_ = vote_on(opened(catalog, n_sources=20), by_quarter, limit=8)
    found = labelled_draws(round_.campaign, catalog)
    [draw] = found.draws
    assert len(draw.rows) == 8
    assert draw.probabilities == pytest.approx(np.full(8, 20 / 40 * 8 / 20))
    assert found.notes == ["round 1: 12 of 20 drawn sources have no label; taken as missing by chance"]
    [count, *_] = estimate_counts(found.by_label, np.full((40, 4), 0.25), found.draws, found.on_image)
    assert count.estimate == pytest.approx(40 * np.mean(found.by_label[draw.rows, 0]))


def test_a_decision_overrides_the_votes(catalog):
    round_ = vote_on(opened(catalog), by_quarter)
    row = int(labelled_draws(round_.campaign, catalog).draws[0].rows[0])
    source = Source.objects.get(catalog=catalog, number=row + 1)
    label = "4" if by_quarter(source.number) != "4" else "1"
    curator = make_member(catalog.galaxy.team, Role.CURATOR)
    decide(campaign=round_.campaign, source=source, label=label, reason="seen", decided_by=curator)
    found = labelled_draws(round_.campaign, catalog)
    np.testing.assert_array_equal(found.by_label[row], np.arange(4) == int(label) - 1)
    np.testing.assert_array_equal(found.by_group[row], [label == "1", label == "4"])


def test_a_vote_with_a_prediction_in_sight_is_no_truth(catalog):
    round_ = vote_on(opened(catalog), by_quarter)
    for vote in Vote.objects.of_round(round_).live():
        Vote.objects.create(
            assignment=vote.assignment, supersedes=vote, outcome="labeled", label=vote.label, saw_prediction=True
        )
    found = labelled_draws(round_.campaign, catalog)
    assert found.draws == []
    assert np.isnan(found.by_label).all()
    assert found.notes == ["round 1: none of the 10 drawn sources has a label that counts; left out"]


def test_rounds_that_are_not_there_are_refused(catalog):
    round_ = opened(catalog)
    with pytest.raises(BadInput, match=r"^--round 7: is no round of Clusters on .* \(there are: 1\)$"):
        labelled_draws(round_.campaign, catalog, [1, 7])
    other = make_catalog(catalog.galaxy)
    with pytest.raises(BadInput, match="has no round on"):
        labelled_draws(round_.campaign, other)
