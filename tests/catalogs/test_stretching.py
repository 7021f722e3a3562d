"""A person's own stretch of a rendition: theirs alone, wherever they log in, and never the galaxy's."""

import pytest
from django.test import Client
from django.urls import reverse

from catalogs.models import Stretch
from catalogs.stretching import own_styles
from tests.world import World

pytestmark = pytest.mark.django_db
STYLE = {
    "channels": [{"weights": {"F555W": 1}, "black": 0.0, "white": 1.5}],
    "stretch": "log", "softness": 100.0, "gamma": 1.2, "colourMap": "viridis",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(shared_world):
    return shared_world


def client_of(world: World, person: str) -> Client:
    client = Client()
    client.force_login(world.people[person])
    return client


def address(world: World, rendition: str = "grey-f555w") -> str:
    return reverse("api:galaxy-stretch", args=[world.galaxy.slug, rendition])


def page_of(world: World) -> str:
    return reverse("galaxy", args=[world.galaxy.slug])


def put(client: Client, url: str, style: object):
    return client.put(url, {"style": style}, content_type="application/json")


def shown(world: World, person: str) -> dict:
    """What the galaxy's page hands to the browser."""
    return client_of(world, person).get(page_of(world)).context["viewer"]["stretching"]["own"]["styles"]


def test_it_is_there_at_the_next_visit_for_its_person_alone(world):
    recipe = world.galaxy.latest_mosaic.renditions.get(slug="grey-f555w").recipe
    annotator = client_of(world, "annotator")
    answer = put(annotator, address(world), STYLE)
    assert (answer.status_code, answer.json()) == (200, {"style": STYLE})
    assert shown(world, "annotator") == {"grey-f555w": STYLE}
    assert shown(world, "pi") == {}
    assert world.galaxy.latest_mosaic.renditions.get(slug="grey-f555w").recipe == recipe
    # The last one stands; another rendition has its own; forgetting is of one, and may be said twice.
    put(annotator, address(world), STYLE | {"gamma": 2.0})
    put(annotator, address(world, "grey-f814w"), STYLE)
    assert shown(world, "annotator") == {"grey-f555w": STYLE | {"gamma": 2.0}, "grey-f814w": STYLE}
    assert [annotator.delete(address(world)).status_code for _ in range(2)] == [204, 204]
    assert shown(world, "annotator") == {"grey-f814w": STYLE}


def test_what_is_not_there_or_cannot_be_drawn_is_refused(world):
    viewer = client_of(world, "viewer")
    unknown = put(viewer, address(world, "grey-f999w"), STYLE)
    assert (unknown.status_code, unknown.json()["detail"]) == (404, f"{world.galaxy} has no rendition 'grey-f999w'")
    wrong = put(viewer, address(world), STYLE | {"stretch": "cube"})
    assert wrong.status_code == 422
    assert "stretch 'cube' is none of" in wrong.json()["detail"]
    assert viewer.put(address(world), {}, content_type="application/json").status_code == 400
    assert not Stretch.objects.exists()


def test_nobody_logged_in_has_none(world):
    world.galaxy.published_at = "2026-01-01T00:00:00Z"
    world.galaxy.save()
    page = Client().get(page_of(world))
    assert page.context["viewer"]["stretching"]["own"] is None
    assert own_styles(world.galaxy, page.context["user"]) == {}
