"""A galaxy brought in through the browser: files chosen, uploaded, ingested by a worker, seen."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from catalogs.ingestjob import INGEST
from catalogs.models import Galaxy
from galaxycat.accounts.models import Role
from galaxycat.jobs.models import Job
from tests.browser.accessibility import axe_clean
from tests.browser.conftest import LAPTOP, SCREENSHOTS, TABLET, Person
from tests.browser.test_jobs import in_a_worker
from tests.factories import PASSWORD, make_galaxy, make_team
from tests.world import write_band

SLOW, FULL_SPEED = 25_000, -1  # bytes a second


@pytest.fixture
def curator(world, people) -> Person:
    person = people()
    person.log_in(world.people[Role.CURATOR.value].username, PASSWORD)
    return person


@pytest.fixture
def bands(tmp_path) -> list[Path]:
    return [write_band(tmp_path / f"{name}.fits", seed) for seed, name in enumerate("VI")]


@pytest.fixture
def slow_network(curator):
    """`slow_network(n)`: from now on the browser sends n bytes a second, FULL_SPEED as many as it can."""
    devtools = curator.context.new_cdp_session(curator.page)
    devtools.send("Network.enable")

    def slow(bytes_a_second: int) -> None:
        conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_a_second}
        devtools.send("Network.emulateNetworkConditions", conditions)

    return slow


def filled(curator: Person, bands: list[Path], slug: str = "ngc-99") -> Page:
    """The form with everything in it."""
    page = curator.goto("/ingest/")
    page.get_by_label("Short name").fill(slug)
    for row, path in enumerate(bands, start=1):
        page.get_by_label(f"Band of row {row}", exact=True).fill(path.stem)
        page.get_by_label(f"File of row {row}", exact=True).set_input_files(path)
    return page


def steps_of(page: Page) -> list[str]:
    """The steps of uploads, as they are sent from now on."""
    steps: list[str] = []
    page.on(
        "request", lambda asked: steps.append(asked.headers.get("x-upload", "")) if asked.method == "POST" else None
    )
    return steps


def shoot_under_way(page: Page, name: str, size: dict[str, int]) -> None:
    """As `Person.shoot`, which waits until nothing is sent."""
    page.set_viewport_size(size)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def press_send(page: Page) -> None:
    page.get_by_role("button", name="Upload and ingest").click()


def assert_as_it_was(page: Page) -> None:
    expect(page.get_by_role("button", name="Upload and ingest")).to_be_enabled()
    expect(page.locator("#upload")).to_be_hidden()
    expect(page.get_by_label("Short name")).to_be_editable()
    assert page.get_by_label("File of row 2").evaluate("input => input.files[0].name") == "I.fits"
    assert not Job.objects.filter(kind=INGEST).exists()


def test_a_curator_brings_a_galaxy_in(world, curator, bands):
    page = curator.page
    page.get_by_role("link", name="Bring in a galaxy…").click()
    expect(page.get_by_role("heading", name="Bring a galaxy in")).to_be_visible()
    axe_clean(page)
    curator.shoot("ingest", LAPTOP)

    curator.tolerated = "422"
    page.get_by_label("Short name").fill("NGC 99")
    press_send(page)
    expect(page.locator(".errorlist").first).to_contain_text("Small letters, digits and dashes")
    axe_clean(page)
    curator.shoot("ingest-errors", TABLET)

    page.set_viewport_size(LAPTOP)
    page = filled(curator, bands)
    page.get_by_label("Name", exact=True).fill("NGC 99")
    press_send(page)
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    expect(page.locator("main")).to_contain_text("Waits for a worker")

    worker = in_a_worker(Job.objects.latest("pk"))
    page.get_by_role("link", name="See the result").click(timeout=60_000)
    worker.join()
    expect(page.get_by_role("heading", name="NGC 99")).to_be_visible()
    assert Galaxy.objects.get(slug="ngc-99").team == world.team


def test_what_is_too_large_is_refused_before_anything_is_sent(curator, bands, tmp_path, settings):
    settings.INGEST_MAX_FILE_BYTES, settings.INGEST_MAX_BYTES = 400_000, 700_000
    large = tmp_path / "ngc99_drz.fits"
    large.write_bytes(bytes(500_000))
    page = filled(curator, bands[:1])
    steps, notice, second = steps_of(page), page.locator("#upload-notice"), page.get_by_label("File of row 2")
    expect(page.locator("#file-limits")).to_contain_text(
        re.compile(r"A file may have 390\.6\sKB, all together 683\.6\sKB")
    )
    page.get_by_label("Band of row 2").fill("I")
    second.set_input_files(large)
    expect(notice).to_have_text(
        re.compile(r"^ngc99_drz\.fits has 488\.3\sKB; a file may have 390\.6\sKB here\. Extract")
    )
    expect(second).to_have_attribute("aria-invalid", "true")
    press_send(page)
    axe_clean(page)
    curator.shoot("ingest-too-large", LAPTOP)
    curator.shoot("ingest-too-large-tablet", TABLET)

    second.set_input_files(bands[1])
    expect(second).to_have_attribute("aria-invalid", "false")
    expect(notice).to_contain_text("The 2 files have 7")
    press_send(page)
    expect(notice).to_contain_text("Compress them")
    second.set_input_files([])
    expect(notice).to_be_hidden()
    page.wait_for_timeout(300)
    assert (steps, page.url) == ([], curator.server + "/ingest/")


def test_an_upload_shows_how_far_it_is_and_ends_on_the_jobs_page(curator, bands, slow_network):
    page = filled(curator, bands)
    steps = steps_of(page)
    slow_network(SLOW)
    press_send(page)
    expect(page.locator("#upload-label")).to_have_text(re.compile(r"^\d+\.\d of 7\d\d\.\d\sKB, [1-9]\d?\s%$"))
    expect(page.get_by_role("progressbar")).to_have_attribute("value", re.compile(r"^[1-9]\d?$"))
    expect(page.locator("#upload-said")).to_contain_text(" KB, ")
    expect(page.get_by_role("button", name="Upload and ingest")).to_be_disabled()
    expect(page.locator("#upload")).to_be_focused()
    axe_clean(page)
    for name, size in (("ingest-uploading", LAPTOP), ("ingest-uploading-tablet", TABLET)):
        shoot_under_way(page, name, size)
    expect(page.locator("#upload-label")).to_contain_text("%")
    slow_network(FULL_SPEED)
    expect(page.locator("main")).to_contain_text("Waits for a worker")
    expect(page.locator(".messages")).to_contain_text("The files are here")
    assert steps == ["check", "send"]
    assert page.url.endswith(f"/jobs/{Job.objects.get(kind=INGEST).uuid}/")


def test_a_cancelled_upload_leaves_the_form_to_be_sent_again(curator, bands, slow_network):
    page = filled(curator, bands)
    slow_network(SLOW)
    press_send(page)
    expect(page.locator("#upload-label")).to_contain_text("%")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#upload-notice")).to_contain_text("cancelled")
    expect(page.get_by_role("button", name="Upload and ingest")).to_be_focused()
    assert_as_it_was(page)
    slow_network(FULL_SPEED)
    press_send(page)
    expect(page.locator("main")).to_contain_text("Waits for a worker")


def test_a_lost_connection_leaves_the_form_to_be_sent_again(curator, bands):
    page = filled(curator, bands)
    page.route(
        "**/ingest/",
        lambda route: route.abort() if route.request.headers.get("x-upload") == "send" else route.continue_(),
    )
    with curator.tolerating("net::ERR"):
        press_send(page)
        expect(page.locator("#upload-notice")).to_contain_text("the connection was lost")
    assert_as_it_was(page)
    page.unroute("**/ingest/")
    press_send(page)
    expect(page.locator("main")).to_contain_text("Waits for a worker")


def test_who_is_logged_out_is_told_before_the_files_are_sent(curator, bands):
    page = filled(curator, bands)
    steps = steps_of(page)
    curator.context.clear_cookies(name="sessionid")
    press_send(page)
    expect(page.locator("#upload-notice")).to_contain_text("You are logged out")
    assert_as_it_was(page)
    assert steps == ["check"]


def test_a_taken_name_is_said_before_the_files_are_sent(curator, bands):
    make_galaxy(make_team("Somebody else"), slug="taken")
    page = filled(curator, bands, slug="taken")
    steps = steps_of(page)
    with curator.tolerating("422"):
        press_send(page)
        expect(page.locator(".errorlist")).to_have_text("This short name is taken; choose another.")
    expect(page.locator("header [role=alert]")).to_have_text("Nothing was started: mend what is marked below.")
    expect(page.get_by_label("Short name")).to_be_focused()
    assert_as_it_was(page)
    assert steps == ["check"]
    page.get_by_label("Short name").fill("ngc-99")
    press_send(page)
    expect(page.locator("main")).to_contain_text("Waits for a worker")
    assert [each["name"] for each in Job.objects.get(kind=INGEST).arguments["bands"]] == ["V", "I"]
