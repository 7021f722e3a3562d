"""A galaxy brought in through the browser: files chosen, uploaded, ingested by a worker, seen."""

from playwright.sync_api import expect

from catalogs.models import Galaxy
from galaxycat.accounts.models import Role
from galaxycat.jobs.models import Job
from tests.browser.accessibility import axe_clean
from tests.browser.conftest import LAPTOP, TABLET
from tests.browser.test_jobs import in_a_worker
from tests.factories import PASSWORD
from tests.world import write_band


def test_a_curator_brings_a_galaxy_in(world, people, tmp_path):
    curator = people()
    page = curator.log_in(world.people[Role.CURATOR.value].username, PASSWORD)
    page.get_by_role("link", name="Bring in a galaxy…").click()
    expect(page.get_by_role("heading", name="Bring a galaxy in")).to_be_visible()
    axe_clean(page)
    curator.shoot("ingest", LAPTOP)

    curator.tolerated = "422"
    page.get_by_label("Short name").fill("NGC 99")
    page.get_by_role("button", name="Upload and ingest").click()
    expect(page.locator(".errorlist").first).to_contain_text("Small letters, digits and dashes")
    axe_clean(page)
    curator.shoot("ingest-errors", TABLET)

    page.set_viewport_size(LAPTOP)
    page.get_by_label("Short name").fill("ngc-99")
    page.get_by_label("Name", exact=True).fill("NGC 99")
    for row, (name, seed) in enumerate((("V", 1), ("I", 2)), start=1):
        page.get_by_label(f"Band of row {row}", exact=True).fill(name)
        page.get_by_label(f"File of row {row}", exact=True).set_input_files(write_band(tmp_path / f"{name}.fits", seed))
    page.get_by_role("button", name="Upload and ingest").click()
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    expect(page.locator("main")).to_contain_text("Waits for a worker")

    worker = in_a_worker(Job.objects.latest("pk"))
    page.get_by_role("link", name="See the result").click(timeout=60_000)
    worker.join()
    expect(page.get_by_role("heading", name="NGC 99")).to_be_visible()
    assert Galaxy.objects.get(slug="ngc-99").team == world.team
