"""A source's own page and the closer look where one labels, in real Chromium: every band drawn, beside and over what it should be."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect
from scipy.spatial import cKDTree

from galaxycat.accounts.models import Role
from labeling.models import Round, Vote
from tests.browser.accessibility import axe_clean
from tests.browser.annotating import answer, saved
from tests.browser.conftest import LAPTOP, TABLET
from tests.browser.mapping import on_screen
from tests.browser.test_labelling import new_round, sit_down
from tests.factories import PASSWORD, make_member
from tests.processes import wait_until


@pytest.fixture
def round_(galaxy) -> Round:
    return new_round(galaxy, 20)


# By a copy: Chromium complains of a canvas that is read again and again.
ALL_DRAWN = """() => [...document.querySelectorAll("#zooms canvas")].filter((each) => {
  const copy = new OffscreenCanvas(each.width, each.height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(each, 0, 0);
  return new Set(copy.getImageData(0, 0, each.width, each.height).data).size > 20;
}).length === 18"""


@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["laptop", "tablet"])
def test_the_closer_look_lies_over_the_image_from_source_to_source(people, team, round_, size):
    voter, page = sit_down(people, team, round_, "ann", size)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "field=wide" in request.url else None)
    answer(page, "1")
    saved(page)
    assert asked == []  # whoever does not look does not wait for it
    closer = page.locator("#closer")
    expect(closer).to_be_hidden()
    page.keyboard.press("v")
    expect(page.locator("#zooms canvas")).to_have_count(3 * 6)
    wait_until(lambda: page.evaluate(ALL_DRAWN), within_s=10)
    axe_clean(page)
    voter.shoot(f"labelling-closer-{size['width']}", size)
    for part in ("#readings", "#answering [data-action=examples]"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    # It stays, and shows the next source.
    first = page.locator("#zooms canvas").nth(4).evaluate("(canvas) => canvas.toDataURL()")
    answer(page, "2")
    saved(page)
    wait_until(lambda: page.evaluate(ALL_DRAWN), within_s=10)
    assert page.locator("#zooms canvas").nth(4).evaluate("(canvas) => canvas.toDataURL()") != first
    page.keyboard.press("v")
    expect(closer).to_be_hidden()
    for key in "34":
        answer(page, key)
        saved(page)
    votes = Vote.objects.filter(assignment__annotator__username="ann").order_by("pk")
    assert [vote.shown["closer_look"] for vote in votes] == [False, True, True, False]


def test_a_closer_look_that_does_not_load_says_so(people, team, round_):
    voter, page = sit_down(people, team, round_, "ann")
    page.route("**/evidence/?*field=wide*", lambda route: route.abort())
    with voter.tolerating("Failed to load resource"):
        page.keyboard.press("v")
        expect(page.get_by_text("It did not load.")).to_be_visible()
    page.unroute("**/evidence/?*field=wide*")
    page.keyboard.press("v")
    page.keyboard.press("v")
    expect(page.locator("#zooms canvas")).to_have_count(3 * 6)
    expect(page.get_by_text("It did not load.")).to_be_hidden()


@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["laptop", "tablet"])
def test_the_evidence_page_of_a_source(people, team, galaxy, size):
    make_member(team, Role.VIEWER, "liv")
    viewer = people(size)
    page = viewer.log_in("liv", PASSWORD)
    sources = list(galaxy.catalogs.get(kind="detected").sources.all())
    places = [(each.x_px, each.y_px) for each in sources]
    nearest_px = cKDTree(places).query(places, k=2)[0][:, 1]
    source = sources[int(nearest_px.argmax())]
    viewer.goto("/galaxies/story/")
    page.get_by_role("checkbox", name="truth").uncheck()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("0")
    expect(page).to_have_url(re.compile("#x="))
    view = page.url
    place = on_screen(page, source.x_px, source.y_px)
    page.mouse.move(*place)
    expect(page.locator(".source-tooltip")).to_contain_text(f"sep-f555w {source.number}")
    expect(page.locator(".source-tooltip img")).to_be_visible()
    card, frame = (page.locator(part).bounding_box() for part in (".source-tooltip", "#map"))
    for start, length in (("x", "width"), ("y", "height")):
        assert card[start] >= frame[start]
        assert card[start] + card[length] <= frame[start] + frame[length]
    viewer.shoot(f"galaxy-source-{size['width']}", size)
    page.mouse.click(*place)
    page.wait_for_url(f"**/sources/{source.uuid}/evidence/")
    page.go_back()
    expect(page).to_have_url(view)
    # One that there is something to see of.
    alone = [each for each, apart_px in zip(sources, nearest_px, strict=True) if apart_px > 12]
    bright = sorted(alone, key=lambda each: each.measurements.get("mag_f555w", np.inf))[4]
    viewer.goto(f"/sources/{bright.uuid}/evidence/")
    expect(page.locator("#readings dt")).to_have_count(10)
    # The same cross-hairs as where one labels, in both pictures.
    assert page.locator(".aim-line").evaluate("(line) => getComputedStyle(line).stroke") == "rgb(255, 255, 255)"
    page.keyboard.press("w")
    for name in page.locator("[data-stretch-name]").all():
        expect(name).to_have_text("asinh 30")
    axe_clean(page)
    image, beside = (page.locator(part).bounding_box() for part in (".bench-image", ".evidence"))
    assert image["x"] + image["width"] <= beside["x"] + 1
    viewer.shoot(f"evidence-{size['width']}", size)
    page.keyboard.press("x")
    expect(page.get_by_role("button", name="Growth")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#profile-unit")).to_contain_text("100% within")
    viewer.shoot(f"evidence-growth-{size['width']}", size)
    page.get_by_role("button", name="SED").click()
    expect(page.locator("#profile-unit")).to_have_text("AB")
    zooms = page.locator("#zooms canvas")
    expect(zooms).to_have_count(3 * 6)
    zooms.last.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    assert page.evaluate(ALL_DRAWN)
    # One stretch for all, colours too; and three fields are three pictures, bands different ones.
    pictures = [zoom.evaluate("(canvas) => canvas.toDataURL()") for zoom in zooms.all()]
    assert len(set(pictures)) == 3 * 6
    page.keyboard.press("q")
    for before, zoom in zip(pictures, zooms.all(), strict=True):
        assert zoom.evaluate("(canvas) => canvas.toDataURL()") != before
    page.keyboard.press("w")
    axe_clean(page)
    viewer.shoot(f"evidence-closer-{size['width']}", size)


def at_a_source(people, team, galaxy):
    """Somebody who has logged in, and the address of a source's evidence."""
    make_member(team, Role.VIEWER, "vera")
    viewer = people()
    viewer.log_in("vera", PASSWORD)
    return viewer, f"/sources/{galaxy.catalogs.get(kind='detected').sources.order_by('number')[7].uuid}/evidence/"


def test_evidence_that_comes_late_is_not_called_missing(people, team, galaxy):
    viewer, address = at_a_source(people, team, galaxy)
    held = []
    viewer.page.route("**/evidence/?*", lambda route: held.append(route))
    page = viewer.goto(address)
    expect(page.get_by_text("Not all of it loaded")).to_be_visible()
    for route in held:
        route.continue_()
    expect(page.locator("#readings dt")).to_have_count(10)
    expect(page.get_by_text("Not all of it loaded")).to_be_hidden()


def test_evidence_that_did_not_load_is_loaded_again_with_all_that_is_beneath_it(people, team, galaxy):
    viewer, address = at_a_source(people, team, galaxy)
    with viewer.tolerating("Failed to load resource"):
        viewer.page.route("**/evidence/?*", lambda route: route.abort())
        page = viewer.goto(address)
        expect(page.get_by_text("Not all of it loaded")).to_be_visible()
    page.unroute("**/evidence/?*")
    page.get_by_role("button", name="Load again").click()
    expect(page.get_by_text("Not all of it loaded")).to_be_hidden()
    expect(page.locator("#readings dt")).to_have_count(10)
    expect(page.locator("#zooms canvas")).to_have_count(3 * 6)
    wait_until(lambda: page.evaluate(ALL_DRAWN), within_s=10)


def test_the_keys_of_the_evidence_page_are_listed(people, team, galaxy):
    viewer, address = at_a_source(people, team, galaxy)
    page = viewer.goto(address)
    expect(page.locator("#readings dt")).to_have_count(10)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("to all bands at three zooms")
    axe_clean(page)
    viewer.shoot("evidence-keys")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()


def test_a_source_in_a_crowd_names_its_neighbours_and_leads_to_them(people, team, galaxy):
    make_member(team, Role.VIEWER, "liv")
    viewer = people()
    page = viewer.log_in("liv", PASSWORD)
    sources = list(galaxy.catalogs.get(kind="detected").sources.on_image())
    tree = cKDTree([(each.x_px, each.y_px) for each in sources])
    n_near = [len(near) - 1 for near in tree.query_ball_point(tree.data, 50)]
    source = sources[int(np.argmax(n_near))]
    apart_px, found = tree.query((source.x_px, source.y_px), k=13)
    viewer.goto(f"/sources/{source.uuid}/evidence/")
    rows = page.locator("#neighbours tbody tr")
    expect(rows).to_have_count(12)
    for row, distance_px, other in zip(rows.all(), apart_px[1:], found[1:], strict=True):
        distance_arcsec = distance_px * galaxy.pixel_scale_arcsec
        expect(row.locator("td").first).to_have_text(str(sources[other].number))
        expect(row.locator("td").nth(1)).to_have_text(f"{distance_arcsec:.2f}″")
    expect(page.locator("#no-neighbours")).to_be_hidden()
    page.locator("#neighbours").scroll_into_view_if_needed()
    viewer.shoot("evidence-neighbours")
    rows.first.get_by_role("link").click()
    page.wait_for_url(f"**/sources/{sources[found[1]].uuid}/evidence/")
