"""Regions by their verbs and over HTTP: who sees and changes what, no double, no silent overwrite."""

import threading
from uuid import uuid4

import numpy as np
import pytest
from astropy.table import Table
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from regions import PixCoord, PolygonPixelRegion

from catalogs.models import Region
from catalogs.regions import drawing
from catalogs.regions.drawing import change_region, draw_region, import_regions
from catalogs.regions.ds9 import MOST_REGIONS, read_ds9
from catalogs.regions.shapes import Circle, Point
from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput, Conflict, Forbidden
from tests.factories import make_catalog, make_galaxy, make_member, make_team

pytestmark = pytest.mark.django_db
CIRCLE = {"kind": "circle", "x_px": 100.0, "y_px": 120.0, "radius_px": 20.0}


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def galaxy(team):
    return make_galaxy(team)


@pytest.fixture
def people(team):
    return {role.value: make_member(team, role) for role in Role} | {"second": make_member(team, Role.ANNOTATOR)}


def draw(galaxy, author, **fields) -> Region:
    fields = {"uuid": uuid4(), "shape": Circle(100.0, 120.0, 20.0), "label": "arm"} | fields
    return draw_region(galaxy=galaxy, author=author, **fields)[0]


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def seen_by(user, galaxy) -> set:
    page = client_of(user).get("/api/v1/regions/", {"galaxy": galaxy.slug, "limit": 1000}).json()
    return {row["label"] for row in page["results"]}


def test_annotators_see_their_own_and_the_curators(galaxy, people):
    for name in ("annotator", "second", "curator", "pi"):
        draw(galaxy, people[name], label=name)
    assert seen_by(people["annotator"], galaxy) == {"annotator", "curator", "pi"}
    assert seen_by(people["second"], galaxy) == {"second", "curator", "pi"}
    assert seen_by(people["viewer"], galaxy) == seen_by(people["pi"], galaxy) == {"curator", "pi"}
    assert seen_by(make_member(make_team(), Role.PI), galaxy) == set()
    text = client_of(people["annotator"]).get(f"/galaxies/{galaxy.slug}/regions.reg").content.decode()
    assert "text={annotator}" in text
    assert "text={second}" not in text


def test_a_region_sent_twice_is_one(galaxy, people):
    client, uuid = client_of(people["annotator"]), str(uuid4())
    sent = {"uuid": uuid, "galaxy": galaxy.slug, "shape": CIRCLE, "label": "  inner   arm "}
    answers = [client.post("/api/v1/regions/", sent, content_type="application/json") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["label"] == "inner arm"
    region = Region.objects.get()
    assert (region.geometry, region.is_shared, region.version) == (CIRCLE, False, 1)
    # Another person's uuid is theirs.
    other = client_of(people["second"]).post("/api/v1/regions/", sent, content_type="application/json")
    assert other.status_code == 409
    wrong = client.post(
        "/api/v1/regions/", sent | {"uuid": str(uuid4()), "shape": {"kind": "star"}}, content_type="application/json"
    )
    assert wrong.status_code == 422
    assert "not one of point" in wrong.json()["detail"]


def test_change_remove_and_bring_back(galaxy, people):
    region = draw(galaxy, people["annotator"])
    client, address = client_of(people["annotator"]), f"/api/v1/regions/{region.uuid}/"

    def patch(**change):
        return client.patch(address, change, content_type="application/json")

    moved = patch(version=1, shape=CIRCLE | {"x_px": 90.0}, label="bar").json()
    assert (moved["version"], moved["label"], moved["shape"]["x_px"]) == (2, "bar", 90.0)
    # The same again, as a resend brings it, changes nothing; another change of the old version is refused.
    assert patch(version=1, shape=CIRCLE | {"x_px": 90.0}, label="bar").json()["version"] == 2
    late = patch(version=1, label="spur")
    assert late.status_code == 409
    assert "changed meanwhile" in late.json()["detail"]
    removed = patch(version=2, is_removed=True).json()
    assert removed["removed_at"]
    assert seen_by(people["annotator"], galaxy) == set()
    back = patch(version=3, is_removed=False).json()
    assert (back["removed_at"], back["version"]) == (None, 4)
    assert seen_by(people["annotator"], galaxy) == {"bar"}
    assert patch(version=4, label="x" * 101).status_code == 400


def test_who_changes_whose(galaxy, people):
    curators, own = draw(galaxy, people["curator"]), draw(galaxy, people["annotator"])
    with pytest.raises(Forbidden, match="only they or a curator"):
        change_region(region=curators, by=people["annotator"], version=1, label="mine")
    assert change_region(region=curators, by=people["pi"], version=1, label="ours").label == "ours"
    with pytest.raises(Forbidden, match="Only annotators"):
        draw(galaxy, people["viewer"])
    # Nobody else can even see it.
    answer = client_of(people["second"]).patch(
        f"/api/v1/regions/{own.uuid}/", {"version": 1, "label": "x"}, content_type="application/json"
    )
    assert answer.status_code == 404


def test_a_file_in_twice_doubles_nothing_and_says_what_was_left_out(galaxy, people):
    text = "image\ncircle(5,5,3) # text={a}\ncircle(5,5,3) # text={a}\nbox(9,9,4,2,0)\nline(1,1,2,2)\n"
    client = client_of(people["curator"])
    for said in ("2 regions imported, left out", "0 regions imported, 2 had been there already"):
        file = SimpleUploadedFile("arms.reg", text.replace("\n", "\r\n").encode("utf-8-sig"))
        page = client.post(f"/galaxies/{galaxy.slug}/regions/import/", {"file": file}, follow=False)
        assert page.status_code == 302
        assert said in str([str(m) for m in page.wsgi_request._messages])
    assert Region.objects.filter(is_shared=True).count() == 2
    out = client.get(f"/galaxies/{galaxy.slug}/regions.reg?frame=image").content.decode()
    assert import_regions(galaxy=galaxy, text=out, author=people["curator"]).n_new == 0
    assert client.get(f"/galaxies/{galaxy.slug}/regions.reg?frame=icrs").status_code == 422
    binary = SimpleUploadedFile("arms.reg", b"\xff\xfe\x00")
    assert client.post(f"/galaxies/{galaxy.slug}/regions/import/", {"file": binary}).status_code == 422
    assert client.post(f"/galaxies/{galaxy.slug}/regions/import/", {}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_while_a_file_is_read_others_write(galaxy, people, monkeypatch):
    """Reading a thousand regions takes seconds, and on SQLite a transaction lets nobody else write."""
    drawn = []

    def read_while_another_draws(text, wcs):
        other = threading.Thread(target=draw_elsewhere)
        other.start()
        other.join(timeout=5)
        drawn.append(not other.is_alive())
        return read_ds9(text, wcs)

    def draw_elsewhere():
        try:
            draw(galaxy, people["second"])
        finally:
            connection.close()

    monkeypatch.setattr(drawing, "read_ds9", read_while_another_draws)
    assert import_regions(galaxy=galaxy, text="image\ncircle(5,5,3)\n", author=people["annotator"]).n_new == 1
    assert (drawn, Region.objects.count()) == ([True], 2)


def test_a_galaxy_has_room_for_so_many(galaxy, people):
    text = "image\n" + "".join(f"circle({n},5,3)\n" for n in range(1, MOST_REGIONS + 1))
    assert import_regions(galaxy=galaxy, text=text, author=people["pi"]).n_new == MOST_REGIONS
    with pytest.raises(Conflict, match="remove some first"):
        draw(galaxy, people["pi"])
    first = Region.objects.first()
    change_region(region=first, by=people["pi"], version=1, is_removed=True)
    draw(galaxy, people["pi"], shape=Point(1.0, 1.0))
    with pytest.raises(Conflict, match="remove some first"):
        change_region(region=first, by=people["pi"], version=2, is_removed=False)


def test_the_database_keeps_to_the_shapes(galaxy, people):
    region = draw(galaxy, people["pi"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Region.objects.filter(pk=region.pk).update(kind="star")


def test_the_list_costs_the_same_for_many(galaxy, people, django_assert_max_num_queries):
    for n in range(30):
        draw(galaxy, people["pi"], label=str(n))
    client = client_of(people["annotator"])
    with django_assert_max_num_queries(6):
        assert len(client.get("/api/v1/regions/", {"galaxy": galaxy.slug, "limit": 1000}).json()["results"]) == 30


TRIANGLE = [(50.0, 40.0), (300.0, 80.0), (120.0, 260.0)]


def test_sources_inside_a_polygon_against_astropy_regions(galaxy, people):
    catalog = make_catalog(galaxy, n_sources=900)
    catalog.sources.filter(number__lte=500).update(published_label="1")
    catalog.sources.filter(number__lte=20).update(is_outside=True)
    polygon = ",".join(str(value) for corner in TRIANGLE for value in corner)
    rows = np.array(
        list(catalog.sources.filter(is_outside=False).order_by("number").values_list("number", "x_px", "y_px"))
    )
    triangle = PolygonPixelRegion(PixCoord(*np.array(TRIANGLE).T))
    expected = rows[triangle.contains(PixCoord(*rows[:, 1:].T)), 0].astype(int)
    assert 50 < len(expected) < 400

    client = client_of(people["viewer"])
    found = client.get(f"/api/v1/catalogs/{catalog.uuid}/inside/", {"polygon": polygon}).json()
    assert found["n_sources"] == len(expected)
    assert [source["number"] for source in found["sources"]] == expected[:200].tolist()
    assert found["by_label"] == {"1": int((expected <= 500).sum())}
    export = client.get(f"/catalogs/{catalog.uuid}/export/ecsv/", {"inside": polygon})
    assert "_selection.ecsv" in export["Content-Disposition"]
    table = Table.read(export.content.decode(), format="ascii.ecsv")
    assert table["number"].tolist() == expected.tolist()
    assert table.meta["inside_polygon_px"] == [value for corner in TRIANGLE for value in corner]


@pytest.mark.parametrize(
    ("polygon", "why"),
    [
        ("1,2,3,4", "3 to 500 corners"),
        ("a,b", "not numbers"),
        ("1,2,3,4,5,nan", "within"),
        ("", "not numbers"),
        ("1,2,3,4,5", "3 to 500"),
    ],
)
def test_a_broken_polygon_is_refused_in_a_line(galaxy, people, polygon, why):
    catalog = make_catalog(galaxy)
    client = client_of(people["viewer"])
    answer = client.get(f"/api/v1/catalogs/{catalog.uuid}/inside/", {"polygon": polygon})
    assert answer.status_code == 422
    assert why in answer.json()["detail"]


def test_an_empty_selection_says_so(galaxy, people):
    catalog = make_catalog(galaxy)
    client = client_of(people["viewer"])
    far = "-90,-90,-80,-90,-80,-80"
    assert client.get(f"/api/v1/catalogs/{catalog.uuid}/inside/", {"polygon": far}).json() == {
        "n_sources": 0,
        "by_label": {},
        "sources": [],
    }
    assert client.get(f"/catalogs/{catalog.uuid}/export/ecsv/", {"inside": far}).status_code == 422


def test_labels_that_cannot_be_kept(galaxy, people):
    with pytest.raises(BadInput, match="NUL"):
        draw(galaxy, people["pi"], label="a\0b")
