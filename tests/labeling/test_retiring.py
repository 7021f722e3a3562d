"""Retirement at work in a round: a source is retired exactly when a replay of its votes says so, and nobody is told."""

from collections import Counter
from uuid import uuid4

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from galaxycat.accounts.models import Role
from labeling.access import watch
from labeling.assignments import claim, progress_of, remaining_for
from labeling.dashboard.page import dashboard_of
from labeling.models import Assignment, Consensus, Level, Round, Vote
from labeling.retirement import replay, rule_of
from labeling.simulated import vote_in_simulation
from labeling.tally import rebuild_consensus
from labeling.voting import cast_vote
from tests.atonce import at_once
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team
from tests.labeling.ruled import COIN, LABELS, TWO_OF_FIVE, answer, held_by_all, retired, robots, ruled, short

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make_team()


class TestLiveIsTheReplay:
    @pytest.mark.parametrize("version", [TWO_OF_FIVE, "agreeing/1 agreeing=3 most=4", COIN])
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(said=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(LABELS)), min_size=1, max_size=15))
    def test_votes_cast_one_by_one_retire_a_source_exactly_when_a_replay_stops_it(self, team, version, said):
        with transaction.atomic():
            round_ = ruled(team, version, n_sources=4, control_share=0.25)
            held = held_by_all(round_, 5)
            free = short(round_)
            assert len(free) == 3
            source, label, stopped = [], [], {}
            turn = Counter()
            for place, value in said:
                pk = free[place]
                if turn[pk] == round_.overlap:
                    continue
                answer(held[turn[pk]][pk], value)
                turn[pk] += 1
                source.append(place)
                label.append(LABELS.index(value))
                if pk in retired(round_):
                    stopped.setdefault(place, turn[pk])
            found = replay(np.array(source), np.array(label), rule_of(version), n_sources=3, n_labels=4)
            assert {place: int(n) for place, n in enumerate(found.retired_at) if n} == stopped
            transaction.set_rollback(True)

    def test_a_late_vote_counts_and_may_bring_a_source_back(self, team):
        """Right with 0.8, four labels: three of one label reach 0.999, and two against them come down to 0.93."""
        round_ = ruled(team, "one-coin/1 above=0.95 most=6 accuracy=0.8", n_sources=2)
        (pk,) = short(round_)
        held = [each[pk] for each in held_by_all(round_, 5)]
        late = make_member(team)
        for assignment in held[:3]:
            answer(assignment, "1")
        assert pk in retired(round_)
        assert pk not in remaining_for(round_, late).values_list("pk", flat=True)
        for assignment in held[3:]:
            answer(assignment, "2")
        assert pk not in retired(round_)
        assert Vote.objects.counted().count() == 5
        assert pk in remaining_for(round_, late).values_list("pk", flat=True)

    @pytest.mark.parametrize("undo", ["withdrawn", "2", "unsure", "skipped"])
    def test_a_vote_taken_back_or_changed_brings_a_source_back(self, team, undo):
        round_ = ruled(team, n_sources=2)
        (pk,) = short(round_)
        first, second, *_ = held_by_all(round_, 3)
        answer(first[pk])
        assert retired(round_) == set()
        answer(second[pk])
        assert retired(round_) == {pk}
        answer(second[pk], undo)
        assert retired(round_) == set()
        answer(second[pk])
        assert retired(round_) == {pk}

    def test_a_resend_changes_nothing(self, team):
        round_ = ruled(team, n_sources=2)
        (pk,) = short(round_)
        first, second = held_by_all(round_, 2)
        answer(first[pk])
        vote, _ = answer(second[pk])
        since = round_.draw.get(pk=pk).retired_at
        again = {"client_id": vote.client_id, "assignment": second[pk], "annotator": second[pk].annotator}
        assert cast_vote(**again, outcome="labeled", label="1") == (vote, False)
        assert round_.draw.get(pk=pk).retired_at == since is not None

    def test_it_can_be_made_again_from_the_votes(self, team):
        round_ = ruled(team, n_sources=8)
        vote_in_simulation(round_=round_, voters=robots(5), truth={}, rng=np.random.default_rng(2))
        before = retired(round_)
        assert 0 < len(before) < 8
        assert rebuild_consensus(round_=round_) == 0
        one = min(before)
        round_.draw.filter(pk=one).update(retired_at=None)
        assert rebuild_consensus(round_=round_) == 1
        assert retired(round_) == before


class TestWhoIsAskedForMore:
    def test_a_rule_saves_votes_and_controls_get_all(self, team):
        round_ = ruled(team, n_sources=20, n_anchors=0, control_share=0.2, seed=3)
        for _ in range(6):
            voter = make_member(team)
            while handed := claim(round_=round_, annotator=voter, count=1):
                answer(handed[0])
        votes = Counter(Vote.objects.counted().values_list("assignment__draw", flat=True))
        full = set(round_.draw.full().values_list("pk", flat=True))
        assert len(full) == 4
        assert {votes[pk] for pk in full} == {5}
        assert {votes[pk] for pk in short(round_)} == {2}
        assert retired(round_) == set(short(round_))

    def test_a_source_held_when_it_retires_is_kept_and_its_vote_counts(self, team):
        round_ = ruled(team, n_sources=2)
        (pk,) = short(round_)
        first, second, third = held_by_all(round_, 3)
        answer(first[pk])
        answer(second[pk])
        assert retired(round_) == {pk}
        owner = third[pk].annotator
        assert pk in {each.draw_id for each in claim(round_=round_, annotator=owner, count=5)}
        answer(third[pk], "3")
        assert Consensus.objects.get(draw=pk, level=Level.LABEL).counts == {"1": 2, "3": 1}

    def test_anchors_are_controls_and_the_others_are_chosen_by_the_seed(self, team):
        catalog = make_catalog(make_galaxy(team), 60)
        rounds = [
            ruled(None, n_sources=30, n_anchors=5, catalog=catalog, seed=seed, campaign_name=f"C{k}")
            for k, seed in enumerate((7, 7, 8))
        ]
        for round_ in rounds:
            assert set(round_.draw.filter(is_anchor=True).values_list("has_full_overlap", flat=True)) == {True}
            assert round_.draw.full().filter(is_anchor=False).count() == 6
            assert round_.parameters["control_share"] == 0.2
        chosen = [set(each.draw.full().values_list("source", flat=True)) for each in rounds]
        assert chosen[0] == chosen[1] != chosen[2]
        # Asking for a rule changes nothing else that the seed decides.
        plain = make_round(catalog=catalog, n_sources=30, n_anchors=5, seed=7, campaign_name="Plain")
        order = [list(each.draw.values_list("source", "is_anchor")) for each in (plain, rounds[0])]
        assert order[0] == order[1]

    def test_without_a_rule_all_have_the_full_overlap_and_nothing_retires(self, team):
        round_ = make_round(team, n_sources=4, overlap=3)
        vote_in_simulation(round_=round_, voters=robots(3), truth={}, rng=np.random.default_rng(0))
        assert round_.draw.full().count() == 4
        assert retired(round_) == set()
        assert "control_share" not in round_.parameters

    def test_no_more_votes_are_expected_on_what_retired(self, team):
        round_, pi = ruled(team, n_sources=2), make_member(team, Role.PI)
        watch(round_=round_, user=pi)
        (pk,) = short(round_)
        for n, each in enumerate(held_by_all(round_, 2)):
            (finish,) = dashboard_of(round_.campaign, pi)["finish"]
            assert finish["remaining"] == 10 - n
            answer(each[pk])
        (finish,) = dashboard_of(round_.campaign, pi)["finish"]
        assert finish["remaining"] == 5

    @pytest.mark.parametrize("n_sources", [5, 200])
    def test_a_vote_costs_the_same_in_a_large_round(self, team, n_sources, django_assert_max_num_queries):
        catalog = make_catalog(make_galaxy(team), n_sources + 1)
        round_ = ruled(None, n_sources=n_sources, control_share=0, n_anchors=1, catalog=catalog)
        pk = short(round_)[0]
        held = []
        for _ in range(2):
            voter = make_member(team)
            Assignment.objects.create(
                round=round_, draw_id=pk, annotator=voter, slot=len(held) + 1, held_until=timezone.now()
            )
            held.append(Assignment.objects.get(annotator=voter))
        answer(held[0])
        with django_assert_max_num_queries(23):
            answer(held[1])
        assert retired(round_) == {pk}


@pytest.mark.django_db(transaction=True)
def test_many_browsers_at_once_retire_each_source_once_and_lose_no_vote(team):
    """Six people vote alike at the same time: each source is retired, with two votes or what was held meanwhile."""
    round_ = ruled(team, n_sources=6, control_share=0.2)
    people = [make_member(team) for _ in range(6)]
    cast = []

    def work(person):
        while handed := claim(round_=round_, annotator=person, count=1):
            cast.append(answer(handed[0]))

    at_once(people, work)
    votes = Counter(Vote.objects.counted().values_list("assignment__draw", flat=True))
    assert sum(votes.values()) == len(cast)
    full = set(round_.draw.full().values_list("pk", flat=True))
    assert {votes[pk] for pk in full} == {5}
    assert retired(round_) == set(short(round_))
    assert all(2 <= votes[pk] <= 5 for pk in short(round_))
    assert sum(votes[pk] for pk in short(round_)) < 5 * len(short(round_))


class TestTheDatabaseHolds:
    def test_a_control_does_not_retire(self, team):
        round_ = ruled(team)
        with pytest.raises(IntegrityError), transaction.atomic():
            round_.draw.full().update(retired_at=timezone.now())

    def test_a_rule_has_a_most(self, team):
        round_ = ruled(team)
        with pytest.raises(IntegrityError), transaction.atomic():
            Round.objects.filter(pk=round_.pk).update(overlap=None)


class TestNobodyWhoVotesIsTold:
    def test_a_retired_source_is_answered_and_handed_like_any_other(self, team):
        """One person holds a control, a retired source and one still open; two others made the difference."""
        round_ = ruled(team, n_sources=5, control_share=0.2)
        ours, *others = held_by_all(round_, 3)
        gone, open_one = short(round_)[:2]
        control = round_.draw.full().get().pk
        for each in others:
            for pk in (gone, control):
                answer(each[pk])
        assert retired(round_) == {gone}
        owner = ours[gone].annotator
        client = Client()
        client.force_login(owner)
        before = progress_of(round_, owner)["remaining"]
        sent = {"content_type": "application/json"}
        handed = client.post(reverse("api:round-claims", args=[round_.uuid]), {"count": 5}, **sent).json()
        assert {frozenset(each) for each in handed["assignments"]} == {
            frozenset(["uuid", "state", "source", "previous_consensus"])
        }
        assert len(handed["assignments"]) == before == 5
        for n, pk in enumerate((gone, open_one, control), 1):
            vote = {"client_id": str(uuid4()), "assignment": str(ours[pk].uuid), "outcome": "labeled", "label": "1"}
            answered = client.post(reverse("api:vote-list"), vote, **sent)
            assert answered.status_code == 201
            told = answered.json()
            # One's own vote never moves how many are left otherwise, whatever the rule makes of it.
            assert told["progress"] == {"answered": n, "skipped": 0, "remaining": before - n}
            source = told["assignment"].pop("source")
            assert set(source) == {"uuid", "number", "x_px", "y_px", "ra_deg", "dec_deg"}
            assert told["assignment"] == {"uuid": str(ours[pk].uuid), "state": "answered", "previous_consensus": None}
