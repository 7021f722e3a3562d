"""Selecting sources on the map, the card of the source under the pointer, and each catalogue's mark, in real Chromium."""

import re

import pytest
from astropy.table import Table
from playwright.sync_api import Page, expect

from catalogs.models import Galaxy, Region
from catalogs.withdrawing import withdraw_catalog
from galaxycat.accounts.models import Role
from tests.browser.accessibility import axe_clean
from tests.browser.conftest import LAPTOP, TABLET
from tests.browser.mapping import drag, go_to, on_screen, stand_at, visited
from tests.factories import PASSWORD, make_catalog, make_member

# By a copy: Chromium complains of a canvas that is read again and again.
DRAWN_AT = "() => { const c = document.querySelector('.marker-canvas'); const copy = new OffscreenCanvas(c.width, c.height).getContext('2d', { willReadFrequently: true }); copy.drawImage(c, 0, 0); return copy.getImageData(0, 0, c.width, c.height).data }"


def sources_in(pictured: Galaxy, name: str, x_px: tuple[float, float], y_px: tuple[float, float]) -> set[int]:
    sources = pictured.catalogs.get(name=name).sources.filter(x_px__range=x_px, y_px__range=y_px)
    return set(sources.values_list("number", flat=True))


def about(page: Page, name: str):
    return page.locator("#selection [data-selected] > div").filter(has_text=f"of {name}")


def test_catalogues_that_come_and_go_are_counted_and_drawn_as_the_list_has_them(people, team, galaxy):
    page = visited(people, team)
    stand_at(page, "x 400 y 400")
    page.keyboard.press("s")
    drag(page, (320.3, 330.3), (470.3, 460.3))
    expect(about(page, "truth")).to_have_count(1)
    number = 70_001  # nobody else's
    late = make_catalog(galaxy, 1, name="late")
    late.sources.update(number=number, x_px=400.0, y_px=400.0)
    moved = "document.body.dispatchEvent(new CustomEvent('jobs-moved'))"  # as a detection that has finished says it
    page.evaluate(moved)
    expect(about(page, "late").locator("p").first).to_have_text("1 of late")
    stand_at(page, f"#{number}")
    withdraw_catalog(catalog=late)
    page.evaluate(moved)
    expect(about(page, "late")).to_have_count(0)
    go_to(page, f"#{number}")
    expect(
        page.get_by_role("alert").filter(has_text=f"No source {number} in the catalogues that are ticked")
    ).to_be_visible()


@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["laptop", "tablet"])
def test_a_rectangle_and_a_polygon_select_what_lies_inside(people, team, galaxy, size, tmp_path):
    make_member(team, Role.ANNOTATOR, "ada")
    ada = people(size)
    ada.log_in("ada", PASSWORD)
    page = ada.goto("/galaxies/story/")
    page.wait_for_load_state("networkidle")
    stand_at(page, "x 400 y 400")

    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Select by rectangle")).to_have_attribute("aria-pressed", "true")
    drag(page, (320.3, 330.3), (470.3, 460.3))
    expect(page.locator("#selection")).to_be_visible()
    for name in ("sep-f555w", "truth"):
        expected = sources_in(galaxy, name, (320.3, 470.3), (330.3, 460.3))
        expect(about(page, name).locator("p").first).to_have_text(f"{len(expected)} of {name}")
    expected = sources_in(galaxy, "sep-f555w", (320.3, 470.3), (330.3, 460.3))
    assert len(expected) > 20
    ada.shoot(f"selection-{size['width']}", size)
    axe_clean(page)

    # The file holds the very sources that were counted.
    with page.expect_download() as downloading:
        about(page, "sep-f555w").get_by_role("link", name="ecsv").click()
    downloading.value.save_as(tmp_path / "selected.ecsv")
    table = Table.read(tmp_path / "selected.ecsv")
    assert set(table["number" if "number" in table.colnames else "id"]) == expected

    # A catalogue that is not ticked is not counted, and is again when it is.
    page.get_by_role("checkbox", name="truth").uncheck()
    expect(about(page, "truth")).to_have_count(0)
    page.get_by_role("checkbox", name="truth").check()
    expect(about(page, "truth")).to_have_count(1)

    page.get_by_role("button", name="Keep as region").click()
    expect(page.locator("#regions")).to_have_attribute("aria-busy", "false")
    (region,) = Region.objects.standing()
    assert (region.kind, region.author.username) == ("box", "ada")
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.locator("#selection")).to_be_hidden()

    page.keyboard.press("Shift+S")
    corners = ((320.3, 330.3), (470.3, 330.3), (470.3, 460.3), (320.3, 460.3))
    for corner in corners:
        page.mouse.click(*on_screen(page, *corner))
    page.keyboard.press("Enter")
    expect(about(page, "sep-f555w").locator("p").first).to_have_text(f"{len(expected)} of sep-f555w")
    page.keyboard.press("Escape")  # lets go of the region that was kept
    expect(page.locator(".region-choice[aria-pressed=true]")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#selection")).to_be_hidden()


def test_selected_sources_are_listed_with_their_class_and_lead_to_their_evidence(people, team, galaxy):
    make_member(team, Role.VIEWER, "vera")
    vera = people()
    vera.log_in("vera", PASSWORD)
    page = vera.goto("/galaxies/story/")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("button", name="Draw a circle")).to_have_count(0)
    truth = galaxy.catalogs.get(name="truth").sources.exclude(published_label="").order_by("number").first()
    stand_at(page, f"x {truth.x_px:.1f} y {truth.y_px:.1f}")
    page.keyboard.press("s")
    drag(page, (truth.x_px - 3, truth.y_px - 3), (truth.x_px + 3, truth.y_px + 3))
    part = about(page, "truth")
    expect(part).to_contain_text(f"of class {truth.published_label}")
    page.get_by_role("checkbox", name="sep-f555w").uncheck()
    # A click on a source names it, since what is selected would be gone on the way back; Esc takes the words away, then the selection.
    page.mouse.click(*on_screen(page, truth.x_px, truth.y_px))
    popup = page.locator(".source-popup")
    expect(popup).to_contain_text(f"truth {truth.number}")
    page.keyboard.press("Escape")
    expect(popup).to_have_count(0)
    expect(page.locator("#selection")).to_be_visible()
    part.get_by_text("List them").click()
    row = part.get_by_role("row").filter(has_text=f"#{truth.number}")
    row.get_by_role("link", name=truth.published_label, exact=True).click()
    expect(page).to_have_url(re.compile(f"/sources/({truth.number}|{truth.uuid})/"))


def test_the_source_under_the_pointer_shows_its_card(people, team, galaxy):
    make_member(team, Role.VIEWER, "vera")
    vera = people()
    vera.log_in("vera", PASSWORD)
    page = vera.goto("/galaxies/story/")
    page.get_by_role("checkbox", name="truth").uncheck()
    source = galaxy.catalogs.get(name="sep-f555w").sources.order_by("number")[40]
    stand_at(page, f"#{source.number}")
    page.mouse.move(*on_screen(page, source.x_px, source.y_px))
    card = page.locator(".source-card")
    expect(card).to_contain_text(f"sep-f555w {source.number}")
    expect(card).to_contain_text(f"x {source.x_px:.1f} y {source.y_px:.1f} px")
    expect(card).to_contain_text(
        f"V {source.measurements['mag_f555w']:.2f} ± {source.measurements['mag_f555w_error']:.2f} AB"
    )
    page.wait_for_function(
        "() => { const i = document.querySelector('.source-card img'); return i.complete && i.naturalWidth === 128 }"
    )
    vera.shoot("hover-card")
    outer, inner = page.locator(".source-tooltip").bounding_box(), card.bounding_box()
    assert outer["x"] <= inner["x"]
    assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]
    # Not while the map is dragged.
    page.mouse.down()
    page.mouse.move(*on_screen(page, source.x_px + 20, source.y_px), steps=3)
    expect(card).to_have_count(0)
    page.mouse.up()


def test_each_catalogue_has_its_mark_and_keeps_it(people, team, galaxy):
    make_member(team, Role.VIEWER, "vera")
    vera = people()
    vera.log_in("vera", PASSWORD)
    page = vera.goto("/galaxies/story/")
    page.get_by_role("checkbox", name="truth").uncheck()
    item = page.locator(".panel-item").filter(has_text="sep-f555w")
    item.get_by_text("Marks on the image").click()
    item.get_by_label("Colour of sep-f555w").select_option("green")
    item.get_by_label("Mark of sep-f555w").select_option("square")
    item.get_by_label("Size of sep-f555w").select_option("large")
    vera.shoot("marker-style")
    axe_clean(page)

    def is_green() -> bool:
        return page.evaluate(
            "() => { const d = ("
            + DRAWN_AT
            + ")(); for (let i = 0; i < d.length; i += 4) if (d[i] === 79 && d[i + 1] === 214 && d[i + 2] === 165 && d[i + 3] === 255) return true; return false }"
        )

    page.wait_for_load_state("networkidle")
    assert is_green()
    # The mark is the same one when the map has moved.
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("#x="))
    page.keyboard.press("0")
    page.wait_for_load_state("networkidle")
    assert is_green()
    page = vera.goto("/galaxies/story/")
    page.get_by_role("checkbox", name="truth").uncheck()
    page.wait_for_load_state("networkidle")
    assert is_green()
    item.get_by_text("Marks on the image").click()
    expect(item.get_by_label("Mark of sep-f555w")).to_have_value("square")
