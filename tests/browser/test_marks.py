"""The marks of sources on the map in real Chromium: fetched by view, clicked, tapped, walked by key."""

import math
import re

import pytest
from playwright.sync_api import Page, expect
from scipy.spatial import cKDTree

from catalogs.models import Galaxy
from galaxycat.accounts.models import Role
from tests.browser.accessibility import axe_clean
from tests.browser.conftest import LAPTOP, TABLET
from tests.browser.mapping import centre_px, draw_rectangle, go_to, on_screen, readout, visited
from tests.factories import PASSWORD, make_catalog, make_member


def test_a_large_catalogue_comes_as_it_comes_into_view(people, team, galaxy):
    n_sources = 9000
    catalog = make_catalog(galaxy, n_sources, name="large", kind="reference")
    make_member(team, Role.VIEWER, "vera")
    viewer = people(LAPTOP)
    page = viewer.log_in("vera", PASSWORD)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if str(catalog.uuid) in request.url else None)
    viewer.goto("/galaxies/story/")
    page.wait_for_load_state("networkidle")
    assert [re.sub(r".*/places/", "", url) for url in asked] == [
        "?sample=5000",
        "?bbox=-0.5,-0.5,1023.499999,1023.499999",
    ]
    # A source that was in no sample is found, at its place.
    source = catalog.sources.get(number=8999)
    for other in ("sep-f555w", "truth"):
        page.get_by_role("checkbox", name=other).uncheck()
    go_to(page, "#8999")
    assert centre_px(page) == pytest.approx((source.x_px, source.y_px), abs=1)
    expect(page.locator(".source-popup")).to_contain_text("large 8999")
    page.wait_for_load_state("networkidle")
    assert len(asked) == 2  # the cell was there


def test_a_new_round_s_page_fetches_by_view_and_counts_at_the_server(people, team, galaxy):
    catalog = make_catalog(galaxy, 9000, name="large", kind="reference")
    make_member(team, Role.PI, "pia")
    pi = people(LAPTOP)
    page = pi.log_in("pia", PASSWORD)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/places/" in request.url else None)
    pi.goto("/galaxies/story/rounds/new/")
    page.get_by_label("Catalogue").select_option(label="large")
    expect(page.locator("#inside")).to_have_text("9,000 sources of large on the whole image: no region is drawn")
    page.wait_for_load_state("networkidle")
    assert [re.sub(r".*/places/", "", url) for url in asked if str(catalog.uuid) in url] == [
        "?sample=5000",
        "?bbox=-0.5,-0.5,1023.499999,1023.499999",
    ]
    draw_rectangle(page, 60)
    expect(page.locator("#inside")).to_have_text(re.compile(r"^[\d,]+ sources of large inside the region$"))
    with pi.tolerating("Failed to load resource"):
        page.route("**/candidates/", lambda route: route.fulfill(status=503, body="busy"))
        draw_rectangle(page, 30)
        expect(page.locator("#inside")).to_contain_text("could not be counted (the server answered 503)")
        page.unroute("**/candidates/")


def alone(page: Page, galaxy: Galaxy):
    """The detected source farthest from any other, in the middle of the map, its catalogue the only one ticked."""
    sources = list(galaxy.catalogs.get(kind="detected").sources.on_image().order_by("number"))
    places = [(each.x_px, each.y_px) for each in sources]
    source = sources[int(cKDTree(places).query(places, k=2)[0][:, 1].argmax())]
    page.get_by_role("checkbox", name="truth").uncheck()
    go_to(page, f"#{source.number}")
    page.keyboard.press("Escape")
    page.wait_for_load_state("networkidle")
    return source


def test_a_double_click_on_a_source_only_zooms_and_ctrl_opens_another_tab(people, team, galaxy):
    page = visited(people, team)
    source = alone(page, galaxy)
    zoom = readout(page, "zoom").inner_text()
    page.mouse.dblclick(*on_screen(page, source.x_px, source.y_px))
    expect(readout(page, "zoom")).not_to_have_text(zoom)
    page.wait_for_timeout(900)  # more than a page waits for a second click
    assert "/galaxies/story/" in page.url
    page.keyboard.down("Control")
    with page.context.expect_page() as opened:
        page.mouse.click(*on_screen(page, source.x_px, source.y_px))
    page.keyboard.up("Control")
    opened.value.wait_for_url(f"**/sources/{source.uuid}/evidence/")
    assert "/galaxies/story/" in page.url


def test_a_tap_names_the_source_first(people, team, galaxy):
    page = visited(people, team, TABLET, has_touch=True)
    source = alone(page, galaxy)
    page.touchscreen.tap(*on_screen(page, source.x_px, source.y_px))
    expect(page.locator(".source-popup")).to_contain_text(f"sep-f555w {source.number}")
    page.get_by_role("link", name="All evidence").tap()
    page.wait_for_url(f"**/sources/{source.uuid}/evidence/")


def test_the_sources_are_reached_by_key(people, team, galaxy):
    page = visited(people, team)
    page.get_by_role("checkbox", name="truth").uncheck()
    go_to(page, "x 300 y 420")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Escape")
    page.locator("#map").focus()
    sources = list(galaxy.catalogs.get(kind="detected").sources.on_image())
    sources.sort(key=lambda each: math.hypot(each.x_px - 300, each.y_px - 420))
    popup = page.locator(".source-popup")
    for key, source in (("n", sources[0]), ("n", sources[1]), ("n", sources[2]), ("Shift+N", sources[1])):
        page.keyboard.press(key)
        expect(popup).to_have_count(1)
        expect(popup).to_contain_text(f"sep-f555w {source.number}All evidence")
    axe_clean(page)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/sources/{sources[1].uuid}/evidence/")
