"""Examples of the classes: what everybody agreed on, and never a source that its viewer may still judge blind."""

from uuid import uuid4

import pytest

from galaxycat.accounts.models import Role
from labeling.access import watch
from labeling.assignments import claim
from labeling.examples import examples_of
from labeling.models import Round
from labeling.rounds import close_round, open_round
from labeling.schemes import legus_scheme
from labeling.voting import cast_vote
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def catalog(team):
    return make_catalog(make_galaxy(team), 12)


def vote_all(round_, annotator, label_of):
    while handed := claim(round_=round_, annotator=annotator, count=10):
        for assignment in handed:
            label = label_of(assignment.draw.source.number)
            cast_vote(client_id=uuid4(), assignment=assignment, annotator=annotator, outcome="labeled", label=label)


def shown(round_, user):
    return {label.value: {row.draw.source.number for row in rows} for label, rows in examples_of(round_, user)}


def make_next(catalog, n_sources, **fields):
    fields = {"campaign_name": "Clusters", "opened_by": None, "seed": 3} | fields
    return open_round(catalog=catalog, scheme=legus_scheme(), n_sources=n_sources, **fields)


@pytest.fixture
def closed(team, catalog):
    """All twelve sources: odd numbers unanimously 1, even ones 1 against 3."""
    round_ = make_round(catalog=catalog, n_sources=12)
    vote_all(round_, make_member(team), lambda number: "1")
    vote_all(round_, make_member(team), lambda number: "1" if number % 2 else "3")
    return close_round(round_=round_)


def test_only_what_all_agreed_on_in_closed_rounds_and_not_in_this_one(team, catalog, closed):
    person = make_member(team)
    blind = make_next(catalog, 4)
    drawn = set(blind.draw.values_list("source__number", flat=True))
    found = shown(blind, person)
    odd = {number for number in range(1, 13) if number % 2}
    assert list(found) == ["1", "2", "3", "4"]
    assert found["1"] == odd - drawn
    assert found["3"] == found["2"] == found["4"] == set()


def test_nor_a_source_of_any_open_blind_round_of_the_persons(team, catalog, closed):
    person, viewer = make_member(team), make_member(team, Role.VIEWER)
    informed = make_next(catalog, 2, mode=Round.Mode.INFORMED, among_previous=True, seed=4)
    elsewhere = make_next(catalog, 8, campaign_name="Another", seed=5)
    veiled = set(elsewhere.draw.values_list("source__number", flat=True))
    own = set(informed.draw.values_list("source__number", flat=True))
    odd = {number for number in range(1, 13) if number % 2}
    assert shown(informed, person)["1"] == odd - own - veiled
    assert shown(informed, viewer)["1"] == set(sorted(odd - own)[:6])


def test_whoever_chose_to_watch_is_not_shown_more(team, catalog, closed):
    pi = make_member(team, Role.PI)
    blind = make_next(catalog, 12)
    watch(round_=blind, user=pi)
    assert all(not rows for rows in shown(blind, pi).values())


def test_at_most_six_of_a_class_and_none_twice(team, catalog, closed):
    again = make_next(catalog, 12, seed=9)
    for _ in range(2):
        vote_all(again, make_member(team), lambda number: "1")
    close_round(round_=again)
    last = make_next(catalog, 1, seed=11)
    rows = dict(examples_of(last, make_member(team)))
    ones = next(rows[label] for label in rows if label.value == "1")
    assert len(ones) == len({row.draw.source_id for row in ones}) == 6


def test_open_rounds_give_no_example(team, catalog):
    still_open = make_round(catalog=catalog, n_sources=12)
    for _ in range(2):
        vote_all(still_open, make_member(team), lambda number: "2")
    other = make_next(catalog, 1, campaign_name="Another")
    assert all(not rows for rows in shown(other, make_member(team, Role.VIEWER)).values())
