"""`/api/v1/`: log-in by token, the voting path over HTTP, statuses of domain errors, the schema."""

from uuid import uuid4

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from catalogs.models import Source
from galaxycat.errors import BadInput, Conflict, DomainError, Forbidden, NotFound
from galaxycat.faults import ERROR_STATUS, status_of
from labeling.access import watch
from labeling.errors import RoundClosed
from labeling.models import Vote
from labeling.rounds import close_round
from tests.factories import PASSWORD, make_catalog, make_galaxy, make_member, make_round, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def round_(team):
    return make_round(team, n_sources=4)


def logged_in(user) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def claims(client, round_, count=2):
    return client.post(reverse("api:round-claims", args=[round_.uuid]), {"count": count}, format="json")


def vote(client, handed, **fields):
    data = {"client_id": str(uuid4()), "assignment": handed["uuid"], "outcome": "labeled", "label": "1"} | fields
    return client.post(reverse("api:vote-list"), data, format="json")


def test_a_token_logs_in(team):
    member = make_member(team)
    client = APIClient()
    answer = client.post(reverse("api:token"), {"username": member.username, "password": PASSWORD}, format="json")
    client.credentials(HTTP_AUTHORIZATION=f"Token {answer.json()['token']}")
    assert client.get(reverse("api:round-list")).status_code == 200


def test_a_session_needs_its_csrf_token(team, round_):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(make_member(team))
    assert claims(client, round_).status_code == 403


def test_claim_vote_resend_undo(team, round_):
    client = logged_in(make_member(team))
    handed = claims(client, round_).json()
    first, second = handed["assignments"]
    assert handed["progress"] == {"answered": 0, "skipped": 0, "remaining": 4}
    assert set(first["source"]) == {"uuid", "number", "x_px", "y_px", "ra_deg", "dec_deg"}
    assert first["previous_consensus"] is None
    client_id = str(uuid4())
    answers = [vote(client, first, client_id=client_id, seconds_spent=2.5, shown={"zoom": 3}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["progress"] == {"answered": 1, "skipped": 0, "remaining": 3}
    assert vote(client, first, client_id=client_id, label="2").status_code == 409
    undone = vote(client, first, outcome="withdrawn", label=None)
    assert (undone.status_code, undone.json()["assignment"]["state"]) == (201, "held")
    assert first["uuid"] in [assignment["uuid"] for assignment in claims(client, round_).json()["assignments"]]
    assert vote(client, second, outcome="skipped", label=None).json()["progress"]["skipped"] == 1


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"label": "9"}, 422, "choose one of 1, 2, 3, 4"),
        ({"label": None}, 422, "label"),
        ({"outcome": "maybe"}, 400, "outcome"),
        ({"outcome": "skipped"}, 422, "carries no label"),
        ({"outcome": "withdrawn", "label": None}, 422, "no vote on this source"),
        ({"client_id": "one"}, 400, "client_id"),
        ({"assignment": str(uuid4())}, 404, "detail"),
        ({"seconds_spent": -1}, 400, "seconds_spent"),
        ({"shown": {"text": "x" * 5000}}, 400, "shown"),
    ],
)
def test_a_bad_vote_is_4xx_with_the_reason_and_records_nothing(team, round_, fields, status, word):
    client = logged_in(make_member(team))
    (assignment,) = claims(client, round_, 1).json()["assignments"]
    answer = vote(client, assignment, **fields)
    assert answer.status_code == status
    assert word in answer.content.decode()
    assert not Vote.objects.exists()


def test_votes_on_anothers_assignment_and_in_a_closed_round(team, round_):
    client, other = logged_in(make_member(team)), logged_in(make_member(team))
    (assignment,) = claims(client, round_, 1).json()["assignments"]
    assert vote(other, assignment).status_code == 403
    close_round(round_=round_)
    refused = vote(client, assignment)
    assert (refused.status_code, "takes no more votes" in refused.json()["detail"]) == (409, True)
    assert claims(client, round_).status_code == 409
    assert not Vote.objects.exists()


def test_an_informed_round_shows_the_previous_consensus_and_a_blind_one_nothing(team, round_):
    voter = make_member(team)
    client = logged_in(voter)
    (assignment,) = claims(client, round_, 1).json()["assignments"]
    vote(client, assignment, label="3")
    close_round(round_=round_)
    fields = {"catalog": round_.catalog, "among_previous": True, "n_sources": 4}
    informed = make_round(**fields, mode="informed")
    shown = [handed["previous_consensus"] for handed in claims(client, informed, 4).json()["assignments"]]
    assert {"mode": "3", "is_tie": False, "n_votes": 1, "counts": {"3": 1}} in shown
    assert sum(consensus["mode"] is None for consensus in shown) == 3
    # The same sources, blind: nothing is shown there, and nothing any more in the informed round either.
    blind = make_round(**fields)
    for other in (blind, informed):
        shown = [handed["previous_consensus"] for handed in claims(client, other, 4).json()["assignments"]]
        assert shown == [None] * 4


@pytest.mark.parametrize(
    "shown",
    [
        '{"a": 1e400}',
        '{"a": "\\u0000"}',
        '{"a": "\\ud800"}',
        "[" * 900 + "]" * 900,
        '{"a": ' + "[" * 900 + "]" * 900 + "}",
    ],
)
def test_json_that_no_database_keeps_is_refused(team, round_, shown):
    client = logged_in(make_member(team))
    (assignment,) = claims(client, round_, 1).json()["assignments"]
    body = f'{{"client_id": "{uuid4()}", "assignment": "{assignment["uuid"]}", "outcome": "labeled", "label": "1", "shown": {shown}}}'
    answer = client.post(reverse("api:vote-list"), body, content_type="application/json")
    assert 400 <= answer.status_code < 500
    assert not Vote.objects.exists()


@pytest.mark.parametrize(
    "query", ["limit=99999999999999999999", "offset=99999999999999999999", "limit=-1", "limit=abc"]
)
def test_a_page_of_the_api_is_bounded(team, query):
    make_catalog(make_galaxy(team), n_sources=3)
    answer = logged_in(make_member(team)).get(reverse("api:source-list") + f"?{query}")
    assert answer.status_code == 200
    assert len(answer.json()["results"]) <= 1000


def test_a_token_is_not_guessed_behind_made_up_addresses(team):
    member, client = make_member(team), APIClient()
    wrong = {"username": member.username, "password": "wrong"}
    statuses = [
        client.post(reverse("api:token"), wrong, format="json", HTTP_X_FORWARDED_FOR=f"10.0.0.{n}").status_code
        for n in range(25)
    ]
    assert statuses.count(429) == 5


def test_a_vote_stands_when_the_live_channel_is_down(team, round_, settings, django_capture_on_commit_callbacks):
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": ["redis://127.0.0.1:1/0"]},
        }
    }
    client = logged_in(make_member(team))
    (assignment,) = claims(client, round_, 1).json()["assignments"]
    with django_capture_on_commit_callbacks(execute=True):
        assert vote(client, assignment).status_code == 201
    assert Vote.objects.count() == 1


def test_a_pi_opens_a_round_in_regions_and_reads_its_results(team):
    catalog = make_catalog(make_galaxy(team), n_sources=30)
    pi = make_member(team, "pi")
    ring = [[0, 0], [399, 0], [399, 299], [0, 299], [0, 0]]
    body = {
        "catalog": str(catalog.uuid), "campaign_name": "Clusters", "n_sources": 5, "overlap": 2, "seed": 3,
        "regions": {"type": "Polygon", "coordinates": [ring]},
    }  # fmt: skip
    opened = logged_in(pi).post(reverse("api:round-list"), body, format="json")
    assert (opened.status_code, opened.json()["overlap"], opened.json()["seed"]) == (201, 2, 3)
    refused = logged_in(pi).post(reverse("api:round-list"), body | {"n_sources": 99}, format="json")
    assert (refused.status_code, "choose 1 to 30" in refused.json()["detail"]) == (422, True)
    results = reverse("api:round-results", args=[opened.json()["uuid"]])
    assert logged_in(pi).get(results).status_code == 403
    assert logged_in(pi).post(reverse("api:round-watch", args=[opened.json()["uuid"]])).status_code == 204
    assert logged_in(pi).get(results).json()["label"]["agreement"]["n_sources"] == 0


def test_results_equal_a_hand_computation(team, round_):
    """Three people on the same source: 1, 1, 3. Four-class 2/3; binary cluster, cluster, non-cluster: 2/3."""
    source = round_.draw.first().source_id
    for label in ("1", "1", "3"):
        member = make_member(team)
        client = logged_in(member)
        handed = claims(client, round_, 4).json()["assignments"]
        number = round_.catalog.sources.get(pk=source).number
        vote(client, next(each for each in handed if each["source"]["number"] == number), label=label)
    pi = make_member(team, "pi")
    watch(round_=round_, user=pi)
    results = logged_in(pi).get(reverse("api:round-results", args=[round_.uuid])).json()
    for level in ("label", "group"):
        assert results[level]["agreement"]["human_to_mode"] == pytest.approx(2 / 3)
        # Each 1 meets a tie of 1 and 3 that holds it (1/2), the 3 meets two 1s.
        assert results[level]["agreement"]["human_to_mode_leave_one_out"] == pytest.approx(1 / 3)
    assert results["label"]["classes"] == {"1": 1, "2": 0, "3": 0, "4": 0}
    assert results["group"]["classes"] == {"cluster": 1, "non-cluster": 0}


@pytest.mark.parametrize(
    ("error", "status"),
    [(NotFound, 404), (Forbidden, 403), (Conflict, 409), (RoundClosed, 409), (BadInput, 422), (DomainError, 400)],
)
def test_the_table_of_errors(error, status):
    assert status_of(error("why")) == status
    assert all(400 <= known < 500 for known in ERROR_STATUS.values())


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("bbox=0,0,200,150", 200),
        ("bbox=0,0,200", 422),
        ("bbox=a,b,c,d", 422),
        ("bbox=9,9,1,1", 422),
        ("bbox=nan,0,1,1", 422),
    ],
)
def test_places_in_a_box(team, query, status):
    catalog = make_catalog(make_galaxy(team), n_sources=50)
    answer = logged_in(make_member(team)).get(reverse("api:catalog-places", args=[catalog.uuid]) + f"?{query}")
    assert answer.status_code == status
    if status == 200:
        inside = catalog.sources.filter(x_px__lte=200, y_px__lte=150)
        assert answer.json()["number"] == list(inside.order_by("number").values_list("number", flat=True))
        assert answer.json()["is_complete"] is True


@pytest.mark.parametrize(("sample", "step"), [(50, 1), (49, 2), (20, 3), (1, 50), (1000, 1)])
def test_a_sample_of_places_is_even_and_says_how_many_there_are(team, sample, step):
    catalog = make_catalog(make_galaxy(team), n_sources=50)
    url = reverse("api:catalog-places", args=[catalog.uuid])
    places = logged_in(make_member(team)).get(f"{url}?sample={sample}").json()
    assert places["number"] == list(range(step, 51, step))
    assert (places["n_sources"], places["is_complete"]) == (50, step == 1)


@pytest.mark.parametrize("query", ["sample=-1", "sample=1.5", "sample=200000", "number=x", "number=99999999999999"])
def test_an_impossible_sample_or_number_of_places_is_refused(team, query):
    catalog = make_catalog(make_galaxy(team), n_sources=5)
    answer = logged_in(make_member(team)).get(reverse("api:catalog-places", args=[catalog.uuid]) + f"?{query}")
    assert answer.status_code == 422
    assert "is not a whole number from 0" in answer.json()["detail"]


def test_the_place_of_one_source(team):
    catalog = make_catalog(make_galaxy(team), n_sources=50)
    client, url = logged_in(make_member(team)), reverse("api:catalog-places", args=[catalog.uuid])
    source = catalog.sources.get(number=7)
    places = client.get(f"{url}?number=7").json()
    assert (places["number"], places["x_px"], places["y_px"]) == ([7], [source.x_px], [source.y_px])
    assert client.get(f"{url}?number=51").json()["number"] == []


def test_places_of_a_round_come_by_view_too(team):
    round_ = make_round(team, n_sources=40)
    client, url = logged_in(make_member(team)), reverse("api:round-places", args=[round_.uuid])
    drawn = Source.objects.filter(draws__round=round_).order_by("number")
    middle = drawn[20]
    boxed = client.get(f"{url}?bbox=-1,-1,{middle.x_px},{middle.y_px}").json()
    inside = drawn.filter(x_px__lte=middle.x_px, y_px__lte=middle.y_px)
    assert 0 < len(boxed["number"]) < 40
    assert boxed["number"] == list(inside.values_list("number", flat=True))
    sampled = client.get(f"{url}?sample=15").json()
    assert sampled["number"] == [number for number in drawn.values_list("number", flat=True) if number % 3 == 0]
    assert (sampled["n_sources"], sampled["is_complete"]) == (40, False)
    assert client.get(f"{url}?number={middle.number}").json()["x_px"] == [middle.x_px]
    assert client.get(f"{url}?sample=x").status_code == 422


def square(x0, y0, side):
    corners = [[x0, y0], [x0 + side, y0], [x0 + side, y0 + side], [x0, y0 + side], [x0, y0]]
    return {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [corners]}}


def test_the_sources_that_a_round_would_be_drawn_from_are_counted(team):
    catalog = make_catalog(make_galaxy(team), n_sources=60)
    catalog.sources.filter(number__gt=57).update(is_outside=True)
    url, pi = reverse("api:round-candidates"), logged_in(make_member(team, "pi"))

    def counted(regions):
        answer = pi.post(url, {"catalog": str(catalog.uuid), "regions": regions}, format="json")
        return answer.json()["n_sources"] if answer.status_code == 200 else answer.status_code

    shapes = [square(0, 0, 200), square(100, 100, 200)]  # they overlap: a source in both counts once
    places = np.array(catalog.sources.on_image().values_list("x_px", "y_px"))
    inside = [((places >= low) & (places <= low + 200)).all(axis=1) for low in (0, 100)]
    assert 0 < (inside[0] & inside[1]).sum() < (inside[0] | inside[1]).sum() < 57
    assert counted(None) == 57
    assert counted({"type": "FeatureCollection", "features": shapes}) == (inside[0] | inside[1]).sum()
    assert counted({"type": "FeatureCollection", "features": shapes[:1]}) == inside[0].sum()
    assert counted(square(-900, -900, 5)) == 0
    assert counted({"type": "FeatureCollection", "features": []}) == 422
    assert counted({"type": "Point", "coordinates": [1, 2]}) == 422
    for other, status in [(make_member(team, "curator"), 403), (make_member(make_team(), "pi"), 404)]:
        asked = logged_in(other).post(url, {"catalog": str(catalog.uuid)}, format="json")
        assert asked.status_code == status


@pytest.mark.parametrize("n_sources", [5, 500])
def test_places_cost_the_same_for_any_catalogue(team, n_sources, django_assert_num_queries):
    catalog, client = make_catalog(make_galaxy(team), n_sources=n_sources), logged_in(make_member(team))
    with django_assert_num_queries(4):
        assert len(client.get(reverse("api:catalog-places", args=[catalog.uuid])).json()["number"]) == n_sources


@pytest.mark.parametrize(
    ("name", "query", "shown"),
    [
        ("places", "", {"n_sources": 5}),
        ("places", "?number=3", {"n_sources": 1}),
        ("inside", "?polygon=-1,-1,9999,-1,9999,9999,-1,9999", {"n_sources": 5}),
    ],
)
def test_no_source_is_counted_where_no_count_is_shown(team, name, query, shown):
    catalog, client = make_catalog(make_galaxy(team), n_sources=5), logged_in(make_member(team))
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(reverse(f"api:catalog-{name}", args=[catalog.uuid]) + query)
    assert answer.json().items() >= shown.items()
    assert len(queries) > 0
    assert [query["sql"] for query in queries if "COUNT(" in query["sql"]] == []


def test_a_catalogue_says_how_many_sources_it_has(team):
    catalog, client = make_catalog(make_galaxy(team), n_sources=5), logged_in(make_member(team))
    assert client.get(reverse("api:catalog-detail", args=[catalog.uuid])).json()["n_sources"] == 5
    (listed,) = client.get(reverse("api:catalog-list")).json()["results"]
    assert listed["n_sources"] == 5


def test_the_schema_is_complete(client):
    schema = client.get(reverse("api:schema"), headers={"accept": "application/json"}).json()
    assert schema["openapi"].startswith("3.")
    assert "/api/v1/votes/" in schema["paths"]
    assert set(schema["paths"]["/api/v1/rounds/{uuid}/claims/"]) == {"post"}
