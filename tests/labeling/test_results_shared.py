"""A round's results, made once for all who watch it: never older than the vote that was asked after, never of another sight."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from galaxycat.accounts.models import Role
from labeling.assignments import claim
from labeling.models import Round
from labeling.rounds import close_round
from labeling.views import results
from labeling.voting import cast_vote
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team


@pytest.fixture
def made(monkeypatch):
    """How often results were made, by what was left out of them."""
    made, make = [], results.results_context
    monkeypatch.setattr(results, "results_context", lambda *asked: made.append(asked[2]) or make(*asked))
    return made


@pytest.fixture
def catalog(db):
    return make_catalog(make_galaxy(make_team()), 12)


def informed_round(catalog):
    """An open round whose votes PIs see: the second, after a blind one."""
    close_round(round_=make_round(catalog.galaxy.team, n_sources=1, catalog=catalog, campaign_name="Open"))
    return make_round(catalog.galaxy.team, n_sources=6, catalog=catalog, mode=Round.Mode.INFORMED, campaign_name="Open")


def vote(round_, annotator, label="1"):
    (assignment,) = claim(round_=round_, annotator=annotator, count=1)
    cast_vote(client_id=uuid4(), assignment=assignment, annotator=annotator, outcome="labeled", label=label)


def page_of(round_, user, query=""):
    client = Client()
    client.force_login(user)
    return client.get(f"/rounds/{round_.uuid}/results/{query}").content.decode()


def test_those_who_ask_after_the_same_vote_share_one_and_the_next_vote_makes_another(catalog, made):
    team, round_ = catalog.galaxy.team, informed_round(catalog)
    annotator, watchers = make_member(team), [make_member(team, Role.PI) for _ in range(3)]
    for n_votes in (1, 2, 3):
        vote(round_, annotator)
        pages = {page_of(round_, watcher) for watcher in watchers}
        assert len(pages) == 1
        assert f"{n_votes} of 6" in pages.pop()
        assert len(made) == n_votes
    page_of(round_, watchers[0], "?show=all")
    assert len(made) == 4
    close_round(round_=round_)
    page_of(round_, watchers[0])
    assert len(made) == 5


def test_whom_a_source_is_veiled_from_never_gets_what_others_see(catalog, made):
    team, round_ = catalog.galaxy.team, informed_round(catalog)
    annotator, watcher = make_member(team), make_member(team, Role.PI)
    for _ in range(6):
        vote(round_, annotator)
    everything = page_of(round_, watcher)
    make_round(team, n_sources=12, catalog=catalog, campaign_name="Blind")
    veiled = page_of(round_, watcher)
    assert "source-card" in everything
    assert "source-card" not in veiled
    assert "6 sources of this round are not listed" in veiled
    assert [len(left_out) for left_out in made] == [0, 6]


@pytest.mark.django_db(transaction=True)
def test_who_asks_while_it_is_made_waits_for_it(made):
    catalog = make_catalog(make_galaxy(make_team()), 12)
    round_ = informed_round(catalog)
    vote(round_, make_member(catalog.galaxy.team))
    watchers = [make_member(catalog.galaxy.team, Role.PI) for _ in range(6)]

    def ask(watcher):
        try:
            return page_of(round_, watcher)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(ask, watchers))) == 1
    assert len(made) == 1
