"""Objects by name, from a server on this machine that answers as Sesame does."""

import pytest
from django.test import Client

from tests.factories import make_member, make_team


@pytest.fixture
def ada(db) -> Client:
    client = Client()
    client.force_login(make_member(make_team(), name="ada"))
    return client


def ask(client: Client, name: str):
    return client.get("/api/v1/names/", {"name": name})


def test_a_name_is_asked_for_once(ada, sesame):
    for written in ("M 51", "  m   51 "):
        answer = ask(ada, written)
        assert (answer.status_code, answer.json()["ra_deg"], answer.json()["dec_deg"]) == (200, 202.469575, 47.1952583)
    assert sesame.asked == ["M 51"]


def test_what_is_not_known_or_no_name_is_said(ada, sesame):
    answer = ask(ada, "Nowhere 7")
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "Nowhere 7: no object of this name in SIMBAD, NED or VizieR",
    )
    for wrong in ("", "   ", "x" * 81, "a\x00b"):
        answer = ask(ada, wrong)
        assert (answer.status_code, "write an object's name" in answer.json()["detail"]) == (422, True)
    assert sesame.asked == ["Nowhere 7"]


def test_a_name_cannot_become_an_address(ada, sesame):
    for name in ("../../etc", "@evil.example/", "M 51&x=http://evil.example", "a#b?c"):
        assert ask(ada, name).status_code == 404
    assert sesame.asked == ["../../etc", "@evil.example/", "M 51&x=http://evil.example", "a#b?c"]


def test_a_silent_service_is_503_and_nothing_is_kept(ada, sesame, settings):
    assert ask(ada, "broken").status_code == 503
    settings.NAME_RESOLVER = "http://127.0.0.1:9/?"
    answer = ask(ada, "M 51")
    assert (answer.status_code, "write coordinates" in answer.json()["detail"]) == (503, True)
    assert sesame.asked == ["broken"]


def test_strangers_and_the_hasty_are_kept_off(ada, sesame):
    assert ask(Client(), "M 51").status_code == 401
    statuses = [ask(ada, "M 51").status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]


def test_without_a_service_nobody_is_asked(ada, sesame, settings):
    settings.NAME_RESOLVER = ""
    assert ask(ada, "M 51").status_code == 422
    assert sesame.asked == []
