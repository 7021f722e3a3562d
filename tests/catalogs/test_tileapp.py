"""Tiles ahead of Django: what a grant opens and what it does not, without a query, and the same bytes as Django's."""

import asyncio
import time
import zlib
from threading import current_thread

import numpy as np
import pytest
import simplejpeg
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogs import grants, tileapp
from catalogs.grants import LIFE_S, PUBLIC_IMAGES, cookie_name, is_granted, make_grant
from catalogs.imagery import blocks
from catalogs.imagery.blocks import open_pyramid
from catalogs.tileapp import TileApp
from catalogs.tileplans import PLANS
from galaxycat.accounts.models import Membership
from galaxycat.accounts.teams import end_membership

pytestmark = pytest.mark.django_db
SESSION = settings.SESSION_COOKIE_NAME


class Passed(Exception):
    """The application behind was asked."""


async def django_behind(scope, receive, send):
    raise Passed


def ask(path, cookies=None, query="", method="GET", **headers):
    """(status, headers, body) of the application alone. Raises Passed where it passes the request on."""
    sent = []

    async def run():
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        raw += [(b"cookie", "; ".join(f"{k}={v}" for k, v in (cookies or {}).items()).encode())]
        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": raw}

        async def send(message):
            sent.append(message)

        await TileApp(django_behind)(scope, None, send)

    asyncio.run(run())
    start, body = sent
    return start["status"], {k.decode(): v.decode() for k, v in start["headers"]}, body["body"]


@pytest.fixture(autouse=True)
def nothing_known():
    PUBLIC_IMAGES._until_s.clear()
    PLANS._plans.clear()


@pytest.fixture
def image(world):
    return world.galaxy.latest_mosaic.display_sha256


@pytest.fixture
def annotator(world):
    client = Client()
    client.force_login(world.people["annotator"])
    return client


def data_url(image, band=1, z=1, x=0, y=0):
    return reverse("data_tile", args=[image, band, z, x, y])


def tile_url(world, image, z=1, x=0, y=0):
    style = world.galaxy.latest_mosaic.renditions.first().style_hash
    return reverse("tile", args=[image, style, z, x, y])


def cookies_of(client):
    return {name: morsel.value for name, morsel in client.cookies.items()}


def test_django_gives_the_grant_and_the_block_then_comes_without_a_query(
    annotator, image, world, django_assert_num_queries
):
    first = annotator.get(data_url(image))
    assert (first.status_code, first["Content-Encoding"], first["Content-Type"]) == (
        200,
        "deflate",
        "application/octet-stream",
    )
    assert first["Cache-Control"] == "private, max-age=31536000, immutable"
    given = annotator.cookies[cookie_name(image)]
    assert (given["httponly"], given["samesite"], given["path"], given["max-age"]) == (True, "Lax", "/tiles/", LIFE_S)
    with django_assert_num_queries(0):
        status, headers, body = ask(data_url(image), cookies_of(annotator))
    assert (status, body) == (200, first.content)
    assert {name: headers[name.lower()] for name in ("ETag", "Cache-Control", "Content-Encoding", "Content-Type")} == {
        name: first[name] for name in ("ETag", "Cache-Control", "Content-Encoding", "Content-Type")
    }
    pyramid = open_pyramid(str(world.galaxy.latest_mosaic.display_path))
    assert body == pyramid.read(pyramid.span(1, 1, 0, 0))
    assert len(zlib.decompress(body)) == 2 * 256 * 256


@pytest.mark.parametrize("query", ["", "format=png", "format=jpeg"])
def test_a_picture_comes_without_a_query_and_is_djangos(annotator, image, world, query, django_assert_num_queries):
    path = tile_url(world, image)
    first = annotator.get(f"{path}?{query}")
    with django_assert_num_queries(0):
        status, headers, body = ask(path, cookies_of(annotator), query)
    assert (status, body) == (200, first.content)
    assert (headers["etag"], headers["content-type"]) == (first["ETag"], first["Content-Type"])
    assert headers["content-type"] == {"": "image/jpeg", "format=png": "image/png", "format=jpeg": "image/jpeg"}[query]


def test_the_galaxys_page_gives_the_grant_already(annotator, image, world):
    annotator.get(reverse("galaxy", args=[world.galaxy.slug]))
    assert ask(data_url(image), cookies_of(annotator))[0] == 200


def test_a_tile_does_not_vary_by_cookies_and_so_stays_in_the_browsers_cache(annotator, image, world):
    for path in (data_url(image), tile_url(world, image)):
        assert "Cookie" not in annotator.get(path).headers.get("Vary", "")


def test_each_format_has_a_name_of_its_own(annotator, image, world):
    answers = [annotator.get(tile_url(world, image) + query) for query in ("", "?format=png", "?format=jpeg")]
    assert len({answer["ETag"] for answer in answers}) == 3
    assert np.ptp(simplejpeg.decode_jpeg(answers[2].content)) > 100


def test_an_unknown_format_is_refused_with_the_reason(annotator, image, world):
    answer = annotator.get(tile_url(world, image) + "?format=webp")
    assert answer.status_code == 422
    assert b"auto, jpeg, png" in answer.content
    with pytest.raises(Passed):
        ask(tile_url(world, image), cookies_of(annotator), "format=webp")


@pytest.mark.parametrize("place", [{"z": 2}, {"x": 2}, {"y": 2}, {"band": 3}, {"band": 0}])
def test_blocks_outside_are_not_found(annotator, image, place):
    annotator.get(data_url(image))
    assert annotator.get(data_url(image, **place)).status_code == 404
    with pytest.raises(Passed):
        ask(data_url(image, **place), cookies_of(annotator))


def test_what_is_known_is_not_sent_again(annotator, image):
    etag = annotator.get(data_url(image))["ETag"]
    assert annotator.get(data_url(image), headers={"If-None-Match": etag}).status_code == 304
    status, headers, body = ask(data_url(image), cookies_of(annotator), if_none_match=etag)
    assert (status, headers["etag"], body) == (304, etag, b"")
    assert ask(data_url(image), cookies_of(annotator), if_none_match='"other"')[0] == 200


@pytest.mark.parametrize(
    ("known", "status"),
    [("W/{}", 304), ('"other", {}', 304), ('W/"other" , W/{}', 304), ('"other", "more"', 200), ("*", 200)],
)
def test_what_is_known_may_stand_in_a_list_and_be_marked_weak(annotator, image, known, status):
    known = known.format(annotator.get(data_url(image))["ETag"])
    assert annotator.get(data_url(image), headers={"If-None-Match": known}).status_code == status
    assert ask(data_url(image), cookies_of(annotator), if_none_match=known)[0] == status


def test_head_has_no_body(annotator, image):
    annotator.get(data_url(image))
    status, headers, body = ask(data_url(image), cookies_of(annotator), method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 0
    with pytest.raises(Passed):
        ask(data_url(image), cookies_of(annotator), method="POST")


def test_nothing_is_open_without_a_grant_of_this_session_and_image(annotator, image, world):
    annotator.get(data_url(image))
    mine = cookies_of(annotator)
    grant, session = mine[cookie_name(image)], mine[SESSION]
    issued, signature = grant.split(".")
    for cookies in (
        {},
        {SESSION: session},
        {cookie_name(image): grant},  # the grant alone, its session gone
        {SESSION: "another" + session, cookie_name(image): grant},
        {SESSION: session, cookie_name(image): f"{int(issued) + 1}.{signature}"},
        {
            SESSION: session,
            cookie_name(image): f"{issued}.{signature[:-1]}0"
            if signature[-1] != "0"
            else f"{issued}.{signature[:-1]}1",
        },
        {SESSION: session, cookie_name(image): make_grant("0" * 64, session)},
        {SESSION: session, cookie_name("0" * 64): grant},
        {SESSION: session, cookie_name(image): ""},
        {SESSION: session, cookie_name(image): "²." + signature},
    ):
        with pytest.raises(Passed):
            ask(data_url(image), cookies)
    assert ask(data_url(image), mine)[0] == 200


def test_a_grant_is_of_one_image(annotator, image):
    annotator.get(data_url(image))
    other = "0" * 64
    with pytest.raises(Passed):
        ask(data_url(other), cookies_of(annotator) | {cookie_name(other): cookies_of(annotator)[cookie_name(image)]})


@pytest.mark.parametrize(("age_s", "is_good"), [(0, True), (55, True), (56, False), (-5, True), (-6, False)])
def test_a_grant_lives_a_minute_at_most_also_where_clocks_differ(image, age_s, is_good):
    assert is_granted(make_grant(image, "session", now_s=1000), image, "session", now_s=1000 + age_s) is is_good


def test_who_left_the_team_sees_the_image_for_a_minute_at_most(annotator, image, world, monkeypatch):
    annotator.get(data_url(image))
    membership = Membership.objects.get(user=world.people["annotator"], team=world.team)
    end_membership(membership=membership, by=world.people["pi"])
    refused = annotator.get(data_url(image))
    assert (refused.status_code, cookie_name(image) in refused.cookies) == (404, False)
    now = grants.time.time()
    monkeypatch.setattr(grants.time, "time", lambda: now + LIFE_S + 1)
    with pytest.raises(Passed):
        ask(data_url(image), cookies_of(annotator))


def test_whoever_logs_out_takes_the_grant_with_them(annotator, image):
    annotator.get(data_url(image))
    annotator.logout()
    cookies = {name: value for name, value in cookies_of(annotator).items() if value}
    with pytest.raises(Passed):
        ask(data_url(image), cookies)


def test_a_published_image_is_open_without_cookies_and_gives_none(image, world, monkeypatch):
    with pytest.raises(Passed):
        ask(data_url(image))
    world.galaxy.published_at = timezone.now()
    world.galaxy.save()
    stranger = Client()
    first = stranger.get(data_url(image))
    assert first["Cache-Control"] == "public, max-age=31536000, immutable"
    assert cookie_name(image) not in stranger.cookies  # a shared cache may keep the answer
    assert ask(data_url(image))[1]["cache-control"] == first["Cache-Control"]
    world.galaxy.published_at = None
    world.galaxy.save()
    now = grants.time.monotonic()
    monkeypatch.setattr(grants.time, "monotonic", lambda: now + LIFE_S + 1)
    with pytest.raises(Passed):
        ask(data_url(image))


def test_a_style_not_met_yet_is_djangos(annotator, image, world):
    annotator.get(data_url(image))
    with pytest.raises(Passed):
        ask(tile_url(world, image), cookies_of(annotator))


@pytest.mark.parametrize(
    "path",
    [
        "/tiles/",
        "/tiles/../etc/passwd",
        "/tiles/{image}/data/1/1/0/0",
        "/tiles/{image}/data/1/1/0/0/x",
        "/tiles/{image}/data/１/1/0/0/",
        "/",
    ],
)
def test_other_addresses_are_djangos(annotator, image, path):
    annotator.get(data_url(image))
    with pytest.raises(Passed):
        ask(path.replace("{image}", image), cookies_of(annotator))


def test_an_image_is_not_opened_in_the_event_loop(annotator, image, monkeypatch):
    first = annotator.get(data_url(image)).content
    open_pyramid.cache_clear()
    threads = []
    read_table = blocks._level
    monkeypatch.setattr(blocks, "_level", lambda page: threads.append(current_thread()) or read_table(page))
    assert [ask(data_url(image), cookies_of(annotator))[2] for _ in range(2)] == [first, first]
    assert [thread.name.partition("_")[0] for thread in threads] == ["tiles", "tiles"]  # two levels, read once


@pytest.mark.parametrize("kind", ["data", "rendered"])
def test_while_a_tile_is_made_the_event_loop_goes_on(annotator, image, world, kind, monkeypatch):
    url = data_url(image) if kind == "data" else tile_url(world, image)
    first = annotator.get(url).content
    make = getattr(tileapp, f"{kind}_tile")
    threads = []

    def slowly(*of):
        threads.append(current_thread().name.partition("_")[0])
        time.sleep(0.5)
        return make(*of)

    def not_in_memory(*of):
        raise BlockingIOError

    monkeypatch.setattr(tileapp, f"{kind}_tile", slowly)
    monkeypatch.setattr(blocks.os, "preadv", not_in_memory)
    ticks = []

    async def tick():
        while not threads or len(ticks) < 10:
            await asyncio.sleep(0.01)
            ticks.append(not answered)

    answered = []

    async def send(message):
        answered.append(message)

    async def both():
        raw = [(b"cookie", "; ".join(f"{name}={value}" for name, value in cookies_of(annotator).items()).encode())]
        scope = {"type": "http", "method": "GET", "path": url, "query_string": b"", "headers": raw}
        await asyncio.gather(TileApp(django_behind)(scope, None, send), tick())

    asyncio.run(both())
    assert answered[1]["body"] == first
    assert threads == ["tiles"]
    assert sum(ticks) >= 10  # a socket would have been answered meanwhile


def test_a_file_that_is_gone_is_djangos_to_tell(annotator, image, world):
    annotator.get(data_url(image))
    open_pyramid.cache_clear()
    world.galaxy.latest_mosaic.display_path.unlink()
    with pytest.raises(Passed):
        ask(data_url(image), cookies_of(annotator))
