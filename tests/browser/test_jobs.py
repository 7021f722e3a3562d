"""A detection asked for in the browser, watched on two pages, and the administration, without a reload or a complaint."""

import re
import threading
import time

from django.db import connection
from playwright.sync_api import expect

from catalogs.models import Catalog
from galaxycat.accounts.models import Role
from galaxycat.jobs.models import Job
from galaxycat.jobs.running import run_job
from tests.browser.conftest import LAPTOP, TABLET
from tests.factories import PASSWORD


def in_a_worker(job: Job) -> threading.Thread:
    """The job, run in a thread as a worker would."""

    def work() -> None:
        try:
            run_job(job.pk)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_curator_detects_sources_and_watches_the_job(world, people):
    curator, watcher = people(), people()
    page = curator.log_in(world.people[Role.CURATOR.value].username, PASSWORD)
    other = watcher.log_in(world.people[Role.PI.value].username, PASSWORD)
    other.goto(watcher.server + "/jobs/")
    expect(other.locator("#live")).to_have_attribute("data-state", "live")
    expect(other.locator("tbody tr")).to_have_count(1)

    curator.tolerated = "422"
    curator.goto("/galaxies/ngc-0001/detect/")
    curator.shoot("detect")
    curator.shoot("detect-tablet", TABLET)
    page.set_viewport_size(LAPTOP)
    page.get_by_label("Threshold").fill("0")
    page.get_by_role("button", name="Detect sources").click()
    expect(page.locator(".errorlist")).to_have_text("must be above 0")
    curator.shoot("detect-errors")
    page.get_by_label("Threshold").fill("6")
    page.get_by_role("button", name="Detect sources").click()
    expect(page.locator(".panel-note").last).to_contain_text("Waits for a worker")
    curator.shoot("galaxy-detecting")
    # The other page hears of it without being loaded again.
    expect(other.locator("tbody tr")).to_have_count(2)

    page.get_by_text("Marks on the image").first.click()
    job = Job.objects.order_by("-pk").first()
    worker = in_a_worker(job)
    expect(page.locator("#catalog-list")).to_contain_text("sep-f555w-2")
    expect(page.locator("#catalog-list details[open]")).to_have_count(1)  # what was opened stays open
    worker.join()
    expect(other.locator("tbody tr").first).to_contain_text("done")
    watcher.shoot("jobs")
    watcher.shoot("jobs-tablet", TABLET)
    other.locator("tbody tr").first.get_by_role("link", name="Detect sources").click()
    expect(other.get_by_role("heading", name="Log")).to_be_visible()
    watcher.shoot("job")
    assert Catalog.objects.filter(name="sep-f555w-2").exists()


def test_a_running_jobs_progress_moves_and_it_can_be_cancelled(world, people, monkeypatch):
    from galaxycat.jobs import registry, running

    begun, go_on = threading.Event(), threading.Event()

    def slow(run, **arguments):
        for number in range(1000):
            run.step(number / 1000, f"source {number}")
            begun.set()
            time.sleep(0.05)
            if number == 60:
                # Still for the picture.
                go_on.wait(30)
        return {}

    kinds = {"detect": registry.JobKind("Detect sources", slow)}
    monkeypatch.setattr(running, "JOB_KINDS", kinds)
    curator = people()
    page = curator.log_in(world.people[Role.CURATOR.value].username, PASSWORD)
    curator.goto("/jobs/")
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    worker = in_a_worker(world.job)
    assert begun.wait(10)
    expect(page.locator("tbody progress")).to_have_attribute("value", re.compile(r"[1-9]"))
    expect(page.locator("tbody .job-stage")).to_contain_text("source")
    expect(page.locator("[data-elapsed-s]")).not_to_have_text("0 s")
    curator.shoot("jobs-running")
    go_on.set()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("tbody tr")).to_contain_text("cancelled")
    worker.join(10)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("tbody tr")).to_contain_text("waiting")


def test_the_administration_works_under_the_strict_policy(world, people):
    curator = people()
    page = curator.log_in(world.people[Role.CURATOR.value].username, PASSWORD)
    curator.goto("/admin/")
    curator.shoot("admin")
    for address in (
        "catalogs/galaxy",
        "catalogs/catalog",
        "catalogs/source",
        "labeling/round",
        "jobs/job",
        "accounts/membership",
    ):
        curator.goto(f"/admin/{address}/")
        expect(page.locator("#result_list tbody tr").first).to_be_visible()
        curator.shoot("admin-" + address.replace("/", "-"))
    curator.goto(f"/admin/catalogs/galaxy/{world.galaxy.pk}/change/")
    curator.shoot("admin-galaxy-page")
    curator.shoot("admin-galaxy-page-tablet", TABLET)
    # The choice is fetched as one types, from what the team has.
    curator.goto("/admin/labeling/campaign/add/")
    page.locator(".field-galaxy .select2-selection").click()
    page.locator(".select2-search__field").fill("NGC")
    page.locator(".select2-results__option", has_text="NGC 1").click()
    expect(page.locator(".field-galaxy .select2-selection__rendered")).to_contain_text("NGC 1")
    curator.shoot("admin-campaign")
    curator.goto("/admin/catalogs/catalog/")
    page.locator("#result_list .action-select").first.check()
    page.locator("select[name=action]").select_option("withdraw")
    page.get_by_role("button", name="Go").click()
    expect(page.locator("#content")).to_contain_text("Nothing is deleted")
    curator.shoot("admin-withdraw")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.locator(".messagelist")).to_contain_text("close that first")
