"""Labeling's part of a release: columns by hand, the same again after later votes and decisions, provenance."""

import json
from uuid import uuid4

import numpy as np
import pytest

from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput, Conflict
from labeling.assignments import claim
from labeling.deciding import decide, withdraw_decision
from labeling.models import Round
from labeling.provenance import provenance_of
from labeling.releases import fix_labels, label_columns
from labeling.releasing import columns_of, cut_of
from labeling.remarks import remark
from labeling.rounds import close_round
from labeling.voting import cast_vote
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team, make_user

pytestmark = pytest.mark.django_db

# What two people call sources 1 to 5 in the first round; source 6 is never drawn on the image.
FIRST = {1: ("1", "1"), 2: ("1", "2"), 3: ("3", "4"), 4: ("unsure", "4"), 5: ("skipped", "skipped")}


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def curator(team):
    return make_member(team, Role.CURATOR)


@pytest.fixture
def voters(team):
    return [make_member(team), make_member(team)]


@pytest.fixture
def catalog(team):
    catalog = make_catalog(make_galaxy(team), n_sources=6)
    catalog.sources.filter(number=6).update(is_outside=True)
    return catalog


def vote_through(round_, voters, answers):
    for turn, voter in enumerate(voters):
        for each in claim(round_=round_, annotator=voter, count=10):
            if (number := each.draw.source.number) not in answers:
                continue
            what = answers[number][turn]
            outcome, label = ("labeled", what) if what.isdecimal() else (what, None)
            if number == 2:
                remark(client_id=uuid4(), assignment=each, author=voter, kind="flag")
            cast_vote(client_id=uuid4(), assignment=each, annotator=voter, outcome=outcome, label=label)
    return close_round(round_=round_)


@pytest.fixture
def round_(catalog, voters):
    return vote_through(make_round(catalog=catalog, n_sources=5), voters, FIRST)


def settle(round_, number, by, label="1", reason="one core", **fields):
    source = round_.catalog.sources.get(number=number)
    return decide(campaign=round_.campaign, source=source, label=label, reason=reason, decided_by=by, **fields)


def columns(catalog, options):
    return {column.name: column.values.tolist() for column in columns_of(catalog, cut_of(catalog, options))}


def now(round_):
    return {"campaign": str(round_.campaign.uuid)}


def test_the_columns_by_hand(catalog, round_, curator):
    settle(round_, 2, curator, label="2", reason="a wing")
    found = columns(catalog, now(round_))
    assert list(found) == [
        "n_votes", "votes_1", "votes_2", "votes_3", "votes_4", "n_annotators", "mode", "is_tie", "human_to_mode",
        "mean_class", "n_saw_prediction", "n_flags", "adjudicated", "decision_reason", "final_class",
    ]  # fmt: skip
    assert found["n_votes"] == [2, 2, 2, 1, 0, 0]
    assert [found[f"votes_{value}"] for value in "1234"] == [
        [2, 1, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0], [0, 0, 1, 1, 0, 0],
    ]  # fmt: skip
    assert found["n_annotators"] == [2, 2, 2, 2, 0, 0]
    assert found["mode"] == ["1", "", "", "4", "", ""]
    assert found["is_tie"] == [False, True, True, False, False, False]
    np.testing.assert_array_equal(found["human_to_mode"], [1.0, 0.5, 0.5, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(found["mean_class"], [1.0, 1.5, 3.5, 4.0, np.nan, np.nan])
    assert found["n_saw_prediction"] == [0] * 6
    assert found["n_flags"] == [0, 2, 0, 0, 0, 0]
    assert found["adjudicated"] == ["", "2", "", "", "", ""]
    assert found["decision_reason"] == ["", "a wing", "", "", "", ""]
    assert found["final_class"] == ["1", "2", "", "4", "", ""]


def test_a_later_round_changes_a_release_and_not_one_made_before(catalog, round_, voters, curator):
    decision = settle(round_, 3, curator, label="4")
    options = cut_of(catalog, now(round_)).as_options()
    before, facts = columns(catalog, options), provenance_of(catalog, cut_of(catalog, options))
    withdraw_decision(decision=decision, reason="no", withdrawn_by=curator)
    settle(round_, 2, curator)
    again = make_round(catalog=catalog, n_sources=5, among_previous=True, mode=Round.Mode.INFORMED)
    vote_through(again, voters, {1: ("1", "2"), 3: ("3", "3")})
    np.testing.assert_equal(columns(catalog, options), before)
    assert provenance_of(catalog, cut_of(catalog, options)) == facts
    later = columns(catalog, now(round_))
    assert (later["mode"], later["n_votes"]) == (["", "", "3", "4", "", ""], [2, 2, 2, 1, 0, 0])
    assert (before["final_class"][1:3], later["final_class"][1:3]) == (["", "4"], ["1", "3"])


def test_an_open_round_is_in_no_release(catalog, round_, voters):
    informed = make_round(catalog=catalog, n_sources=5, among_previous=True, mode=Round.Mode.INFORMED)
    (each, *_) = claim(round_=informed, annotator=voters[0], count=5)
    cast_vote(client_id=uuid4(), assignment=each, annotator=voters[0], outcome="labeled", label="3")
    assert cut_of(catalog, now(round_)).rounds == [round_]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda options: {}, "is no UUID"),
        (lambda options: {"campaign": str(uuid4())}, "is no campaign of the galaxy"),
        (lambda options: options | {"rounds": [str(uuid4())]}, "not all of them are closed rounds"),
    ],
)
def test_what_names_nothing_is_refused(catalog, round_, change, message):
    options = cut_of(catalog, now(round_)).as_options()
    with pytest.raises(BadInput, match=message):
        cut_of(catalog, change(options))


def test_a_campaign_without_a_closed_round_is_refused(catalog):
    with pytest.raises(BadInput, match="close one first"):
        cut_of(catalog, now(make_round(catalog=catalog)))


def test_the_provenance_says_how_it_came_about(catalog, voters):
    robot = make_user("robot", is_simulated=True)
    robot.memberships.create(team=catalog.galaxy.team, role=Role.ANNOTATOR)
    round_ = make_round(catalog=catalog, n_sources=3, n_anchors=2)
    vote_through(round_, [*voters, robot], dict.fromkeys(range(1, 6), ("1", "1", "3")))
    facts = provenance_of(catalog, cut_of(catalog, now(round_)))
    assert json.loads(json.dumps(facts)) == facts
    assert facts["people"] == {"n_annotators": 2, "n_simulated": 1}
    (drawn,) = facts["rounds"]
    assert drawn["draw"] == {
        "n_sources": 5, "n_anchors": 2, "probabilities": {"kind": "equal", "min": 1.0, "max": 1.0},
    }  # fmt: skip
    assert (drawn["mode"], drawn["sampler"], drawn["seed"]) == ("blind", "random", 1)
    for level in ("label", "group"):
        assert drawn["agreement"][level] == facts["agreement"][level]
        assert facts["agreement"][level]["human_to_mode"] == pytest.approx(2 / 3)
    assert [label["value"] for label in facts["scheme"]["labels"]] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("n_sources", [5, 60])
def test_a_release_costs_the_same_for_any_catalogue(team, voters, n_sources, django_assert_num_queries):
    catalog = make_catalog(make_galaxy(team), n_sources=n_sources)
    round_ = vote_through(make_round(catalog=catalog, n_sources=n_sources), voters, FIRST)
    cut = cut_of(catalog, now(round_))
    with django_assert_num_queries(6):
        columns_of(catalog, cut)
    with django_assert_num_queries(9):
        provenance_of(catalog, cut)


def test_a_release_fixes_its_options_and_makes_the_same_of_them(catalog, round_, curator):
    options = fix_labels(catalog, now(round_))
    assert list(options) == ["campaign", "rounds", "last_vote", "last_decision"]
    settle(round_, 2, curator)
    made, facts = label_columns(catalog, options)
    assert [column.values[1] for column in made if column.name == "final_class"] == [""]
    assert facts["options"] == options
    assert json.loads(json.dumps(facts)) == facts
    assert (fix_labels(catalog, {}), label_columns(catalog, {})) == ({}, ([], {}))


def test_no_release_while_its_sources_wait_in_a_blind_round(catalog, round_):
    options = fix_labels(catalog, now(round_))
    blind = make_round(catalog=catalog, n_sources=5, campaign_name="Other")
    with pytest.raises(Conflict, match="Other, round 1 is blind and open on the same sources"):
        fix_labels(catalog, now(round_))
    # What was fixed before can be made again at any time.
    assert len(label_columns(catalog, options)[0]) == 15
    close_round(round_=blind)
    assert fix_labels(catalog, now(round_)) == options
