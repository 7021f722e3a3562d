"""Two renditions on either side of a line in real Chromium with software GL."""

import numpy as np
import rasterio
from playwright.sync_api import expect

from tests.browser.accessibility import axe_clean
from tests.browser.gl.pages import kept_picture, let_go, picture_of, slide, whole
from tests.processes import wait_until


def test_two_renditions_are_compared_on_either_side_of_a_line(open_page, mosaic, tmp_path):
    person = open_page(rendition="grey-f275w")
    page = person.page
    whole(page)
    left = picture_of(page)
    page.locator("input[name=rendition][value=grey-f814w]").check()
    whole(page)
    right = picture_of(page)
    page.locator("input[name=rendition][value=grey-f275w]").check()
    page.locator("#compare > summary").click()
    page.get_by_label("With").select_option("grey-f814w")
    expect(page.locator("canvas.leaflet-tile-loaded")).to_have_count(18)
    line = page.get_by_role("slider", name="Line between")
    box = page.locator("#map").bounding_box()
    # Inside the image, away from the line, its handle and the furniture.
    rows = slice(int(box["y"]) + 80, int(box["y"]) + 280)
    for presses in (0, -30, 20):
        line.focus()
        for _ in range(abs(presses)):
            page.keyboard.press("ArrowLeft" if presses < 0 else "ArrowRight")
        middle = int(box["x"] + box["width"] * float(line.input_value()))
        both = picture_of(page)
        np.testing.assert_array_equal(both[rows, 200 : middle - 5], left[rows, 200 : middle - 5])
        np.testing.assert_array_equal(both[rows, middle + 5 : 740], right[rows, middle + 5 : 740])
    assert (left[rows, 200:740] != right[rows, 200:740]).mean() > 0.3
    shares: list[float] = []
    person.shoot("compare")
    axe_clean(page)
    # Stretched while it is the first one, it is so right of the line too.
    page.locator("#stretch > summary").click()
    page.keyboard.press("r")  # the keys go on where a part was opened
    expect(page.locator("input[name=rendition]:checked")).not_to_have_value("grey-f275w")
    for change in (lambda: slide(page, "White", 80, "ArrowLeft"), page.get_by_role("button", name="Reset").click):
        page.locator("input[name=rendition][value=grey-f814w]").check()
        change()
        page.locator("input[name=rendition][value=grey-f275w]").check()
        expect(page.locator("canvas.leaflet-tile-loaded")).to_have_count(18)
        expect(page.locator(".leaflet-layer")).to_have_count(2)  # the picture before is gone
        page.wait_for_timeout(300)
        shares.append((picture_of(page)[rows, middle + 5 : 740] != right[rows, middle + 5 : 740]).mean())
    assert shares[0] > 0.3
    assert shares[1] == 0
    # Half of each where it is half transparent.
    page.get_by_role("slider", name="Opacity").fill("0.5")
    mixed = picture_of(page)[rows, middle + 5 : 740]
    assert np.abs(mixed - (left + right)[rows, middle + 5 : 740] / 2).max() <= 2
    # The picture to keep has both, too.
    with page.expect_download() as downloading:
        page.keyboard.press("p")
    downloading.value.save_as(tmp_path / "kept.png")
    with rasterio.open(tmp_path / "kept.png") as kept:
        top, first = int(box["y"]), int(box["x"])
        pixels = kept.read([1, 2, 3]).transpose(1, 2, 0).astype(float)
    placed = pixels[rows.start - top : rows.stop - top, middle + 5 - first : 740 - first]
    assert np.abs(placed - mixed).max() <= 2
    # And the bar of the first one's levels, black to white.
    right = box["width"] * float(line.input_value())
    length = min(240, right - 2 * 14 - 170)
    bar = pixels[int(box["height"]) - 14 - 5, int(np.ceil(right - 14 - length)) : int(right - 14)]
    assert bar[2].max() <= 4
    assert bar[-2].min() >= 251
    assert (np.diff(bar[1:-1, 0]) >= 0).all()
    # It stays where it is on the screen when the map is moved, and goes when nothing is chosen.
    page.mouse.move(400, 400)
    page.mouse.down()
    page.mouse.move(440, 420, steps=4)
    page.mouse.up()
    assert int(box["x"] + box["width"] * float(line.input_value())) == middle
    page.get_by_label("With").select_option("nothing")
    expect(line).to_be_hidden()
    expect(page.locator("canvas.leaflet-tile-loaded")).to_have_count(9)


def test_a_picture_to_keep_waits_for_the_rendition_that_is_compared(open_page, mosaic, tmp_path):
    page = open_page(rendition="grey-f275w").page
    whole(page)
    held = []
    page.route(f"**/data/{mosaic.bands.get(name='F814W').position}/**", lambda route: held.append(route))
    page.locator("#compare > summary").click()
    page.get_by_label("With").select_option("grey-f814w")
    wait_until(lambda: page.wait_for_timeout(20) or len(held) == 9, within_s=10)

    early = kept_picture(page, tmp_path / "early.png", lambda: let_go(held))
    expect(page.locator("canvas.leaflet-tile-loaded")).to_have_count(18)
    np.testing.assert_array_equal(early, kept_picture(page, tmp_path / "late.png"))
