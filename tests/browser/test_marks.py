"""The marks of sources on the map in real Chromium: fetched by view, clicked, tapped, walked by key."""

import json
import math
import re

import pytest
from playwright.sync_api import Page, expect
from scipy.spatial import cKDTree

from catalogs.models import Galaxy
from galaxycat.accounts.models import Role
from tests.browser.accessibility import axe_clean
from tests.browser.conftest import LAPTOP, TABLET
from tests.browser.mapping import centre_px, draw_rectangle, go_to, on_screen, readout, stand_at, visited
from tests.factories import PASSWORD, make_catalog, make_member
from tests.processes import wait_until


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
    (region,) = json.loads(page.locator("#id_regions").input_value())["features"]
    x_px, y_px = zip(*region["geometry"]["coordinates"][0], strict=True)
    n_inside = catalog.sources.filter(x_px__range=(min(x_px), max(x_px)), y_px__range=(min(y_px), max(y_px))).count()
    assert 0 < n_inside < 9000
    expect(page.locator("#inside")).to_have_text(f"{n_inside:,} sources of large inside the region")
    with pi.tolerating("Failed to load resource"):
        page.route("**/candidates/", lambda route: route.fulfill(status=503, body="busy"))
        draw_rectangle(page, 30)
        expect(page.locator("#inside")).to_contain_text(
            "could not be counted (the server answered 503). The round can be"
        )
        page.unroute("**/candidates/")
        page.route("**/candidates/", lambda route: route.fulfill(status=422, json={"detail": "regions: no"}))
        draw_rectangle(page, 20)
        expect(page.locator("#inside")).to_contain_text("could not be counted (regions: no). Mend that first.")
        page.unroute("**/candidates/")


def alone(page: Page, galaxy: Galaxy):
    """The detected source farthest from any other, in the middle of the map, its catalogue the only one ticked."""
    sources = list(galaxy.catalogs.get(kind="detected").sources.on_image().order_by("number"))
    places = [(each.x_px, each.y_px) for each in sources]
    source = sources[int(cKDTree(places).query(places, k=2)[0][:, 1].argmax())]
    page.get_by_role("checkbox", name="truth").uncheck()
    stand_at(page, f"#{source.number}")
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


def test_the_card_has_every_band_s_magnitude_in_order_and_is_no_larger_than_it_is_taken_for(people, team, galaxy):
    page = visited(people, team)
    page.get_by_role("checkbox", name="truth").uncheck()
    source = galaxy.catalogs.get(kind="detected").sources.order_by("number")[40]
    stand_at(page, f"#{source.number}")
    page.wait_for_load_state("networkidle")
    page.mouse.move(*on_screen(page, source.x_px, source.y_px))
    card = page.locator(".source-card")
    expect(card).to_contain_text(f"sep-f555w {source.number}")
    measured = source.measurements
    expect(card.locator(".source-band")).to_have_text(["NUV", "U", "B", "V", "I", "CI", "FWHM"])
    for letter, band in (("NUV", "f275w"), ("U", "f336w"), ("B", "f438w"), ("V", "f555w"), ("I", "f814w")):
        magnitude, error = (measured[f"mag_{band}{end}"] for end in ("", "_error"))
        assert error >= 0.005
        expect(card).to_contain_text(f"{letter} {magnitude:.2f} ± {error:.2f} AB")
    expect(card).to_contain_text(f"CI {measured['concentration_index']:.2f} ")
    expect(card).to_contain_text(f"FWHM {measured['fwhm_px']:.2f} ")
    box = page.locator(".source-tooltip").bounding_box()
    assert (box["width"] <= 340, box["height"] <= 190) == (True, True), box


def test_the_card_of_a_long_catalogue_with_nine_bands_is_whole(people, team, galaxy):
    catalog = make_catalog(
        galaxy, 1, name="a catalogue of a name that is sixty letters long, or nearly so", kind="reference"
    )
    catalog.sources.update(published_label="a long label of a class", x_px=300.4, y_px=400.4)
    page = visited(people, team)
    for name in ("truth", "sep-f555w"):
        page.get_by_role("checkbox", name=name).uncheck()
    # This galaxy has five bands.
    magnitude = {"value": 22.123, "error": 0.0123, "unit": "Vega", "note": "", "reason": ""}
    nine = [magnitude | {"name": f"F{n}W"} for n in range(200, 1100, 100)]
    shape = {"value": 12.25, "error": None, "unit": "px", "note": "", "reason": "", "name": "FWHM"}

    def with_nine(route):
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"readings": [*nine, shape | {"name": "CI"}, shape]})

    page.route("**/card/?number=*", with_nine)
    stand_at(page, "x 300.4 y 400.4")
    page.wait_for_load_state("networkidle")
    page.mouse.move(*on_screen(page, 300.4, 400.4))
    expect(page.locator(".source-band")).to_have_text([*(each["name"] for each in nine), "CI", "FWHM"])
    box = page.locator(".source-tooltip").bounding_box()
    assert (box["width"] <= 340, box["height"] <= 190) == (True, True), box


def test_the_sources_are_reached_by_key(people, team, galaxy):
    page = visited(people, team)
    page.get_by_role("checkbox", name="truth").uncheck()
    stand_at(page, "x 300 y 420")
    page.wait_for_load_state("networkidle")
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


def test_the_walk_by_key_knows_what_is_ticked_and_brings_what_it_names_into_view(people, team, galaxy):
    page = visited(people, team)
    popup = page.locator(".source-popup")
    sources = list(galaxy.catalogs.get(kind="detected").sources.on_image())
    # At the upper edge of the map the image moves until the words are whole, and the walk goes on.
    source = min(sources, key=lambda each: math.dist((each.x_px, each.y_px), (400, 400)))
    box = page.locator("#map").bounding_box()
    middle = source.x_px, source.y_px - (box["height"] / 2 - 20) / 8
    page.goto(page.url.split("#")[0] + f"#x={middle[0]}&y={middle[1]}&zoom=3")
    page.reload()
    page.get_by_role("checkbox", name="truth").uncheck()
    page.wait_for_load_state("networkidle")
    sources.sort(key=lambda each: math.dist((each.x_px, each.y_px), middle))
    page.locator("#map").focus()
    for each in sources[: sources.index(source) + 1]:
        page.keyboard.press("n")
        expect(popup).to_contain_text(f"sep-f555w {each.number}All evidence")
    link = page.get_by_role("link", name=f"All evidence of sep-f555w {source.number}")
    expect(link).to_be_focused()
    wait_until(lambda: link.bounding_box()["y"] > box["y"], within_s=5)
    page.keyboard.press("Escape")
    page.get_by_role("checkbox", name="truth").check()
    page.get_by_role("checkbox", name="sep-f555w").uncheck()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("n")
    expect(popup).to_contain_text("truth")


# Whether the middle of each mark is seen through, and how many pixels all take; by a copy, or Chromium complains.
MARKS = """(places) => {
  const canvas = document.querySelector(".marker-canvas");
  const { left, top, width } = canvas.getBoundingClientRect();
  const ratio = canvas.width / width;
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const opaque = copy.getImageData(0, 0, canvas.width, canvas.height).data.filter((value, i) => i % 4 === 3 && value).length;
  // The address that the places are read from may be half a pixel off: the middle is open where nothing is in the 3 x 3 about it.
  const about = ([x, y]) => copy.getImageData(Math.floor((x - left) * ratio) - 1, Math.floor((y - top) * ratio) - 1, 3, 3).data;
  return [places.map((place) => about(place).every((value, i) => i % 4 !== 3 || value === 0)), opaque];
}"""


def test_few_sources_are_rings_from_afar_and_many_are_dots(people, team, galaxy):
    few, many = (make_catalog(galaxy, n, name=name, kind="reference") for n, name in ((20, "few"), (600, "many")))
    page = visited(people, team)
    page.goto(page.url.split("#")[0] + "#x=384&y=384&zoom=-2")
    page.reload()
    page.wait_for_load_state("networkidle")
    for name in ("sep-f555w", "truth", "many"):
        page.get_by_role("checkbox", name=name).uncheck()
    page.wait_for_timeout(100)
    places = [on_screen(page, *place) for place in few.sources.values_list("x_px", "y_px")]
    are_open, n_opaque = page.evaluate(MARKS, places)
    assert sum(are_open) > 15  # some lie on another's rim
    assert n_opaque > 20 * 25
    page.get_by_role("checkbox", name="few").uncheck()
    page.get_by_role("checkbox", name="many").check()
    places = [on_screen(page, *place) for place in many.sources.values_list("x_px", "y_px")]
    wait_until(lambda: not any(page.evaluate(MARKS, places)[0]), within_s=10)
