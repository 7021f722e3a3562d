"""Handing out sources: to everyone or to k people, and never one slot to two browsers."""

import hashlib
from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from galaxycat.accounts.models import Role, User
from galaxycat.errors import BadInput, Forbidden
from labeling.access import MUST_CHOOSE, ONLY_WHEN_CLOSED, VOTES_IN_IT, veiled_sources, watch, why_results_are_hidden
from labeling.assignments import _turn, claim, progress_of
from labeling.errors import NotBlind, RoundClosed, SourceTaken
from labeling.models import Assignment, Round, Vote
from labeling.rounds import close_round
from labeling.voting import cast_vote
from tests.atonce import at_once
from tests.factories import make_member, make_round, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make_team()


def answer(assignment, outcome="labeled", label="1"):
    label = label if outcome == "labeled" else None
    return cast_vote(
        client_id=uuid4(), assignment=assignment, annotator=assignment.annotator, outcome=outcome, label=label
    )


def numbers(assignments):
    return [assignment.draw.source.number for assignment in assignments]


def test_asking_again_gives_the_same_assignments(team):
    round_, annotator = make_round(team), make_member(team)
    first = claim(round_=round_, annotator=annotator, count=2)
    assert claim(round_=round_, annotator=annotator, count=2) == first
    assert claim(round_=round_, annotator=annotator, count=3)[:2] == first


def test_a_round_for_everyone_hands_each_source_to_each_person_once(team):
    round_ = make_round(team, n_sources=4)
    for annotator in (make_member(team), make_member(team)):
        seen = []
        while handed := claim(round_=round_, annotator=annotator, count=3):
            seen += numbers(handed[:1])
            answer(handed[0])
        assert len(seen) == len(set(seen)) == 4
        assert progress_of(round_, annotator) == {"answered": 4, "skipped": 0, "remaining": 0}


def test_people_start_at_different_places(team):
    round_ = make_round(team, n_sources=10)
    firsts = {numbers(claim(round_=round_, annotator=make_member(team), count=1))[0] for _ in range(8)}
    assert len(firsts) > 2


def order_of(round_, annotator):
    key = _turn(round_, annotator, "position")
    return list(round_.draw.order_by(key, "position").values_list("position", flat=True))


def test_everybody_has_an_order_of_their_own_that_has_nothing_to_do_with_anybody_elses(team):
    n_sources, n_people = 200, 12
    round_ = make_round(team, n_sources=n_sources)
    # Named, since an order follows from the names: one run in some hundreds would draw a pair beyond the last bound by chance.
    round_.uuid = UUID(int=1)
    people = [User(uuid=UUID(int=1000 + n)) for n in range(n_people)]
    ranks = np.array([np.argsort(order_of(round_, person)) for person in people])
    assert (np.sort(ranks, axis=1) == np.arange(n_sources)).all()
    correlations = np.corrcoef(ranks)[np.triu_indices(n_people, 1)]
    assert len(correlations) == 66
    # Of independent permutations: mean 0 and standard deviation 1 / sqrt(n - 1) = 0.071 each.
    assert abs(correlations.mean()) < 0.03
    assert correlations.std() == pytest.approx(0.071, abs=0.025)
    assert abs(correlations).max() < 0.3


def test_an_order_is_the_same_whenever_it_is_asked_for_and_another_in_another_round(team):
    annotator = make_member(team)
    first, second = make_round(team, n_sources=40), make_round(team, n_sources=40, campaign_name="Another")
    assert order_of(first, annotator) == order_of(Round.objects.get(pk=first.pk), User.objects.get(pk=annotator.pk))
    assert order_of(first, annotator) != order_of(second, annotator)


def test_the_order_is_that_of_its_formula_in_whole_numbers_of_any_size(team):
    round_, annotator = make_round(team, n_sources=40), make_member(team)
    prime = 2**31 - 1
    digest = hashlib.sha256(f"{round_.uuid}:{annotator.uuid}".encode()).digest()
    factor, offset = (int.from_bytes(digest[k : k + 8], "big") % (prime - 1) + 1 for k in (0, 8))
    assert order_of(round_, annotator) == sorted(range(40), key=lambda p: ((p * factor + offset) % prime) ** 2 % prime)


def test_sources_held_come_before_fresh_ones_in_that_order(team):
    round_, annotator = make_round(team, n_sources=30), make_member(team)
    first = numbers(claim(round_=round_, annotator=annotator, count=3))
    assert numbers(claim(round_=round_, annotator=annotator, count=8))[:3] == first
    assert [a.draw.position for a in claim(round_=round_, annotator=annotator, count=8)] == order_of(round_, annotator)[
        :8
    ]


def test_overlap_fills_each_source_with_k_people(team):
    round_ = make_round(team, n_sources=5, overlap=2)
    for annotator in [make_member(team) for _ in range(4)]:
        while handed := claim(round_=round_, annotator=annotator):
            answer(handed[0])
    votes = Counter(Vote.objects.counted().values_list("assignment__draw", flat=True))
    assert sorted(votes.values()) == [2] * 5


def test_the_last_slot_goes_to_one_person(team):
    round_ = make_round(team, n_sources=1, overlap=1)
    assert len(claim(round_=round_, annotator=make_member(team))) == 1
    assert claim(round_=round_, annotator=make_member(team)) == []


def test_a_skip_frees_the_slot_and_unsure_keeps_it(team):
    skipper, doubter, third, fourth = (make_member(team) for _ in range(4))
    round_ = make_round(team, n_sources=1, overlap=1)
    answer(claim(round_=round_, annotator=skipper)[0], outcome="skipped")
    (held,) = claim(round_=round_, annotator=doubter)
    answer(held, outcome="unsure")
    assert claim(round_=round_, annotator=third) == []
    answer(held, outcome="withdrawn")
    answer(held, outcome="skipped")
    assert len(claim(round_=round_, annotator=fourth)) == 1


def test_a_hold_that_lapsed_goes_to_somebody_else_and_its_late_vote_is_kept(team):
    late, prompt = make_member(team), make_member(team)
    round_ = make_round(team, n_sources=1, overlap=1)
    (held,) = claim(round_=round_, annotator=late)
    Assignment.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    (taken,) = claim(round_=round_, annotator=prompt)
    held.refresh_from_db()
    assert (held.state, held.slot, taken.slot) == (Assignment.State.LAPSED, None, 1)
    answer(taken)
    answer(held, label="2")
    held.refresh_from_db()
    assert (held.state, held.slot) == (Assignment.State.ANSWERED, None)
    assert Vote.objects.counted().count() == 2


def test_the_database_refuses_the_same_slot_twice(team):
    round_ = make_round(team, n_sources=1, overlap=2)
    (held,) = claim(round_=round_, annotator=make_member(team))
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(
            round=round_, draw=held.draw, annotator=make_member(team), slot=held.slot, held_until=timezone.now()
        )


def test_a_closed_round_hands_out_nothing(team):
    round_ = make_round(team)
    close_round(round_=round_)
    with pytest.raises(RoundClosed):
        claim(round_=round_, annotator=make_member(team))


@pytest.mark.parametrize(("mode", "overlap", "most"), [("blind", None, 20), ("blind", 2, 26)])
def test_claiming_costs_the_same_in_a_large_round(team, django_assert_max_num_queries, mode, overlap, most):
    round_ = make_round(team, n_sources=200, mode=mode, overlap=overlap)
    annotator = make_member(team)
    with django_assert_max_num_queries(most):
        assert len(claim(round_=round_, annotator=annotator, count=3)) == 3


class TestBlindMeansBlind:
    def test_who_watches_cannot_vote(self, team):
        round_, pi = make_round(team), make_member(team, Role.PI)
        assert why_results_are_hidden(round_, pi) == MUST_CHOOSE
        watch(round_=round_, user=pi)
        watch(round_=round_, user=pi)
        assert why_results_are_hidden(round_, pi) is None
        assert round_.observers.count() == 1
        with pytest.raises(NotBlind):
            claim(round_=round_, annotator=pi)

    def test_who_votes_sees_nothing_until_the_round_is_closed(self, team):
        round_, pi = make_round(team), make_member(team, Role.PI)
        claim(round_=round_, annotator=pi)
        assert why_results_are_hidden(round_, pi) == VOTES_IN_IT
        with pytest.raises(Forbidden):
            watch(round_=round_, user=pi)
        assert why_results_are_hidden(close_round(round_=round_), pi) is None

    @pytest.mark.parametrize(
        ("role", "reason"),
        [(Role.VIEWER, ONLY_WHEN_CLOSED), (Role.ANNOTATOR, ONLY_WHEN_CLOSED), (Role.CURATOR, MUST_CHOOSE)],
    )
    def test_an_open_round_shows_its_votes_to_curators_and_pis_only(self, team, role, reason):
        assert why_results_are_hidden(make_round(team), make_member(team, role)) == reason

    def test_an_informed_round_is_watched_and_voted_in(self, team):
        first = close_round(round_=make_round(team))
        second, pi = make_round(catalog=first.catalog, mode="informed"), make_member(team, Role.PI)
        assert claim(round_=second, annotator=pi)
        assert why_results_are_hidden(second, pi) is None


class TestAnotherRoundKeepsItBlindToo:
    def test_sources_that_wait_in_an_open_blind_round_are_veiled_elsewhere(self, team):
        first = close_round(round_=make_round(team, n_sources=4))
        second = make_round(catalog=first.catalog, n_sources=4, among_previous=True)
        annotator, viewer, pi = make_member(team), make_member(team, Role.VIEWER), make_member(team, Role.PI)
        assert veiled_sources(first, annotator).count() == 4
        assert veiled_sources(first, viewer).count() == 0
        answer(claim(round_=second, annotator=annotator, count=1)[0])
        assert veiled_sources(first, annotator).count() == 3
        watch(round_=second, user=pi)
        assert veiled_sources(first, pi).count() == 0
        close_round(round_=second)
        assert veiled_sources(first, annotator).count() == 0

    def test_an_informed_round_waits_for_the_one_before_to_close(self, team):
        first = make_round(team)
        with pytest.raises(BadInput, match="still open"):
            make_round(catalog=first.catalog, mode="informed")


class TestSlotsAreNeverOverfilledByGivingThemAwayTwice:
    def test_a_late_vote_takes_the_slot_that_a_skip_frees(self, team):
        late, skipper, third = (make_member(team) for _ in range(3))
        round_ = make_round(team, n_sources=1, overlap=1)
        (held,) = claim(round_=round_, annotator=late)
        lapse()
        (taken,) = claim(round_=round_, annotator=skipper)
        answer(held)
        answer(taken, outcome="skipped")
        assert claim(round_=round_, annotator=third) == []
        held.refresh_from_db()
        assert (held.state, held.slot) == (Assignment.State.ANSWERED, 1)

    def test_a_skip_whose_source_went_to_somebody_else_cannot_be_undone(self, team):
        skipper, taker = make_member(team), make_member(team)
        round_ = make_round(team, n_sources=1, overlap=1)
        (held,) = claim(round_=round_, annotator=skipper)
        answer(held, outcome="skipped")
        claim(round_=round_, annotator=taker)
        with pytest.raises(SourceTaken, match="stays as it is"):
            answer(held, outcome="withdrawn")
        assert Vote.objects.live().get().outcome == "skipped"

    def test_an_undo_is_not_undone_twice(self, team):
        (held,) = claim(round_=make_round(team), annotator=make_member(team), count=1)
        answer(held)
        answer(held, outcome="withdrawn")
        with pytest.raises(BadInput, match="no vote on this source"):
            answer(held, outcome="withdrawn")

    def test_a_lapsed_hold_may_come_back_to_the_same_person(self, team):
        annotator, other = make_member(team), make_member(team)
        round_ = make_round(team, n_sources=1, overlap=1)
        (held,) = claim(round_=round_, annotator=annotator)
        lapse()
        (taken,) = claim(round_=round_, annotator=other)
        answer(taken, outcome="skipped")
        assert progress_of(round_, annotator)["remaining"] == 1
        assert claim(round_=round_, annotator=annotator) == [held]

    def test_no_more_are_handed_than_were_asked_for(self, team):
        round_, annotator = make_round(team, n_sources=6), make_member(team)
        claim(round_=round_, annotator=annotator, count=5)
        assert len(claim(round_=round_, annotator=annotator, count=2)) == 2


def lapse():
    Assignment.objects.filter(state=Assignment.State.HELD).update(held_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db(transaction=True)
def test_many_browsers_at_once_never_hold_one_slot_twice(team):
    """Eight people claim and vote at the same time on four sources with two slots each."""
    round_ = make_round(team, n_sources=4, overlap=2)
    people = [make_member(team) for _ in range(8)]

    def work(person):
        while handed := claim(round_=round_, annotator=person, count=2):
            answer(handed[0])

    at_once(people, work)
    votes = Counter(Vote.objects.counted().values_list("assignment__draw", flat=True))
    assert sorted(votes.values()) == [2, 2, 2, 2]
    slots = Assignment.objects.values_list("draw", "slot")
    assert len(set(slots)) == len(slots) == 8
