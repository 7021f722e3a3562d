"""A release as people go through it, and its files against what the votes and the model come to."""

import json
from itertools import zip_longest
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from catalogs.models import Release
from galaxycat.jobs.models import Job
from labeling.models import Campaign, Vote
from mlops.models import ModelVersion, Predictions
from tests.browser.conftest import Person
from tests.browser.counting import human_to_mode
from tests.browser.learning import has_learnt_all
from tests.browser.releasefiles import counted_rows, labels_by_source, predicted_rows, read_rows, standing_votes
from tests.processes import wait_until


def release_and_publish(curator: Person, address: str) -> Release:
    """The first one, of the galaxy at this address: made by a worker, published with the tick."""
    wait_until(has_learnt_all)
    page = curator.goto(address)
    page.get_by_role("link", name="Releases").click()
    page.get_by_role("button", name="Make the release").click()
    page.get_by_role("link", name="See the result").click(timeout=60_000)
    page.get_by_role("link", name="Release 1").click()
    page.get_by_label("I know that this cannot be undone").check()
    page.get_by_role("button", name="Publish release 1").click()
    expect(page.locator(".badge-open")).to_have_text("published")
    curator.shoot("story-release")
    return Release.objects.get()


def downloaded_by_a_stranger(stranger: Person, release: Release, folder: Path) -> dict[str, Path]:
    """Format -> file, as saved by the browser of somebody who is not logged in."""
    page = stranger.goto(f"/releases/{release.uuid}/")
    files = {}
    for title, format_ in (("ECSV", "ascii.ecsv"), ("VOTable", "votable"), ("FITS", "fits"), ("Manifest", "manifest")):
        with page.expect_download() as download:
            page.get_by_role("link", name=title).click()
        files[format_] = folder / download.value.suggested_filename
        download.value.save_as(files[format_])
    return files


def release_says_what_was_counted(
    release: Release,
    files: dict[str, Path],
    campaign: Campaign,
    flags: dict[int, int],
    decided: dict[int, tuple[str, str]],
) -> None:
    numbers = list(release.catalog.sources.order_by("number").values_list("number", flat=True))
    expected = counted_rows(campaign, numbers, flags, decided)
    # The story made one of each kind.
    assert {row["n_votes"] for row in expected} == {0, 2, 3}
    assert sum(row["is_tie"] for row in expected) > 1
    assert {row["n_saw_prediction"] for row in expected} == {0, 3}
    assert sum(row["n_annotators"] > row["n_votes"] for row in expected) == 1
    same_in_each(files, expected)
    rounds = json.loads(files["manifest"].read_text())["provenance"]["labeling"]["rounds"]
    for number, said in enumerate(rounds, start=1):
        plain, left_out, ties = human_to_mode(labels_by_source(campaign, number))
        found = said["agreement"]["label"]
        assert found["human_to_mode"] == pytest.approx(plain, rel=1e-12)
        assert found["human_to_mode_leave_one_out"] == pytest.approx(left_out, rel=1e-12)
        assert found["ties"] == ties
    assert len(rounds) == 2


def release_says_what_the_model_said(release: Release, files: dict[str, Path], campaign: Campaign) -> None:
    """The scores that are stored of the version that the manifest names."""
    said = json.loads(files["manifest"].read_text())["provenance"]["mlops"]
    version = ModelVersion.objects.get(uuid=said["uuid"])
    scores = Predictions.objects.get(version=version).array(len(version.labels))
    assert len(scores) == release.catalog.sources.count()
    same_in_each(files, predicted_rows(said["model"], version.labels, scores))
    assert said["n_votes"] == len([row for row in standing_votes(campaign) if row["label__value"]])
    assert said["vote_cut"] == Vote.objects.order_by("pk").last().pk


def same_in_each(files: dict[str, Path], expected: list[dict]) -> None:
    """The file's columns of these names hold these values, in ECSV, VOTable and FITS."""
    formats = [format_ for format_ in files if format_ != "manifest"]
    assert formats == ["ascii.ecsv", "votable", "fits"]
    for format_ in formats:
        found = read_rows(files[format_], format_, list(expected[0]))
        differing = [(format_, *pair) for pair in zip_longest(found, expected) if pair[0] != pair[1]]
        assert differing == []


def release_comes_out_the_same(curator: Person, release: Release) -> None:
    """Rebuilt by the worker at the button's asking, and by the command."""
    page = curator.goto(f"/releases/{release.uuid}/")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Verify a release")
    expect(page.locator("[data-part=facts]")).to_contain_text("is_same", timeout=60_000)
    assert Job.objects.get(kind="verify_release").result["is_same"] is True
    call_command("verify_release", release.galaxy.slug, str(release.version))
