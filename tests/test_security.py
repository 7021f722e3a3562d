"""What every page carries: a content security policy without inline script, no other host, safe headers."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(shared_world):
    return shared_world


PAGES = ["home", "galaxy", "new_round", "round", "label", "team", "api:docs", "account_login"]


@pytest.fixture
def pages(world):
    client = Client()
    client.force_login(world.people["pi"])
    places = {
        "galaxy": [world.galaxy.slug], "new_round": [world.galaxy.slug], "round": [world.round.uuid],
        "label": [world.round.uuid], "team": [world.team.slug],
    }  # fmt: skip
    anonymous = Client()
    return {
        name: (anonymous if name == "account_login" else client).get(reverse(name, args=places.get(name, [])))
        for name in PAGES
    }


@pytest.mark.parametrize("name", PAGES)
def test_the_policy_allows_no_inline_script_and_no_other_host(pages, name):
    policy = pages[name]["Content-Security-Policy"]
    assert pages[name].status_code == 200
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"https?:|\*", policy)


@pytest.mark.parametrize("name", PAGES)
def test_pages_have_no_inline_script_style_or_handler_and_load_from_here_only(pages, name):
    html = pages[name].content.decode()
    for tag in re.findall(r"<script[^>]*>", html):
        assert "src=" in tag or "nonce=" in tag or "application/json" in tag, tag
    assert "<style" not in html
    assert not re.search(r"\sstyle=", html)
    assert not re.search(r"\son[a-z]+=\"", html)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//(?!www\.w3\.org)", re.sub(r"<a [^>]*>", "", html))


def test_a_nonce_is_used_once(world):
    client = Client()
    client.force_login(world.people["pi"])
    policies = {client.get(reverse("galaxy", args=[world.galaxy.slug]))["Content-Security-Policy"] for _ in range(2)}
    assert len(policies) == 2


@pytest.mark.parametrize(
    "path", ["/tiles/../../etc/passwd", "/tiles/abc/def/0/0/0/", "/static/../galaxycat/settings.py"]
)
def test_no_client_path_reaches_the_disk(client, path):
    assert client.get(path).status_code == 404


def test_a_domain_error_is_a_page_and_not_a_traceback(world):
    client = Client()
    client.force_login(world.people["viewer"])
    answer = client.get(reverse("new_round", args=[world.galaxy.slug]))
    assert (answer.status_code, answer["Content-Type"]) == (403, "text/html; charset=utf-8")
    assert b"Only a PI" in answer.content


def test_too_many_wrong_passwords_lock_the_door():
    user, client = make_user(), Client()
    for _ in range(6):
        client.post(reverse("account_login"), {"login": user.username, "password": "wrong-password"})
    right = client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    assert b"Too many failed login attempts" in right.content
    assert "_auth_user_id" not in client.session
