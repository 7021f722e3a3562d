"""Retirement at work in a round: a source is retired exactly when a replay of its votes says so, and nobody is told."""

import threading
from collections import Counter
from uuid import uuid4

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput
from labeling.access import watch
from labeling.agreement.human_to_mode import agreement_of_counts
from labeling.assignments import claim, progress_of, remaining_for
from labeling.dashboard.page import Cell, dashboard_of, draws_in_cell
from labeling.dashboard.strata import strata_of
from labeling.dashboard.votes import read_votes_of
from labeling.models import Assignment, Consensus, Level, Round, Vote
from labeling.provenance import provenance_of
from labeling.releasing import cut_of
from labeling.results import results_of, round_statistics
from labeling.retirement import replay, rule_of
from labeling.rounds import close_round
from labeling.simulated import vote_in_simulation
from labeling.tally import rebuild_consensus, round_agreement
from labeling.voting import cast_vote
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team, make_user

pytestmark = pytest.mark.django_db

TWO_OF_FIVE = "agreeing/1 agreeing=2 most=5"
COIN = "one-coin/1 above=0.95 most=5 accuracy=0.8"
LABELS = ["1", "2", "3", "4"]


@pytest.fixture
def team():
    return make_team()


def ruled(team, retirement=TWO_OF_FIVE, n_sources=5, control_share=0.2, **fields):
    return make_round(team, n_sources=n_sources, retirement=retirement, control_share=control_share, **fields)


def answer(assignment, what="1"):
    outcome, label = ("labeled", what) if what.isdecimal() else (what, None)
    return cast_vote(
        client_id=uuid4(), assignment=assignment, annotator=assignment.annotator, outcome=outcome, label=label
    )


def held_by_all(round_, n_people):
    """[person] -> {key of a draw: their assignment}, all of it handed out before anybody votes."""
    people = [make_member(round_.galaxy.team) for _ in range(n_people)]
    n_sources = round_.draw.count()
    return [{each.draw_id: each for each in claim(round_=round_, annotator=who, count=n_sources)} for who in people]


def retired(round_):
    return set(round_.draw.exclude(retired_at=None).values_list("pk", flat=True))


def short(round_):
    """The draws that the rule may retire, by key."""
    return list(round_.draw.filter(has_full_overlap=False).order_by("pk").values_list("pk", flat=True))


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


def robots(n):
    return [make_user(f"robot{uuid4().hex[:8]}", is_simulated=True) for _ in range(n)]


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
    start, errors, cast = threading.Barrier(len(people)), [], []

    def work(person):
        try:
            start.wait(timeout=20)
            while handed := claim(round_=round_, annotator=person, count=1):
                cast.append(answer(handed[0]))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []
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


class TestAgreementIsOfTheFullOverlap:
    @pytest.fixture
    def voted(self, team):
        """Under "two agree": 40 sources on which the first two do, eight of them controls, on which others differ then."""
        round_ = ruled(make_team(), n_sources=40, control_share=0.2)
        for value in ("1", "1", "3", "2", "4"):
            voter = make_member(round_.galaxy.team)
            while handed := claim(round_=round_, annotator=voter, count=10):
                for each in handed:
                    answer(each, value)
        return close_round(round_=round_)

    def counts(self, round_, level, *, full):
        names = LABELS if level == Level.LABEL else ["cluster", "non-cluster"]
        rows = Consensus.objects.of_round(round_, level)
        rows = rows.filter(draw__has_full_overlap=True) if full else rows
        return np.array([[row.get(name, 0) for name in names] for row in rows.values_list("counts", flat=True)])

    @pytest.mark.parametrize("level", list(Level))
    def test_every_figure_is_of_the_controls(self, voted, level):
        expected = agreement_of_counts(self.counts(voted, level, full=True))
        everything = agreement_of_counts(self.counts(voted, level, full=False))
        assert expected.n_sources == 8
        on_controls = {Level.LABEL: 2, Level.GROUP: 3}[level]
        assert expected.human_to_mode == on_controls / 5
        assert everything.human_to_mode == (32 * 2 + 8 * on_controls) / (32 * 2 + 8 * 5)
        assert round_agreement(voted, level) == expected
        assert round_statistics(voted)["n_sources"] == 8
        totals = results_of(voted)[level]["totals"]
        assert totals == {"n_votes": everything.n_votes, "n_sources": 40, "ties": everything.ties}
        pi = make_member(voted.galaxy.team, Role.PI)
        found = dashboard_of(voted.campaign, pi)
        (agreement,) = found["agreement"][level]
        (trend,) = found["trend"][level]
        for figure in (agreement, trend["points"][0]):
            assert figure["human_to_mode"]["value"] == pytest.approx(expected.human_to_mode)
            assert (figure["n_compared"], figure["n_votes"]) == (8, expected.n_votes)
        assert np.sum(found["confusion"][level]["all"]) == expected.n_votes
        n = self.counts(voted, level, full=True).sum(axis=1)
        assert np.triu(found["pairs"][level]["shared"], 1).sum() == (n * (n - 1) / 2).sum()
        (stratum,) = strata_of(voted.campaign, pi, "round", level=level)["strata"]
        assert stratum["human_to_mode"]["value"] == pytest.approx(expected.human_to_mode)
        (fact,) = found["under_rules"]
        assert (fact["n_full"], fact["n_drawn"], fact["overlap"], fact["rule"]) == (8, 40, 5, TWO_OF_FIVE)
        assert found["progress"]["n_drawn"] == 40

    def test_a_cell_opens_the_controls_that_it_counts(self, voted):
        votes = read_votes_of(voted.campaign, make_member(voted.galaxy.team, Role.PI))
        full = set(voted.draw.full().values_list("pk", flat=True))
        opened = {
            pk
            for others in [*LABELS, "tie"]
            for own in LABELS
            for pk in draws_in_cell(votes, Cell(Level.LABEL, others, own, "all"))
        }
        assert opened == full

    def test_a_release_states_it_too(self, voted):
        stated = provenance_of(voted.catalog, cut_of(voted.catalog, {"campaign": str(voted.campaign.uuid)}))
        expected = round_agreement(voted, Level.LABEL).human_to_mode
        (of_round,) = stated["rounds"]
        assert (of_round["retirement"], of_round["agreement"]["label"]["human_to_mode"]) == (TWO_OF_FIVE, expected)
        assert stated["agreement"]["label"]["human_to_mode"] == expected

    def test_the_pages_say_so_with_the_number(self, voted):
        client = Client()
        client.force_login(make_member(voted.galaxy.team, Role.PI))
        said = "Agreement is of the 8 sources with the full overlap of 5"
        for address in (
            reverse("round", args=[voted.uuid]),
            reverse("campaign", args=[voted.galaxy.slug, voted.campaign.uuid]),
        ):
            page = " ".join(client.get(address).content.decode().split())
            assert said in page
            assert TWO_OF_FIVE in page
            assert "which would inflate it" in page

    def test_the_page_of_a_fixed_overlap_says_nothing_of_it(self, team):
        round_ = make_round(team, n_sources=4, overlap=2)
        vote_in_simulation(round_=round_, voters=robots(2), truth={}, rng=np.random.default_rng(0))
        close_round(round_=round_)
        client = Client()
        client.force_login(make_member(team, Role.PI))
        for address in (
            reverse("round", args=[round_.uuid]),
            reverse("campaign", args=[round_.galaxy.slug, round_.campaign.uuid]),
        ):
            assert "with the full overlap of" not in client.get(address).content.decode()


class TestOpening:
    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"retirement": "majority/1 most=5"}, "^retirement: 'majority/1' is no rule that a round can have"),
            ({"retirement": "agreeing/2 agreeing=3 most=5"}, "^retirement: 'agreeing/2' is no rule"),
            ({"retirement": "confused/1 above=0.9 most=5 matrices=ab"}, "^retirement: 'confused/1' is no rule"),
            ({"retirement": "agreeing/1 agreeing=3"}, "^retirement: .* must give each parameter of agreeing/1 once"),
            ({"retirement": "agreeing/1 agreeing=6 most=5"}, "^retirement: agreeing 6 must be 1 to 5"),
            ({"retirement": "agreeing/1 agreeing=x most=5"}, "^retirement: agreeing 'x' is no whole number"),
            ({"retirement": "one-coin/1 above=1.5 most=5 accuracy=0.8"}, "^retirement: posterior 1.5 must lie"),
            ({"retirement": "one-coin/1 above=0.9 most=5 accuracy=0.25"}, "^accuracy: 0.25 is no better than chance"),
            ({"retirement": "fixed-overlap/1 overlap=3"}, "^retirement: a fixed overlap is no rule"),
            ({"retirement": "agreeing/1 agreeing=3 most=1001"}, "^overlap: 1 to 1000 people"),
            ({"retirement": TWO_OF_FIVE, "overlap": 4}, "^overlap: 4 is not 5, the most votes of the rule"),
            ({"retirement": TWO_OF_FIVE, "control_share": 1.0}, "^control_share: choose 0 to below 1"),
            ({"retirement": TWO_OF_FIVE, "control_share": float("nan")}, "^control_share: choose 0 to below 1"),
            ({"retirement": TWO_OF_FIVE, "control_share": 0}, "^control_share: without anchors it must be above 0"),
        ],
    )
    def test_what_makes_no_sense_is_refused_in_one_line(self, team, fields, message):
        with pytest.raises(BadInput, match=message):
            make_round(team, **fields)
        assert not Round.objects.exists()

    def test_the_rule_s_most_is_the_overlap_and_its_version_is_kept_as_the_rule_writes_it(self, team):
        round_ = make_round(team, retirement=" one-coin/1  accuracy=.80 most=4 above=0.950")
        assert (round_.retirement, round_.overlap) == ("one-coin/1 above=0.95 most=4 accuracy=0.8", 4)
        assert round_.rule.version == round_.retirement

    def test_over_the_api(self, team):
        catalog = make_catalog(make_galaxy(team), 20)
        client = Client()
        client.force_login(make_member(team, Role.PI))
        asked = {"campaign_name": "A", "catalog": str(catalog.uuid), "n_sources": 10, "retirement": TWO_OF_FIVE}
        sent = {"content_type": "application/json"}
        refused = client.post("/api/v1/rounds/", asked | {"retirement": "agreeing/1 agreeing=9 most=5"}, **sent)
        assert refused.status_code == 422
        assert refused.json() == {"detail": "retirement: agreeing 9 must be 1 to 5, the most votes"}
        assert client.post("/api/v1/rounds/", asked | {"control_share": 2}, **sent).status_code == 400
        made = client.post("/api/v1/rounds/", asked, **sent)
        assert made.status_code == 201
        assert (made.json()["retirement"], made.json()["overlap"]) == (TWO_OF_FIVE, 5)
        assert made.json()["parameters"]["control_share"] == 0.2


FORM = {"campaign_name": "A", "n_sources": 10, "mode": "blind", "control_share": "0.3"}


class TestTheForm:
    @pytest.fixture
    def pi(self, team):
        client = Client()
        client.force_login(make_member(team, Role.PI))
        return client

    @pytest.mark.parametrize(
        ("fields", "retirement", "overlap", "n_full"),
        [
            ({"rule": "", "overlap": "3"}, "", 3, 10),
            ({"overlap": ""}, "", None, 10),
            ({"rule": "agreeing", "agreeing": "2", "overlap": "5"}, TWO_OF_FIVE, 5, 3),
            ({"rule": "one-coin", "above": "0.95", "accuracy": "0.8", "overlap": "5"}, COIN, 5, 3),
            # What belongs to another rule is not looked at.
            ({"rule": "agreeing", "agreeing": "2", "overlap": "5", "above": "7"}, TWO_OF_FIVE, 5, 3),
        ],
    )
    def test_it_opens_a_round_with_the_rule(self, team, pi, fields, retirement, overlap, n_full):
        catalog = make_catalog(make_galaxy(team), 20)
        sent = FORM | {"catalog": str(catalog.uuid)} | fields
        assert pi.post(reverse("new_round", args=[catalog.galaxy.slug]), sent).status_code == 302
        round_ = Round.objects.get()
        assert (round_.retirement, round_.overlap, round_.draw.full().count()) == (retirement, overlap, n_full)

    @pytest.mark.parametrize(
        ("fields", "field", "message"),
        [
            ({"rule": "agreeing", "agreeing": "2"}, "overlap", "The rule needs it: the most votes of a source."),
            ({"rule": "agreeing", "overlap": "5"}, "agreeing", "The rule needs it."),
            (
                {"rule": "agreeing", "agreeing": "6", "overlap": "5"},
                "agreeing",
                "Agreeing 6 must be 1 to 5, the most votes.",
            ),
            ({"rule": "one-coin", "overlap": "5", "accuracy": "0.8"}, "above", "The rule needs it."),
            (
                {"rule": "one-coin", "overlap": "5", "accuracy": "0.8", "above": "1"},
                "above",
                "Posterior 1.0 must lie between 0 and 1.",
            ),
            (
                {"rule": "one-coin", "overlap": "5", "accuracy": "0.2", "above": "0.9"},
                "accuracy",
                "0.2 is no better than chance on 4 labels; give more",
            ),
            (
                {"rule": "agreeing", "agreeing": "2", "overlap": "5", "control_share": "0"},
                "control_share",
                "Without anchors it must be above 0, or no source is left to report agreement from",
            ),
            (
                {"rule": "majority", "overlap": "5"},
                "rule",
                "Select a valid choice. majority is not one of the available choices.",
            ),
        ],
    )
    def test_what_does_not_fit_is_one_error_at_its_field(self, team, pi, fields, field, message):
        catalog = make_catalog(make_galaxy(team), 20)
        sent = FORM | {"catalog": str(catalog.uuid)} | fields
        answered = pi.post(reverse("new_round", args=[catalog.galaxy.slug]), sent)
        assert answered.status_code == 422
        assert answered.context["form"].errors == {field: [message]}
        assert not Round.objects.exists()


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
