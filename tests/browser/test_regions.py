"""Regions in real Chromium: drawn by mouse and by key, changed, undone, kept, shared, exchanged with DS9."""

import numpy as np
import pytest
import regions as ds9
from django.db.models import F
from playwright.sync_api import Page, expect

from catalogs.models import Region
from catalogs.sky import galaxy_wcs
from galaxycat.accounts.models import Role
from tests.browser.accessibility import axe_clean
from tests.browser.conftest import LAPTOP, TABLET
from tests.browser.mapping import drag, go_to, on_screen, stand_at, swipe, view
from tests.factories import PASSWORD, make_member
from tests.processes import wait_until


def kept() -> list[dict]:
    """The shapes in the database, in the order drawn."""
    return [region.geometry for region in Region.objects.standing().order_by("pk")]


def listed(page: Page):
    return page.locator("#regions .region-choice")


def saved(page: Page, n: int) -> None:
    """Wait until `n` regions are listed and nothing is on its way."""
    expect(listed(page)).to_have_count(n)
    sent(page)


def sent(page: Page) -> None:
    expect(page.locator("#regions")).to_have_attribute("aria-busy", "false")


def at_place(people, team, role: Role, name: str, place: str, size=LAPTOP, **options) -> tuple:
    """(person, page): a new member who went to a place of the galaxy, the keys' help and popups closed."""
    make_member(team, role, name)
    person = people(size, **options)
    person.log_in(name, PASSWORD)
    page = person.goto("/galaxies/story/")
    stand_at(page, place)
    return person, page


@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["laptop", "tablet"])
def test_every_shape_is_drawn_changed_undone_and_kept(people, team, galaxy, size):
    cora, page = at_place(people, team, Role.CURATOR, "cora", "x 400 y 400", size)
    expect(page.get_by_text("None yet. Draw one")).to_be_visible()

    page.keyboard.press("d")
    expect(page.locator(".draw-hint")).to_contain_text("Drag from the centre outwards")
    drag(page, (400, 400), (430, 440))
    saved(page, 1)
    page.get_by_role("button", name="Draw a box").click()
    drag(page, (340, 330), (380, 350))
    page.get_by_role("button", name="Draw an ellipse").click()
    drag(page, (450, 350), (470, 358))
    page.get_by_role("button", name="Draw a point").click()
    page.mouse.click(*on_screen(page, 350, 450))
    page.get_by_role("button", name="Draw a polygon").click()
    for corner in ((430, 460), (470, 460), (450, 490)):
        page.mouse.click(*on_screen(page, *corner))
    page.mouse.click(*on_screen(page, 430, 460))
    saved(page, 5)
    circle, box, ellipse, point, polygon = kept()
    assert circle == {"kind": "circle", "x_px": near(400), "y_px": near(400), "radius_px": near(50)}
    assert box == {"kind": "box", "x_px": near(360), "y_px": near(340), "width_px": near(40), "height_px": near(20), "angle_deg": 0}  # fmt: skip
    assert ellipse == {"kind": "ellipse", "x_px": near(450), "y_px": near(350), "a_px": near(20), "b_px": near(8), "angle_deg": 0}  # fmt: skip
    assert point == {"kind": "point", "x_px": near(350), "y_px": near(450)}
    assert polygon["corners"] == [[near(430), near(460)], [near(470), near(460)], [near(450), near(490)]]

    # A region chosen on the map has handles; pulled, it is another, and undo has the old one back.
    page.mouse.click(*on_screen(page, 400, 450))
    expect(page.locator(".region-choice[aria-pressed=true]")).to_contain_text("circle")
    drag(page, (450, 400), (460, 400))
    sent(page)
    assert kept()[0] == circle | {"radius_px": near(60)}
    cora.shoot(f"regions-{size['width']}", size)
    page.keyboard.press("z")
    sent(page)
    assert kept()[0] == circle
    page.keyboard.press("Shift+Z")
    sent(page)
    assert kept()[0]["radius_px"] == near(60)

    label = page.get_by_role("textbox", name="Label of this circle")
    label.fill("Bar, <b>south</b>")
    label.press("Enter")
    expect(page.locator(".region-label")).to_have_text("Bar, <b>south</b>")
    sent(page)
    axe_clean(page)

    page = cora.goto("/galaxies/story/")
    saved(page, 5)
    assert Region.objects.get(label="Bar, <b>south</b>").geometry["radius_px"] == near(60)
    go_to(page, "bar, <b>South</b>")
    expect(page.locator(".source-popup, .leaflet-popup")).to_contain_text("Bar, <b>south</b>")
    assert view(page)[:2] == (near(400), near(400))


def test_a_drag_ends_beside_the_map_and_an_answer_takes_no_handle_out_of_the_hand(people, team, galaxy):
    _, page = at_place(people, team, Role.CURATOR, "cora", "x 400 y 400")
    page.get_by_role("button", name="Draw a box").click()
    frame = page.locator("#map").bounding_box()
    (x, y), beside = on_screen(page, 400, 400), (frame["x"] + frame["width"] + 20, on_screen(page, 400, 380)[1])
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(*beside, steps=4)
    page.mouse.up()
    saved(page, 1)
    (box,) = kept()
    scale = 2 ** view(page)[2]
    assert (box["width_px"], box["height_px"]) == (near((beside[0] - x) / scale), near(20))
    page.keyboard.press("Delete")

    page.keyboard.press("d")
    drag(page, (400, 400), (440, 400))
    saved(page, 1)
    waiting = []
    page.route("**/api/v1/regions/**", lambda route: route.continue_() if waiting else waiting.append(route))
    drag(page, (440, 400), (450, 400))
    page.mouse.move(*on_screen(page, 450, 400))
    page.mouse.down()
    page.mouse.move(*on_screen(page, 455, 400), steps=3)
    with page.expect_response("**/api/v1/regions/**"):
        waiting[0].continue_()
    sent(page)
    page.mouse.move(*on_screen(page, 470, 400), steps=3)
    page.mouse.up()
    sent(page)
    assert kept()[0]["radius_px"] == near(70)


def test_the_handles_of_a_box_an_ellipse_and_a_polygon_reshape_them(people, team, galaxy):
    _, page = at_place(people, team, Role.CURATOR, "cora", "x 400 y 400")

    def pull(handle, to: tuple[float, float]) -> None:
        box = handle.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(*on_screen(page, *to), steps=5)
        page.mouse.up()
        sent(page)

    page.get_by_role("button", name="Draw a box").click()
    drag(page, (380, 390), (420, 410))
    saved(page, 1)
    drag(page, (420, 410), (430, 420))  # the corner across, (380, 390), stays
    sent(page)
    assert kept()[0] | {"angle_deg": 0} == {"kind": "box", "x_px": near(405), "y_px": near(405), "width_px": near(50), "height_px": near(30), "angle_deg": 0}  # fmt: skip
    pull(page.locator(".region-handle-turn"), (405, 480))
    assert kept()[0]["angle_deg"] == pytest.approx(90, abs=2)
    assert (kept()[0]["width_px"], kept()[0]["height_px"]) == (near(50), near(30))
    page.keyboard.press("Delete")

    page.get_by_role("button", name="Draw an ellipse").click()
    drag(page, (400, 400), (430, 412))
    saved(page, 1)
    drag(page, (400, 412), (400, 420))
    sent(page)
    drag(page, (430, 400), (400, 440))  # its longer half turns with the pointer
    sent(page)
    (ellipse,) = kept()
    assert (ellipse["a_px"], ellipse["b_px"]) == (near(40), near(20))
    assert ellipse["angle_deg"] == pytest.approx(90, abs=2)
    page.keyboard.press("Delete")

    page.get_by_role("button", name="Draw a polygon").click()
    for corner in ((380, 380), (420, 380), (400, 430), (380, 380)):
        page.mouse.click(*on_screen(page, *corner))
    saved(page, 1)
    drag(page, (400, 430), (410, 440))
    sent(page)
    drag(page, (400, 380), (400, 360))  # half-way between two corners begins another
    sent(page)
    corners = [[380, 380], [400, 360], [420, 380], [410, 440]]
    assert kept()[0]["corners"] == [[near(x), near(y)] for x, y in corners]
    before = np.array(kept()[0]["corners"])
    drag(page, tuple(before.mean(axis=0)), (450, 400))
    sent(page)
    moved = np.array(kept()[0]["corners"]) - before
    assert np.ptp(moved, axis=0) == pytest.approx([0, 0], abs=0.1)
    assert np.hypot(*moved[0]) > 10


@pytest.mark.parametrize("has_touch", [False, True], ids=["mouse", "finger"])
def test_a_double_click_takes_a_corner_out_and_a_click_on_a_handle_does_nothing(people, team, galaxy, has_touch):
    # One corner is on a source, whose page a click on the map would open.
    sources = galaxy.catalogs.get(kind="detected").sources.values_list("x_px", "y_px")
    x, y = min(sources, key=lambda place: abs(place[0] - 400) + abs(place[1] - 400))
    size = TABLET if has_touch else LAPTOP
    _, page = at_place(people, team, Role.CURATOR, "cora", f"x {x:.0f} y {y:.0f}", size, has_touch=has_touch)
    press = page.touchscreen.tap if has_touch else page.mouse.click
    corners = [(x, y), (x + 40, y), (x + 45, y + 40), (x, y + 50)]
    page.get_by_role("button", name="Draw a polygon").click()
    for corner in (*corners, corners[0]):
        page.mouse.click(*on_screen(page, *corner))
    saved(page, 1)
    before, (drawn,) = view(page), kept()
    chosen = page.locator(".region-choice[aria-pressed=true]")

    handles = page.locator(".region-handle")
    expect(handles).to_have_count(9)
    press(*on_screen(page, *corners[0]))
    expect(chosen).to_contain_text("4 corners")
    expect(handles).to_have_count(9)
    page.wait_for_timeout(600)  # more than a page waits for a second click
    assert "/galaxies/story/" in page.url
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    middle = np.mean(corners, axis=0)
    page.mouse.dblclick(*on_screen(page, *middle))
    expect(chosen).to_contain_text("4 corners")

    if has_touch:
        press(*on_screen(page, *corners[2]))
        press(*on_screen(page, *corners[2]))
    else:
        page.mouse.dblclick(*on_screen(page, *corners[2]))
    expect(chosen).to_contain_text("3 corners")
    expect(handles).to_have_count(7)
    sent(page)
    assert kept() == [drawn | {"corners": [drawn["corners"][i] for i in (0, 1, 3)]}]
    page.keyboard.press("z")
    expect(chosen).to_contain_text("4 corners")
    sent(page)
    assert kept() == [drawn]
    assert view(page) == before  # the map zooms by a double click on the image alone


def press_at(page: Page, place: tuple[float, float]) -> None:
    page.mouse.move(*place)
    page.mouse.down()


def middle_of(locator) -> tuple[float, float]:
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def two_circles(page: Page) -> None:
    """About (370, 400) and (430, 400), of 15 px; the second is chosen."""
    for x in (370, 430):
        page.get_by_role("button", name="Draw a circle").click()
        drag(page, (x, 400), (x + 15, 400))
    saved(page, 2)


def test_one_press_keeps_the_label_that_is_typed_and_chooses_another_region(people, team, galaxy):
    _, page = at_place(people, team, Role.CURATOR, "cora", "x 400 y 400")
    two_circles(page)
    first, second = listed(page).nth(0), listed(page).nth(1)
    label = page.get_by_role("textbox", name="Label of this circle")
    label.press_sequentially("east")
    page.mouse.click(*middle_of(first))
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(second).to_contain_text("east")
    expect(second).to_have_attribute("aria-pressed", "false")

    label.press_sequentially("west")
    page.mouse.click(*on_screen(page, 430, 415))
    expect(second).to_have_attribute("aria-pressed", "true")
    expect(first).to_contain_text("west")
    # A handle is pulled by the press that ends the typing.
    label.fill("far east")
    drag(page, (445, 400), (455, 400))
    expect(second).to_contain_text("far east")
    expect(page.locator(".region-label")).to_have_text(["west", "far east"])
    sent(page)
    assert list(Region.objects.order_by("pk").values_list("label", flat=True)) == ["west", "far east"]
    assert [circle["radius_px"] for circle in kept()] == [near(15), near(25)]


def test_an_answer_takes_nothing_from_under_a_press(people, team, galaxy):
    _, page = at_place(people, team, Role.CURATOR, "cora", "x 400 y 400")
    two_circles(page)
    first, second = listed(page).nth(0), listed(page).nth(1)
    held = []
    page.route("**/api/v1/regions/**", lambda route: held.append(route))

    def answered_while_pressed() -> None:
        wait_until(lambda: page.wait_for_timeout(20) or len(held) == 1, within_s=10)
        held.pop().continue_()
        sent(page)

    page.keyboard.press("ArrowUp")
    press_at(page, middle_of(first))
    answered_while_pressed()
    page.mouse.up()
    expect(first).to_have_attribute("aria-pressed", "true")

    page.keyboard.press("ArrowUp")
    press_at(page, on_screen(page, 430, 416))
    answered_while_pressed()
    page.mouse.up()
    expect(second).to_have_attribute("aria-pressed", "true")

    # The answer to a new one says that the team sees it.
    page.get_by_role("button", name="Draw a circle").click()
    drag(page, (400, 350), (420, 350))
    press_at(page, on_screen(page, 420, 350))
    answered_while_pressed()
    page.unroute("**/api/v1/regions/**")
    page.mouse.move(*on_screen(page, 430, 350), steps=4)
    page.mouse.up()
    saved(page, 3)
    assert [circle["radius_px"] for circle in kept()] == [near(15), near(15), near(30)]
    # Those that are shared look it, whichever was chosen meanwhile.
    page.keyboard.press("Escape")
    lines = page.locator("path[stroke='#7fd1ae']")
    expect(lines).to_have_count(3)
    expect(page.locator("path.region-hit")).to_have_count(3)
    expect(page.locator(".region-handle")).to_have_count(0)


def test_a_label_that_is_typed_is_not_lost_with_the_page(people, team, galaxy):
    _, page = at_place(people, team, Role.CURATOR, "cora", "x 400 y 400")
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    saved(page, 1)
    label = page.get_by_role("textbox", name="Label of this circle")
    label.press_sequentially("Northern arm")
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    expect(listed(page)).to_contain_text("Northern arm")
    sent(page)
    assert Region.objects.get().label == "Northern arm"
    expect(label).to_have_value("Northern arm")


def test_a_finger_draws_chooses_and_pulls_on_a_tablet(people, team, galaxy):
    _, page = at_place(people, team, Role.CURATOR, "cora", "x 400 y 400", TABLET, has_touch=True)
    page.get_by_role("button", name="Draw a circle").tap()
    swipe(page, (400, 400), (430, 440))
    saved(page, 1)
    (circle,) = kept()
    assert circle == {"kind": "circle", "x_px": near(400), "y_px": near(400), "radius_px": near(50)}
    # The map did not follow the finger, and follows it again afterwards.
    assert view(page)[:2] == (near(400), near(400))
    swipe(page, (450, 400), (470, 400))
    sent(page)
    assert kept()[0]["radius_px"] == near(70)
    page.get_by_role("button", name="Select by rectangle").tap()
    swipe(page, (350, 350), (450, 450))
    expect(page.locator("#selection")).to_be_visible()
    before, address = view(page), page.url
    swipe(page, (300, 300), (340, 300))
    expect(page).not_to_have_url(address)
    assert view(page)[0] < before[0] - 20


def test_the_keyboard_alone_draws_moves_sizes_and_removes(people, team, galaxy):
    _, page = at_place(people, team, Role.ANNOTATOR, "ada", "x 300 y 500")
    page.locator("#map").focus()
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    saved(page, 1)
    (drawn,) = kept()
    assert (drawn["kind"], drawn["x_px"], drawn["y_px"]) == ("circle", near(300), near(500))

    for key in ("ArrowRight", "Shift+ArrowUp", "]"):
        page.keyboard.press(key)
    sent(page)
    assert kept() == [
        drawn
        | {
            "x_px": near(drawn["x_px"] + 1, 0.02),
            "y_px": near(drawn["y_px"] + 10, 0.02),
            "radius_px": near(drawn["radius_px"] * 1.1, 0.02),
        }
    ]
    page.keyboard.press("Delete")
    saved(page, 0)
    assert kept() == []
    page.keyboard.press("z")
    saved(page, 1)
    assert len(kept()) == 1
    # Escape lets go of it, and the arrows move the map again.
    page.keyboard.press("Escape")
    before = kept()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => !location.hash.startsWith('#x=300')")
    assert kept() == before
    # Called off, nothing is drawn.
    page.keyboard.press("d")
    page.keyboard.press("Escape")
    expect(page.locator(".draw-hint")).to_have_count(0)
    saved(page, 1)


def test_who_sees_and_changes_which_regions(people, team, galaxy):
    for role, name in ((Role.CURATOR, "cora"), (Role.ANNOTATOR, "ada"), (Role.ANNOTATOR, "ben")):
        make_member(team, role, name)
    for name, at in (("cora", "x 300 y 300"), ("ada", "x 500 y 500")):
        author = people()
        author.log_in(name, PASSWORD)
        page = author.goto("/galaxies/story/")
        stand_at(page, at)
        page.keyboard.press("d")
        page.keyboard.press("Enter")
        expect(listed(page)).to_have_count(1 if name == "cora" else 2)
        sent(page)
    expect(page.get_by_text("seen by you alone")).to_be_visible()
    # The curator's has no handles and no Remove for an annotator.
    listed(page).filter(has_text="cora").click()
    expect(page.locator(".region-handle")).to_have_count(0)
    expect(page.get_by_role("button", name="Remove", exact=True)).to_have_count(0)
    page.keyboard.press("Delete")
    sent(page)
    assert len(kept()) == 2

    ben = people()
    ben.log_in("ben", PASSWORD)
    page = ben.goto("/galaxies/story/")
    saved(page, 1)
    expect(listed(page)).to_contain_text("cora")


def test_what_cannot_be_saved_waits_and_what_is_refused_is_taken_back(people, team, galaxy):
    cora, page = at_place(people, team, Role.CURATOR, "cora", "x 300 y 300")
    saved(page, 0)
    page.wait_for_load_state("networkidle")
    with cora.tolerating("Failed to load resource"):
        page.route("**/api/v1/regions/**", lambda route: route.abort())
        page.keyboard.press("d")
        page.keyboard.press("Enter")
        expect(page.locator("[data-region-note]")).to_contain_text("Not saved yet")
        assert kept() == []
        # A name that is being typed outlasts the answer.
        label = page.get_by_label("Label of this circle")
        label.press_sequentially("Northern ar")
        page.unroute("**/api/v1/regions/**")
        page.evaluate("document.querySelector('[data-act=retry]').click()")
        expect(page.locator("[data-region-note]")).to_be_hidden()
        expect(label).to_be_focused()
        label.press_sequentially("m")
        page.keyboard.press("Enter")
        expect(listed(page)).to_contain_text("Northern arm")
        sent(page)
    (region,) = Region.objects.all()
    assert region.label == "Northern arm"
    # Removed by its button, what has the focus takes it back.
    page.get_by_role("button", name="Remove", exact=True).press("Enter")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    saved(page, 1)
    listed(page).click()

    # Another curator changed it meanwhile.
    Region.objects.update(version=F("version") + 1, label="by another")
    with cora.tolerating("409"):
        page.keyboard.press("ArrowUp")
        expect(page.locator("[data-region-note]")).to_contain_text("Not kept")
        expect(listed(page)).to_contain_text("by another")
    cora.shoot("region-refused")


def test_ds9_files_go_out_and_come_in(people, team, galaxy, tmp_path):
    make_member(team, Role.CURATOR, "cora")
    cora = people()
    cora.log_in("cora", PASSWORD)
    page = cora.goto("/galaxies/story/")
    wcs = galaxy_wcs(galaxy)
    mine = ds9.Regions(
        [
            ds9.CirclePixelRegion(ds9.PixCoord(200, 300), 12, meta={"text": "first"}).to_sky(wcs),
            ds9.PolygonPixelRegion(ds9.PixCoord([10, 60, 40], [10, 20, 70])).to_sky(wcs),
        ]
    )
    mine.write(tmp_path / "mine.reg", format="ds9")
    page.get_by_text("Import DS9 regions").click()
    page.get_by_label("File (.reg)").set_input_files(tmp_path / "mine.reg")
    # Playwright finds nothing on a page that is being left.
    held, said = [], []
    page.expose_function("say", lambda text: said.append(text))
    page.evaluate(
        """new MutationObserver(([{ target }]) => say(target.textContent))
        .observe(document.querySelector("form[action$='/regions/import/']"), { childList: true, subtree: true })"""
    )
    page.route("**/regions/import/", lambda route: held.append(route))
    page.get_by_role("button", name="Import", exact=True).dblclick(no_wait_after=True)
    wait_until(
        lambda: page.wait_for_timeout(50) or any("On its way for 2 s: keep this page open." in text for text in said),
        within_s=10,
    )
    assert len(held) == 1
    held[0].continue_()
    saved(page, 2)
    page.unroute("**/regions/import/")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="ICRS").click()
    downloading.value.save_as(tmp_path / "back.reg")
    back = ds9.Regions.read(tmp_path / "back.reg", format="ds9")
    circle = next(region for region in back if isinstance(region, ds9.CircleSkyRegion)).to_pixel(wcs)
    assert (circle.center.x, circle.center.y, circle.radius) == pytest.approx((200, 300, 12), abs=0.01)
    assert circle.meta["text"] == "first"

    (tmp_path / "wrong.reg").write_text("what is this\n")
    page.get_by_text("Import DS9 regions").click()
    page.get_by_label("File (.reg)").set_input_files(tmp_path / "wrong.reg")
    with cora.tolerating("422"):
        page.get_by_role("button", name="Import", exact=True).click()
        expect(page.get_by_text("no region that can be kept")).to_be_visible()
    assert len(kept()) == 2


def near(px: float, within: float = 0.6):
    return pytest.approx(px, abs=within)
