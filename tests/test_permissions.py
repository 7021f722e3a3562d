"""The permission matrix, asserted: every address and method for every kind of person (tests/test_sockets.py: sockets)."""

from collections import defaultdict
from dataclasses import asdict
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from catalogs.imagery.detection import DetectionParameters
from catalogs.releases.publishing import publish_release
from galaxycat.accounts.models import Membership
from galaxycat.asgi import websocket_urlpatterns
from galaxycat.events.guards import TOPIC_GUARDS
from tests.catalogs.test_stretching import STYLE
from tests.mlops.factories import make_model, starcnet_row
from tests.permissions import (
    ACCOUNT_MATRIX,
    MATRIX,
    PEOPLE,
    PUBLISHED_MATRIX,
    RELEASED_MATRIX,
    SOCKETS,
    admin_rows,
    rows,
)
from tests.world import World

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
REFUSED = {"login", "401", "403", "404", "405"}
REGIONS = b"# Region file format: DS9\nimage\ncircle(100,100,20)\n"
CSV = b"id,x_px,y_px\n1,10,10\n"


@pytest.fixture(scope="module")
def world(shared_world):
    return shared_world


def address(name: str, world: World) -> str:
    """The address of a name, filled from the world."""
    image = world.galaxy.latest_mosaic
    style = image.renditions.first().style_hash
    source = world.catalog.sources.first()
    fillings = {
        "team": [world.team.slug],
        "invite": [world.team.slug],
        "withdraw_invitation": [world.team.slug, world.invitation.uuid],
        "end_membership": [world.team.slug, Membership.objects.get(user=world.people["annotator"]).pk],
        "invitation": [world.token],
        "export_catalog": [world.catalog.uuid, "ecsv"],
        "tile": [image.display_sha256, style, 0, 0, 0],
        "data_tile": [image.display_sha256, 1, 0, 0, 0],
        "cutout": [style, source.uuid],
        "api:galaxy-stretch": [world.galaxy.slug, image.renditions.first().slug],
        "api:decision-withdraw": [world.decision.uuid],
        "api:remark-withdraw": [world.remark.client_id],
        "api:catalog-detail": [world.catalog.uuid],
        "api:catalog-places": [world.catalog.uuid],
        "api:catalog-card": [world.catalog.uuid],
        "api:catalog-inside": [world.catalog.uuid],
        "api:region-detail": [world.region.uuid],
        "source_evidence": [source.uuid],
        "numbered_source": [source.catalog.uuid, source.number],
        "api:source-detail": [source.uuid],
        "api:source-evidence": [source.uuid],
        "doc": ["agreement"],
        "decision": ["0021-counting"],
        "doc_picture": ["dashboard-laptop.png"],
        "account_confirm_email": ["key"],
        "account_reset_password_from_key": ["1", "key"],
    }
    for own in (
        "galaxy",
        "catalogs",
        "detect",
        "import_catalog",
        "region_file",
        "import_regions",
        "rounds",
        "new_round",
        "api:galaxy-detail",
        "api:galaxy-values",
        "releases",
        "make_release",
    ):
        fillings[own] = [world.galaxy.slug]
    for own in ("release", "publish_release", "withdraw_release", "verify_release", "api:release-detail"):
        fillings[own] = [world.release.uuid]
    fillings["release_file"] = [world.release.uuid, "votable"]
    for own in ("round", "round_results", "votes_csv", "watch_round", "close_round", "label", "round_examples"):
        fillings[own] = [world.round.uuid]
    for own in (
        "campaign",
        "campaign_data",
        "campaign_cell",
        "campaign_report",
        "adjudication",
        "decide",
        "undo_decision",
    ):
        fillings[own] = [world.galaxy.slug, world.round.campaign.uuid]
    fillings["campaign_report_file"] = [*fillings["campaign"], "tex"]
    for own in (
        "detail",
        "dashboard",
        "strata",
        "comparison",
        "constancy",
        "latent",
        "counts",
        "together",
        "retirement",
    ):
        fillings[f"api:campaign-{own}"] = [world.round.campaign.uuid]
    for own in ("job", "cancel_job", "retry_job", "api:job-detail", "api:job-cancel", "api:job-retry"):
        fillings[own] = [world.job.uuid]
    for own in ("detail", "claims", "close", "results", "watch", "places", "remarks"):
        fillings[f"api:round-{own}"] = [world.round.uuid]
    if name.startswith("admin:"):
        return reverse(name, args=admin_arguments(name, world))
    for own in ("model", "model_state", "pretrain", "train", "import_predictions"):
        fillings[own] = [world.galaxy.slug]
    fillings["api:round-predictions"] = [world.round.uuid]
    if name in ("api:model-detail", "api:model-predictions"):
        fillings[name] = [make_model(world.catalog).uuid]
    asked = f"?source={source.uuid}" if name.endswith("-predictions") else ""
    query = "?level=label&who=all&others=1&vote=1" if name == "campaign_cell" else asked
    return reverse(name, args=fillings.get(name, [])) + query


def admin_arguments(name: str, world: World) -> list:
    """What an address of the administration names: an app, or a row's number."""
    page = name.removeprefix("admin:").rpartition("_")
    rows_of = {
        "accounts_team": world.team, "catalogs_galaxy": world.galaxy, "catalogs_mosaic": world.galaxy.latest_mosaic,
        "catalogs_catalog": world.catalog, "catalogs_source": world.catalog.sources.first(), "labeling_round": world.round,
        "labeling_campaign": world.round.campaign, "labeling_schemeversion": world.round.campaign.scheme,
        "accounts_membership": Membership.objects.get(user=world.people["annotator"]), "jobs_job": world.job,
    }  # fmt: skip
    if name == "admin:app_list":
        return ["catalogs"]
    return [rows_of[page[0]].pk] if page[2] in ("change", "history") else []


def body(name: str, world: World) -> dict:
    """What a well-meant POST, PUT or PATCH to the address carries."""
    source = str(world.assignment.draw.source.uuid)
    decision = {"source": source, "label": "2", "reason": "one core", "supersedes": str(world.decision.uuid)}
    opening = {"campaign_name": "Clusters", "n_sources": 3, "mode": "blind"}
    bodies = {
        "create_team": {"name": "A new team"},
        "invite": {"role": "annotator"},
        "detect": {"band": "F555W"} | asdict(DetectionParameters()),
        "ingest": {
            "team": str(world.team.pk), "slug": "ngc-7", "bands-TOTAL_FORMS": "1", "bands-INITIAL_FORMS": "0",
            "bands-0-name": "V", "bands-0-file": SimpleUploadedFile("v.fits", b"SIMPLE"),
        },
        "make_release": {"catalog": world.catalog.name},
        "publish_release": {"confirm": "yes"},
        "withdraw_release": {"because": "a test"},
        "import_catalog": {"file": SimpleUploadedFile("list.csv", CSV)},
        "import_regions": {"file": SimpleUploadedFile("arms.reg", REGIONS)},
        "api:region-list": {
            "uuid": str(uuid4()), "galaxy": world.galaxy.slug, "shape": {"kind": "point", "x_px": 1, "y_px": 2},
        },
        "api:region-detail": {"version": 1, "label": "a bar"},
        "api:galaxy-stretch": {"style": STYLE},
        "pretrain": {"catalog": str(world.catalog.uuid)},
        "train": {"campaign": str(world.round.campaign.uuid)},
        "import_predictions": {
            "catalog": str(world.catalog.uuid),
            "file": SimpleUploadedFile("starcnet.tab", starcnet_row(world.catalog.sources.first())),
        },
        "new_round": opening | {"catalog": str(world.catalog.uuid)},
        "api:round-candidates": {"catalog": str(world.catalog.uuid)},
        "api:round-list": opening | {"catalog": str(world.catalog.uuid)},
        "api:vote-list": {
            "client_id": str(uuid4()), "assignment": str(world.assignment.uuid), "outcome": "labeled", "label": "1",
        },
        "decide": decision,
        "undo_decision": {"decision": str(world.decision.uuid), "reason": "no ring"},
        "api:decision-list": decision | {"campaign": str(world.round.campaign.uuid)},
        "api:decision-withdraw": {"reason": "no ring"},
        "api:remark-list": {
            "client_id": str(uuid4()), "assignment": str(world.assignment.uuid), "kind": "comment", "text": "a knot",
        },
    }  # fmt: skip
    return bodies.get(name, {})


def outcome(world: World, person: str, name: str, method: str) -> str:
    """What the person gets, as the matrix writes it; whatever it did is rolled back."""
    with transaction.atomic():
        client = Client()
        if person != "anonymous":
            client.force_login(world.people[person])
        json = {"content_type": "application/json"} if name.startswith("api:") and method != "GET" else {}
        data = body(name, world) if method in ("POST", "PUT", "PATCH") else None
        response = getattr(client, method.lower())(address(name, world), data, **json)
        transaction.set_rollback(True)
    to_login = response.status_code == 302 and response["Location"].startswith(reverse("account_login"))
    return "login" if to_login else str(response.status_code)


def patterns(resolver: URLResolver, namespace: str = ""):
    """(name, is allauth's) of every address."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, f"{entry.namespace}:" if entry.namespace else namespace)
        else:
            yield f"{namespace}{entry.name}", entry.callback.__module__.startswith("allauth")


OWN_ROWS, ACCOUNT_ROWS = rows(MATRIX) + admin_rows(), rows(ACCOUNT_MATRIX)


def test_every_address_is_in_the_matrix():
    known = defaultdict(set)
    for name, is_allauth in patterns(get_resolver()):
        known[is_allauth].add(name)
    assert known[False] == {name for name, *_ in OWN_ROWS}
    assert known[True] == {name for name, *_ in ACCOUNT_ROWS}
    sockets = [name.partition("/") for name, *_ in rows(SOCKETS)]
    assert {route.name for route in websocket_urlpatterns} == {name for name, _, _ in sockets}
    # Every live topic too.
    assert set(TOPIC_GUARDS) | {"unknown"} == {prefix for _, _, prefix in sockets if prefix}


@pytest.mark.parametrize("row", OWN_ROWS + ACCOUNT_ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_everybody_gets_what_the_matrix_says(world, row):
    name, method, *expected = row
    assert len(expected) == len(PEOPLE)
    found = {person: outcome(world, person, name, method) for person in PEOPLE}
    assert found == dict(zip(PEOPLE, expected, strict=True))


@pytest.mark.parametrize("name", sorted({name for name, *_ in OWN_ROWS}))
def test_other_methods_are_refused_to_everybody(world, name):
    listed = {method for known, method, *_ in OWN_ROWS if known == name}
    others = [method for method in METHODS if method not in listed]
    assert others
    for method in others:
        found = {person: outcome(world, person, name, method) for person in PEOPLE}
        assert set(found.values()) <= REFUSED, (method, found)


@pytest.mark.parametrize("row", rows(PUBLISHED_MATRIX), ids=lambda row: f"{row[0]}-{row[1]}")
def test_a_published_galaxy_is_open_to_look_at_and_its_votes_are_not(world, row):
    world.galaxy.published_at = timezone.now()
    world.galaxy.save()
    name, method, *expected = row
    found = [outcome(world, person, name, method) for person in ("anonymous", "foreign")]
    assert found == expected


@pytest.mark.parametrize("row", rows(RELEASED_MATRIX), ids=lambda row: f"{row[0]}-{row[1]}")
def test_a_published_release_is_open_and_the_galaxy_is_not(world, row):
    name, method, *expected = row
    with transaction.atomic():
        publish_release(release=world.release)
        found = [outcome(world, person, name, method) for person in ("anonymous", "foreign")]
        transaction.set_rollback(True)
    assert found == expected
