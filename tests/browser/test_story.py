"""The whole path in real Chromium: a PI draws a region and opens a round, three annotators vote by keyboard, agreement forms."""

import re
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from django.conf import settings
from playwright.sync_api import Page, expect

from catalogs.models import Galaxy
from galaxycat.accounts.models import Role
from labeling.models import Assignment, Round, Vote
from labeling.rounds import close_round, open_round
from labeling.schemes import legus_scheme
from labeling.simulated import vote_in_simulation
from tests.browser.accessibility import axe_clean
from tests.browser.annotating import answer, press, ready
from tests.browser.conftest import LAPTOP, TABLET
from tests.browser.counting import GROUPS, human_to_mode, percent
from tests.browser.mapping import draw_rectangle
from tests.factories import PASSWORD, make_member, make_user


def test_a_pi_opens_a_round_three_annotators_vote_and_agreement_forms(people, team, galaxy):
    make_member(team, Role.PI, "pi")
    names = ("ada", "ben", "cleo")
    for name in names:
        make_member(team, Role.ANNOTATOR, name)

    pi = people()
    page = pi.log_in("pi", PASSWORD)
    pi.shoot("home")
    pi.goto("/galaxies/story/")
    expect(page.locator("input[data-places]")).to_have_count(2)
    pi.shoot("galaxy")
    pi.shoot("galaxy-tablet", TABLET)

    page.set_viewport_size(LAPTOP)
    round_ = open_round_on_the_map(pi, galaxy)
    assert round_.regions["features"]
    assert round_.draw.count() == 6

    # The sources sampled for the round, as large white rings beside the yellow and the blue ones.
    page = pi.goto("/galaxies/story/")
    with page.expect_response(f"**/api/v1/rounds/{round_.uuid}/places/*") as answered:
        page.get_by_role("checkbox", name="Show the sources sampled for").check()
    assert len(answered.value.json()["number"]) == 6
    # Blindness: the class published with the catalogue does not come along.
    assert set(answered.value.json()["label"]) == {""}
    pi.shoot("sampled")

    # Each annotator answers each source by a plan that makes majorities, ties and unanimous sources.
    plan = dict(
        zip(
            drawn_numbers(round_),
            (["1", "1", "2"], ["3", "3", "3"], ["1", "3", "4"], ["4", "4", "1"], ["2", "2", "2"], ["1", "4", "4"]),
            strict=True,
        )
    )
    for turn, name in enumerate(names):
        voter = people()
        page = voter.log_in(name, PASSWORD)
        voter.goto(f"/rounds/{round_.uuid}/label/")
        if turn == 0:
            ready(page)
            voter.shoot("labelling")
            voter.shoot("labelling-tablet", TABLET)
            page.set_viewport_size(LAPTOP)
        for _ in plan:
            answer(page, plan[ready(page)][turn])
        expect(page.locator("#outbox-words")).to_contain_text("saved")
        expect(page.locator("#standing")).to_contain_text("6")
        # What a blind voter may see of the round: nothing of the votes.
        voter.goto(f"/rounds/{round_.uuid}/")
        expect(page.get_by_role("heading", name="Votes and agreement are hidden")).to_be_visible()

    assert Vote.objects.of_round(round_).counted().count() == 18
    four_class, four_left_out, ties = human_to_mode(plan)
    binary, binary_left_out, _ = human_to_mode({k: [GROUPS[v] for v in votes] for k, votes in plan.items()})
    page = pi.goto(f"/rounds/{round_.uuid}/")
    page.get_by_role("button", name="Watch, and do not vote").click()
    all_labels, grouped = page.locator("section.agreement").nth(1), page.locator("section.agreement").nth(0)
    expect(all_labels.locator(".agreement-figure strong")).to_have_text(percent(four_class))
    expect(grouped.locator(".agreement-figure strong")).to_have_text(percent(binary))
    assert (four_class, ties) == (pytest.approx(13 / 18), 1)
    expect(all_labels.locator("dl")).to_contain_text(percent(four_left_out))
    expect(grouped.locator("dl")).to_contain_text(percent(binary_left_out))
    expect(all_labels.locator("dl")).to_contain_text("18 votes on 6 sources")
    expect(all_labels.locator("dl")).to_contain_text("1 of 6 sources")
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    pi.shoot("round")
    axe_clean(page)


def open_round_on_the_map(pi, galaxy: Galaxy) -> Round:
    """Draw a rectangle over the middle of the galaxy and open a round of six of the sources in it."""
    page = pi.goto("/galaxies/story/rounds/new/")
    expect(page.locator("#inside")).to_contain_text("no region is drawn")
    x, y = draw_rectangle(page, 90)
    expect(page.locator("#inside")).to_contain_text(re.compile(r"^\d[\d,]* sources"))
    shown = int(re.match(r"[\d,]+", page.locator("#inside").inner_text())[0].replace(",", ""))
    # A polygon that is not finished is not dropped in silence.
    page.locator(".leaflet-draw-draw-polygon").click()
    page.mouse.click(x - 150, y + 150)
    page.locator("#id_n_sources").fill("6")
    page.get_by_role("button", name="Open the round").click()
    expect(page.locator("#inside")).to_contain_text("still being drawn")
    page.locator(".leaflet-draw-actions a", has_text="Cancel").first.click()
    expect(page.locator("#inside")).to_contain_text(f"{shown} sources")
    pi.shoot("new-round")
    page.get_by_role("button", name="Open the round").click()
    page.wait_for_url(re.compile(r"/rounds/[0-9a-f-]{36}/$"))
    round_ = Round.objects.get(campaign__galaxy=galaxy)
    assert round_.parameters["n_candidates"] == shown
    return round_


def drawn_numbers(round_: Round) -> list[str]:
    return [str(number) for number in round_.draw.values_list("source__number", flat=True)]


@pytest.fixture
def round_(galaxy) -> Round:
    catalog = galaxy.catalogs.get(kind="detected")
    return open_round(catalog=catalog, scheme=legus_scheme(), campaign_name="Keys", n_sources=8, opened_by=None, seed=2)


def votes_of(name: str) -> list[tuple]:
    rows = Vote.objects.filter(assignment__annotator__username=name).order_by("pk")
    return list(rows.values_list("outcome", "label__value", "is_unsure"))


def test_every_key_of_the_labelling_page(people, team, round_):
    make_member(team, Role.ANNOTATOR, "dora")
    voter = people()
    page = voter.log_in("dora", PASSWORD)
    voter.goto(f"/rounds/{round_.uuid}/label/")
    first = answer(page, "1")
    answer(page, "Shift+2")
    answer(page, "u")
    last = answer(page, "s")
    answer(page, "z")
    assert ready(page) == last
    page.wait_for_timeout(200)
    page.get_by_role("button", name=re.compile("Association")).click()
    expect(page.locator("#source-number")).not_to_have_text(f"Source {last}")
    expect(page.locator("#outbox-words")).to_contain_text("saved")
    assert votes_of("dora") == [
        ("labeled", "1", False),
        ("labeled", "2", True),
        ("unsure", None, True),
        ("skipped", None, False),
        ("withdrawn", None, False),
        ("labeled", "3", False),
    ]
    shown = Vote.objects.get(assignment__draw__source__number=first).shown
    assert shown["rendition"] == round_.galaxy.latest_mosaic.renditions.first().slug
    # The round is blind: there is nothing of an earlier one to have seen.
    assert "previous_consensus" not in shown


def test_the_next_source_is_loaded_before_it_is_asked_for(people, team, round_):
    make_member(team, Role.ANNOTATOR, "kim")
    voter = people()
    page = voter.log_in("kim", PASSWORD)
    voter.goto(f"/rounds/{round_.uuid}/label/")
    ready(page)
    page.wait_for_load_state("networkidle")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/tiles/" in request.url else None)
    answer(page, "1")
    expect(page.locator("img.leaflet-tile-loaded").first).to_be_visible()
    shown = {tile.get_attribute("src") for tile in page.locator("img.leaflet-tile-loaded").all()}
    cached = page.evaluate(
        """() => performance.getEntriesByType("resource").filter((each) => each.name.includes("/tiles/") && each.transferSize === 0)
             .map((each) => new URL(each.name).pathname)"""
    )
    # What is drawn now was fetched while the source before it was looked at.
    late = {url.removeprefix(voter.server) for url in asked} - set(cached)
    assert shown
    assert shown.isdisjoint(late)


def test_an_informed_round_shows_the_consensus_and_fits_a_laptop(people, team, round_):
    make_member(team, Role.ANNOTATOR, "lea")
    voters = [make_user(f"robot-{n}", is_simulated=True) for n in range(2)]
    vote_in_simulation(round_=round_, voters=voters, truth={}, rng=np.random.default_rng(3))
    close_round(round_=round_)
    informed = open_round(
        catalog=round_.catalog, scheme=legus_scheme(), campaign_name="Keys", n_sources=8, opened_by=None,
        mode=Round.Mode.INFORMED, among_previous=True,
    )  # fmt: skip
    voter = people()
    page = voter.log_in("lea", PASSWORD)
    voter.goto(f"/rounds/{informed.uuid}/label/")
    ready(page)
    expect(page.locator("#previous")).to_contain_text("Previous round")
    expect(page.locator('#answering [data-action="undo"]')).to_be_in_viewport(ratio=1)
    voter.shoot("informed")


def test_votes_cast_without_a_network_wait_survive_a_reload_and_are_sent_once(people, team, round_):
    make_member(team, Role.ANNOTATOR, "emil")
    voter = people()
    voter.tolerated = "ERR_FAILED"
    page = voter.log_in("emil", PASSWORD)
    voter.goto(f"/rounds/{round_.uuid}/label/")
    ready(page)
    # The server goes away for votes only, so that the page itself can still be loaded again.
    page.route("**/api/v1/votes/", lambda route: route.abort())
    voted = [answer(page, "1"), answer(page, "2")]
    expect(page.locator("#outbox-words")).to_contain_text("2 votes wait to be sent")
    assert not Vote.objects.exists()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    assert ready(page) not in voted
    page.unroute("**/api/v1/votes/")
    expect(page.locator("#outbox-words")).to_contain_text("saved", timeout=20_000)
    assert votes_of("emil") == [("labeled", "1", False), ("labeled", "2", False)]


def test_a_vote_in_a_round_closed_meanwhile_is_kept_and_explained(people, team, round_):
    make_member(team, Role.ANNOTATOR, "fred")
    voter = people()
    voter.tolerated = "409 (Conflict)"
    page = voter.log_in("fred", PASSWORD)
    voter.goto(f"/rounds/{round_.uuid}/label/")
    ready(page)
    Round.objects.update(closed_at=round_.opened_at)
    press(page, "1")
    expect(page.locator("#refused")).to_contain_text("takes no more votes")
    assert not Vote.objects.exists()


def test_the_last_slot_is_held_by_one_of_two_browsers(people, team, galaxy):
    for name in ("gil", "hana"):
        make_member(team, Role.ANNOTATOR, name)
    catalog = galaxy.catalogs.get(kind="detected")
    single = open_round(
        catalog=catalog, scheme=legus_scheme(), campaign_name="One", n_sources=1, overlap=1, opened_by=None, seed=2
    )
    first, second = people(), people()
    first.log_in("gil", PASSWORD)
    second.log_in("hana", PASSWORD)
    ready(first.goto(f"/rounds/{single.uuid}/label/"))
    second.goto(f"/rounds/{single.uuid}/label/")
    expect(second.page.locator("#standing")).to_be_visible()
    expect(second.page.locator("#answering")).to_be_hidden()
    assert Assignment.objects.filter(round=single).count() == 1


def test_the_sky_under_the_cursor_is_right_to_a_twentieth_of_a_pixel(people, team, galaxy, files):
    make_member(team, Role.VIEWER, "vera")
    viewer = people()
    viewer.log_in("vera", PASSWORD)
    page = viewer.goto("/galaxies/story/")
    page.wait_for_load_state("networkidle")
    header = fits.getheader(files.bands["f555w"])
    wcs = WCS(header)
    worst = 0.0
    rng = np.random.default_rng(0)
    for _ in range(3):
        for x, y in rng.uniform((300, 240), (640, 580), (5, 2)).round():
            page.mouse.move(x, y)
            expect(page.locator('[data-readout="where"]')).to_have_text("Cursor")
            ra, dec = map(float, page.locator('[data-readout="degrees"]').inner_text().rstrip("°").split(","))
            col, row = raster_place(page, x, y, galaxy.latest_mosaic.max_zoom)
            found = wcs.all_world2pix(ra, dec, 0)
            worst = max(worst, abs(found[0] - (col - 0.5)), abs(found[1] - (header["NAXIS2"] - row - 0.5)))
        page.keyboard.press("+")
        page.wait_for_timeout(700)
    assert worst < 0.05
    print(f"worst offset of the read-out: {worst:.4f} px")


def raster_place(page: Page, x: float, y: float, max_zoom: int) -> tuple[float, float]:
    """Where on the image the screen's point is, told by the tile drawn under it: (col, row), corners on integers."""
    for tile in page.locator("img.leaflet-tile-loaded").all():
        box = tile.bounding_box()
        if box and box["x"] <= x < box["x"] + box["width"] and box["y"] <= y < box["y"] + box["height"]:
            z, tile_x, tile_y = map(int, re.search(r"/(\d+)/(\d+)/(\d+)/$", tile.get_attribute("src")).groups())
            scale = 2 ** (max_zoom - z)
            return (
                (tile_x + (x - box["x"]) / box["width"]) * 256 * scale,
                (tile_y + (y - box["y"]) / box["height"]) * 256 * scale,
            )
    raise AssertionError(f"no tile under {x}, {y}")


@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["laptop", "tablet"])
def test_pages_have_no_accessibility_violation(people, team, galaxy, round_, size):
    make_member(team, Role.PI, "ida")
    visitor = people(size)
    page = visitor.log_in("ida", PASSWORD)
    for path in (
        "/",
        "/galaxies/story/",
        "/galaxies/story/rounds/new/",
        f"/rounds/{round_.uuid}/",
        f"/teams/{team.slug}/",
    ):
        visitor.goto(path)
        page.wait_for_load_state("networkidle")
        axe_clean(page)
        assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"), path


def test_a_galaxy_is_private_in_the_browser_too(people, galaxy):
    make_user("stranger")
    visitor = people()
    visitor.tolerated = "404 (Not Found)"
    visitor.log_in("stranger", PASSWORD)
    visitor.goto("/galaxies/story/")
    expect(visitor.page.locator("main")).to_contain_text(re.compile("not|no", re.I))
    assert "tests" in Path(settings.GALAXYCAT_HOME).parts[-2:]  # of two processes, each has a room below
