"""A release made, published and downloaded in the browser; what a stranger without log-in opens is what was made."""

import hashlib

from astropy.table import Table
from playwright.sync_api import expect

from catalogs.models import Release
from galaxycat.accounts.models import Role
from galaxycat.jobs.models import Job
from labeling.assignments import claim
from labeling.rounds import close_round
from labeling.voting import cast_vote
from tests.browser.conftest import TABLET
from tests.browser.test_jobs import in_a_worker
from tests.factories import PASSWORD


def vote_and_close(world) -> None:
    for assignment in claim(round_=world.round, annotator=world.people["annotator"], count=10):
        cast_vote(
            assignment=assignment, annotator=world.people["annotator"], client_id=assignment.uuid,
            outcome="labeled", label=str(1 + assignment.draw.source.number % 4),
        )  # fmt: skip
    close_round(round_=world.round)


def test_a_curator_publishes_a_release_and_a_stranger_opens_it(world, people, tmp_path):
    vote_and_close(world)
    curator, stranger = people(), people()
    page = curator.log_in(world.people[Role.CURATOR.value].username, PASSWORD)
    curator.goto("/galaxies/ngc-0001/")
    page.get_by_role("link", name="Releases").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    curator.shoot("releases")
    page.get_by_role("button", name="Make the release").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Make a release")
    in_a_worker(Job.objects.order_by("-pk").first()).join()
    release = Release.objects.get(version=2)

    curator.goto(f"/releases/{release.uuid}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("NGC 1, release 2")
    curator.shoot("release-private", TABLET)
    page.get_by_role("button", name="Publish release 2").click()
    # The browser asks for the tick first.
    expect(page.get_by_role("button", name="Publish release 2")).to_be_visible()
    page.get_by_label("I know that this cannot be undone").check()
    page.get_by_role("button", name="Publish release 2").click()
    expect(page.locator(".badge-open")).to_have_text("published")

    view = stranger.goto(f"/releases/{release.uuid}/")
    expect(view.locator("h1")).to_have_text("NGC 1, release 2")
    expect(view.get_by_role("heading", name="For curators")).to_have_count(0)
    stranger.shoot("release")
    stranger.shoot("release-tablet", TABLET)
    with view.expect_download() as download:
        view.get_by_role("link", name="ECSV").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == f"ngc-0001_{world.catalog.name}_v2.ecsv"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == release.manifest["files"]["ecsv"]["sha256"]
    table = Table.read(path, format="ascii.ecsv")
    assert int(table["n_votes"].sum()) == 10
    for row in table:
        expected = str(1 + row["number"] % 4) if row["n_votes"] else ""
        assert str(row["mode"] if row["n_votes"] else "") == expected

    curator.goto(f"/releases/{release.uuid}/")
    page.get_by_label("Why").fill("A test of withdrawing")
    page.get_by_role("button", name="Withdraw").click()
    view = stranger.goto(f"/releases/{release.uuid}/")
    expect(view.locator(".message-warning")).to_contain_text("A test of withdrawing")
    expect(view.get_by_role("link", name="ECSV")).to_have_count(0)
