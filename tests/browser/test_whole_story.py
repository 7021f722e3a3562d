"""The whole story in several browsers at once, with a worker and a learner as processes: from an image to a published release.

Every number that people see at its end is counted again here from the votes' rows, and everything that reached
somebody who voted blind is searched for what the model said meanwhile.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from playwright.sync_api import Page, expect

from catalogs.imagery.fitsband import BandArgument
from catalogs.ingest import ingest_galaxy
from catalogs.models import Catalog, Galaxy, Release
from catalogs.simulation import SimulationSpec, simulate_galaxy
from galaxycat.accounts.models import Role
from galaxycat.jobs.models import Job
from labeling.models import Campaign, Decision, Round, Vote
from mlops.models import Encoder, ModelVersion, Predictions
from tests.browser.annotating import answer, ready, saved
from tests.browser.conftest import Person
from tests.browser.counting import human_to_mode, percent
from tests.browser.figures import as_table, reading
from tests.browser.listening import Ear, found_in, frames_with, needles_of
from tests.browser.releasefiles import counted_rows, labels_by_source, predicted_rows, read_rows, standing_votes
from tests.browser.wire import Wire, wire
from tests.factories import PASSWORD, make_member, make_team
from tests.processes import LEARN, WORK, processes, wait_until

GALAXY = "/galaxies/whole-story/"
VOTERS = ("ada", "ben", "cleo")
CUT_S = 10
# What each voter presses on each source, in order of the draw: clear majorities, ties, a doubt, a skip.
BLIND = (
    ("1", "1", "2"), ("3", "3", "3"), ("1", "3", "4"), ("4", "4", "1"), ("2", "2", "2"), ("1", "4", "4"),
    ("Shift+2", "2", "1"), ("u", "3", "3"), ("s", "1", "2"), ("4", "4", "4"), ("1", "1", "1"), ("3", "4", "3"),
)  # fmt: skip
INFORMED = (
    ("1", "2", "3"), ("1", "1", "1"), ("2", "4", "4"), ("3", "3", "1"), ("4", "1", "3"), ("2", "2", "2"), ("3", "3", "3"),
    ("1", "1", "2"), ("4", "4", "3"),
)  # fmt: skip
N_ANCHORS = 3
REASON = "two cores in one halo, as in class 2"
NOT_FOR_THEM = "status of 40"  # the browser's word on 403 and 404


@pytest.fixture
def galaxy(server, tmp_path) -> Galaxy:
    """A small simulated galaxy, ingested: nobody has detected anything in it yet."""
    files = simulate_galaxy(SimulationSpec(name="whole", size_px=512, seed=5), tmp_path / "whole", lambda line: None)
    bands = [BandArgument(name.upper(), path) for name, path in files.bands.items()]
    team = make_team("Whirlpool survey")
    return ingest_galaxy(slug="whole-story", name="Whole galaxy (simulated)", bands=bands, team=team).mosaic.galaxy


@pytest.fixture
def start(server) -> Iterator[Callable]:
    """Starts the product's processes on the files and the database of the server."""
    with processes(settings.GALAXYCAT_HOME) as begin:
        yield begin


@pytest.fixture
def cuttable(server) -> Iterator[Wire]:
    with wire(server) as laid:
        yield laid


@dataclass
class Voter:
    person: Person
    ear: Ear

    @property
    def page(self) -> Page:
        return self.person.page


def test_from_an_image_to_a_published_release(people, galaxy, start, cuttable, tmp_path):
    make_member(galaxy.team, Role.PI, "hubble")
    make_member(galaxy.team, Role.CURATOR, "curie")
    for name in VOTERS:
        make_member(galaxy.team, Role.ANNOTATOR, name)
    curator, pi = people(), people(through=cuttable.address)
    curator.log_in("curie", PASSWORD)
    pi.log_in("hubble", PASSWORD)

    catalog = detect_by_the_form(curator, start)
    pretrain_by_the_button(curator, catalog)

    start(LEARN)
    blind = open_round(pi, n_sources="9", seed="3")
    seats = [people(through=cuttable.address), people(), people()]
    voters = [sit_down(seat, blind, name) for seat, name in zip(seats, VOTERS, strict=True)]
    vote_while_the_model_learns(voters, blind)
    nothing_of_the_model_reaches(voters, blind)

    close_by_the_button(pi, blind)
    look_at_the_model(pi, blind)
    informed = open_round(pi, n_sources="6", seed="8", mode="Informed", shows_predictions=True)
    for voter in voters:
        voter.person.goto(f"/rounds/{informed.uuid}/label/")
    to_press = planned(informed, INFORMED)
    the_prediction_moves_on_as_another_votes(voters, to_press)
    what_the_search_would_have_found(voters[1], blind, informed)
    vote_on(voters, to_press, 4)
    dashboard_and_voter_catch_up_after_a_cut(pi, voters, to_press, cuttable, informed.campaign)
    vote_on(voters, to_press)
    close_by_the_button(pi, informed)

    tie = settle_the_tie_of(curator, informed)
    release = release_and_publish(curator)
    files = downloaded_by_a_stranger(people(), release, tmp_path)
    decided = {tie: ("2", REASON)}
    flagged = {drawn_numbers(blind)[1]: 1}
    release_says_what_was_counted(release, files, informed.campaign, flagged, decided)
    release_says_what_the_model_said(release, files, informed.campaign)
    release_comes_out_the_same(curator, release)


# Detecting and pre-training


def detect_by_the_form(curator: Person, start: Callable) -> Catalog:
    """Asked for while no worker runs; then one starts, and the page shows how far it is and what came of it."""
    page = curator.goto(GALAXY)
    page.get_by_role("link", name="Detect sources…").click()
    page.get_by_label("Threshold").fill("5")
    curator.shoot("story-detect")
    page.get_by_role("button", name="Detect sources").click()
    expect(page.locator("#catalog-list")).to_contain_text("Waits for a worker")
    stages = "#catalog-list .job-stage"
    page.evaluate(
        """(stages) => {
            window.stages = [];
            const note = () => { for (const each of document.querySelectorAll(stages)) window.stages.push(each.textContent.trim()); };
            new MutationObserver(note).observe(document.body, { childList: true, subtree: true });
        }""",
        stages,
    )
    start(WORK)
    expect(page.locator("#catalog-list li")).to_contain_text("sep-f555w", timeout=60_000)
    seen = page.evaluate("window.stages")
    assert any("%" in stage for stage in seen), seen
    catalog = Catalog.objects.get()
    assert catalog.parameters["DETECT_THRESH"] == 5
    expect(page.locator("#catalog-list li")).to_contain_text(f"{catalog.sources.count()} sources")
    curator.shoot("story-detected")
    return catalog


def pretrain_by_the_button(curator: Person, catalog: Catalog) -> None:
    """The encoder shows on the page as soon as the worker has made it."""
    page = curator.goto(f"{GALAXY}model/")
    page.get_by_label("Steps").fill("40")
    page.get_by_role("button", name="Pre-train").click()
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    expect(page.locator("[data-part=encoders] tbody tr")).to_have_count(1, timeout=120_000)
    encoder = Encoder.objects.get(catalog=catalog)
    assert (encoder.n_steps, encoder.created_by.username) == (40, "curie")
    expect(page.locator("[data-part=encoders] tbody tr")).to_contain_text(encoder.sha256[:8])


# Rounds


def open_round(pi: Person, *, n_sources: str, seed: str, mode: str = "Blind", shows_predictions: bool = False) -> Round:
    page = pi.goto(f"{GALAXY}rounds/new/")
    page.locator("#id_n_sources").fill(n_sources)
    page.locator("#id_n_anchors").fill(str(N_ANCHORS))
    page.get_by_role("radio", name=mode).check()
    if shows_predictions:
        page.get_by_role("checkbox", name="Show the model’s predictions").check()
    page.locator("summary", has_text="Seed").click()
    page.locator("#id_seed").fill(seed)
    page.get_by_role("button", name="Open the round").click()
    page.wait_for_url("**/rounds/*-*/")
    round_ = Round.objects.latest("number")
    assert (round_.mode, round_.shows_predictions, round_.seed) == (mode.lower(), shows_predictions, int(seed))
    assert round_.draw.count() == int(n_sources) + N_ANCHORS
    return round_


def close_by_the_button(pi: Person, round_: Round) -> None:
    page = pi.goto(f"/rounds/{round_.uuid}/")
    page.get_by_role("button", name="Close round…").click()
    page.get_by_role("dialog").get_by_role("button", name="Close round").click()
    expect(page.locator(".badge-closed")).to_be_visible()


def drawn_numbers(round_: Round) -> list[int]:
    return list(round_.draw.order_by("position").values_list("source__number", flat=True))


def planned(round_: Round, keys: Iterable[tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Number of the source -> each voter's key."""
    return dict(zip(map(str, drawn_numbers(round_)), keys, strict=True))


def sit_down(person: Person, round_: Round, name: str) -> Voter:
    """Everything that reaches them is heard from before they log in."""
    voter = Voter(person, Ear(person.page))
    person.log_in(name, PASSWORD)
    person.goto(f"/rounds/{round_.uuid}/label/")
    ready(person.page)
    return voter


def vote_on(voters: list[Voter], to_press: dict[str, tuple[str, ...]], n: int | None = None) -> None:
    """In turns, `n` sources each or all that are left."""
    for _ in range(n or len(to_press)):
        for place, voter in enumerate(voters):
            if voter.page.locator("#standing").is_hidden():
                answer(voter.page, to_press[ready(voter.page)][place])
    for voter in voters:
        saved(voter.page)


def newest() -> ModelVersion | None:
    return ModelVersion.objects.select_related("predictor__catalog").order_by("pk").last()


def has_learnt_all() -> bool:
    version = newest()
    return version is not None and version.vote_cut == Vote.objects.order_by("pk").last().pk


# The blind round


def vote_while_the_model_learns(voters: list[Voter], round_: Round) -> None:
    """All of the plan by keyboard; one changes their mind, one flags a source; the model is there before most votes are."""
    to_press = planned(round_, BLIND)
    flagged = drawn_numbers(round_)[1]
    ada = voters[0].page
    first = answer(ada, "4")
    answer(ada, "z")
    assert ready(ada) == first
    answer(ada, to_press[first][0])
    for done in range(len(to_press)):
        for place, voter in enumerate(voters):
            if place == 0 and done == 0:
                continue
            number = ready(voter.page)
            if place == 1 and int(number) == flagged:
                voter.page.keyboard.press("f")
                expect(voter.page.locator('#answering [data-action="flag"]')).to_have_attribute("aria-pressed", "true")
            answer(voter.page, to_press[number][place])
        if done == 3:
            wait_until(lambda: ModelVersion.objects.exists())
    for voter in voters:
        saved(voter.page)
        expect(voter.page.locator("#standing")).to_contain_text("No source is left for you")
    wait_until(has_learnt_all)
    assert ModelVersion.objects.count() > 3
    given = [row for row in standing_votes(round_.campaign) if row["label__value"]]
    assert len(given) == len(to_press) * len(voters) - 2  # one unsure, one skipped


def nothing_of_the_model_reaches(voters: list[Voter], round_: Round) -> None:
    """They ask for everything there is, and no key, name or score of any version comes in any answer or frame."""
    for voter in voters:
        look_everywhere(voter, round_)
        voter.page.wait_for_load_state("networkidle")
    versions = ModelVersion.objects.select_related("predictor__catalog")
    needles = needles_of(versions, drawn_numbers(round_))
    assert len(needles.names) == 3 * versions.count() > 9
    assert len(needles.scores) > len(drawn_numbers(round_))
    for voter in voters:
        assert voter.ear.lost == []
        assert voter.ear.frames
        assert len(voter.ear.payloads) > 50
        assert found_in(voter.ear.payloads, needles) == {}


def look_everywhere(voter: Voter, round_: Round) -> list[int]:
    """Every page and address that has to do with the galaxy, and every socket; returns how the sockets were closed."""
    with voter.person.tolerating(NOT_FOR_THEM):
        for path in ("/", "/jobs/", GALAXY, f"/rounds/{round_.uuid}/"):
            voter.person.goto(path)
            voter.page.wait_for_load_state("networkidle")
        for path in addresses(round_):
            voter.page.evaluate("async (path) => { await (await fetch(path)).text(); }", path)
        topics = [f"predictions.{round_.catalog.uuid}", f"roundpredictions.{round_.uuid}", f"round.{round_.uuid}"]
        return voter.page.evaluate(FOLLOW, topics)


# Opens the topics from their beginning; how each was closed, or 0 where it stays open.
FOLLOW = """(topics) => Promise.all(topics.map((topic) => new Promise((resolve) => {
    const socket = new WebSocket(`ws://${location.host}/ws/live/${topic}/?since=0`);
    socket.onclose = ({ code }) => resolve(code);
    setTimeout(() => { resolve(0); socket.close(); }, 1500);
})))"""


def addresses(round_: Round) -> list[str]:
    campaign = f"{GALAXY}campaigns/{round_.campaign.uuid}/"
    sources = list(round_.draw.order_by("position").values_list("source__uuid", flat=True))
    query = "&".join(f"source={uuid}" for uuid in sources)
    version, job = newest(), Job.objects.get(kind="pretrain")
    return [
        *(f"{GALAXY}{name}/" for name in ("model", "model/state", "releases", "catalogs", "rounds")),
        *(campaign + end for end in ("", "data/", "data/?format=csv", "cell/?others=1&vote=2", "adjudication/")),
        *(f"/rounds/{round_.uuid}/{end}" for end in ("results/", "votes.csv", "examples/", "label/")),
        *(f"/sources/{uuid}/evidence/" for uuid in sources[:3]),
        *(f"/api/v1/sources/{uuid}/" for uuid in sources[:3]),
        *(f"/api/v1/sources/{uuid}/evidence/" for uuid in sources[:3]),
        *(f"/api/v1/{name}/" for name in ("galaxies", "catalogs", "releases", "campaigns", "jobs", "rounds", "models", "decisions")),
        *(f"/api/v1/rounds/{round_.uuid}/{end}" for end in ("", "places/", "results/", "remarks/", f"predictions/?{query}")),
        f"/api/v1/models/{version.uuid}/", f"/api/v1/models/{version.uuid}/predictions/?{query}",
        f"/api/v1/campaigns/{round_.campaign.uuid}/", f"/api/v1/campaigns/{round_.campaign.uuid}/dashboard/",
        f"/api/v1/catalogs/{round_.catalog.uuid}/places/", f"/catalogs/{round_.catalog.uuid}/export/ecsv/",
        f"/jobs/{job.uuid}/", f"/api/v1/jobs/{job.uuid}/",
    ]  # fmt: skip


# The informed round


def look_at_the_model(pi: Person, round_: Round) -> None:
    """The blind round is closed: the PI sees what was learnt from it."""
    page = pi.goto(f"{GALAXY}model/")
    n_votes = len([row for row in standing_votes(round_.campaign) if row["label__value"]])
    expect(page.locator("[data-part=models]")).to_contain_text(str(newest()))
    expect(page.locator("[data-part=models]")).to_contain_text(f"{n_votes} votes on {len(BLIND)} sources")
    expect(page.locator("[data-part=models]")).to_contain_text("photometry and encoder")
    pi.shoot("story-model")


def the_prediction_moves_on_as_another_votes(voters: list[Voter], to_press: dict[str, tuple[str, ...]]) -> None:
    """Ada looks at a source; each of Ben's votes is learnt, told by the socket, and drawn before her eyes."""
    ada, ben = voters[0], voters[1]
    looked_at = ready(ada.page)
    model = ada.page.locator("#prediction-model")
    expect(model).to_have_text(str(newest()))
    ada.page.evaluate("window.sameDocument = true")
    shown = [newest().number]
    for _ in range(2):
        answer(ben.page, to_press[ready(ben.page)][1])
        saved(ben.page)
        wait_until(has_learnt_all)
        version = newest()
        assert version.number > shown[-1]
        shown.append(version.number)
        expect(model).to_have_text(str(version))
        assert frames_with(ada.ear, str(version)) == 1
        assert ada.page.locator("#prediction-bars .share-number").all_inner_texts() == shares_of(version, looked_at)
    assert ready(ada.page) == looked_at
    assert ada.page.evaluate("window.sameDocument")
    ada.person.shoot("story-predictions")


def shares_of(version: ModelVersion, source_number: str) -> list[str]:
    """As the page writes them, by the scores that are stored of the version."""
    stored = Predictions.objects.get(version=version).array(len(version.labels))
    return [f"{int(100 * round(float(score), 4) + 0.5)} %" for score in stored[int(source_number) - 1]]


def what_the_search_would_have_found(voter: Voter, blind: Round, informed: Round) -> None:
    """The same search over the same addresses finds all of it where it may be seen: it can fail."""
    labelling = voter.page.url
    first = len(voter.ear.payloads)
    needles = needles_of([newest()], drawn_numbers(informed))
    assert look_everywhere(voter, informed)[1] == 0
    heard = voter.ear.payloads[first:]
    found = found_in(heard, needles)
    assert found.keys() == {"keys", "names", "scores"}
    assert {name for name in needles.names if any(name in each for each in found["names"])} == needles.names
    assert found_in([each for each in heard if each.where.startswith("ws")], needles).keys() >= {"keys", "names"}
    assert voter.ear.lost == []
    voter.page.goto(labelling)
    ready(voter.page)


def dashboard_and_voter_catch_up_after_a_cut(
    pi: Person, voters: list[Voter], to_press: dict[str, tuple[str, ...]], cuttable: Wire, campaign: Campaign
) -> None:
    """Ten seconds without a wire for the PI and Ada, while the others vote; then both pages know all, not loaded anew."""
    ada, others = voters[0], voters[1:]
    page = pi.goto(f"{GALAXY}campaigns/{campaign.uuid}/")
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    numbers_are_those_of_the_votes(page, campaign)
    before, model_before = reading(page, "votes").inner_text(), ada.page.locator("#prediction-model").inner_text()
    page.evaluate("window.sameDocument = true")
    with pi.tolerating("ERR_CONNECTION", "Failed to fetch"), ada.person.tolerating("ERR_CONNECTION", "Failed to fetch"):
        cut_at = time.monotonic()
        cuttable.cut()
        for _ in range(2):
            for place, voter in enumerate(others, start=1):
                answer(voter.page, to_press[ready(voter.page)][place])
        for voter in others:
            saved(voter.page)
        wait_until(has_learnt_all)
        expect(page.locator("#live")).to_have_attribute("data-state", "offline")
        page.wait_for_timeout(1000 * max(0.0, CUT_S - (time.monotonic() - cut_at)))
        # Cut it was: nothing of it has come through.
        assert reading(page, "votes").inner_text() == before
        assert ada.page.locator("#prediction-model").inner_text() == model_before
        cuttable.mend()
        expect(page.locator("#live")).to_have_attribute("data-state", "live", timeout=30_000)
        expect(reading(page, "votes")).to_have_text(str(int(before) + 4))
        expect(ada.page.locator("#prediction-model")).to_have_text(str(newest()), timeout=30_000)
    numbers_are_those_of_the_votes(page, campaign)
    assert page.evaluate("window.sameDocument")
    assert ada.page.evaluate("window.sameDocument")
    pi.shoot("story-dashboard")


def numbers_are_those_of_the_votes(page: Page, campaign: Campaign) -> None:
    """Votes, ties and agreement on the dashboard, against plain counting over the rows."""
    rounds = [labels_by_source(campaign, number) for number in (1, 2)]
    figures = [human_to_mode(labels) for labels in rounds]
    expect(reading(page, "votes")).to_have_text(str(sum(len(each) for labels in rounds for each in labels.values())))
    ties = page.locator('[data-reading="ties"]')
    expect(ties).to_contain_text(f"on all classes {sum(n_ties for _, _, n_ties in figures)}")
    table = as_table(page, "agreement-label")
    assert [row[0] for row in table] == ["blind", "informed"]
    for row, labels, (plain, left_out, n_ties) in zip(table, rounds, figures, strict=True):
        compared = [each for each in labels.values() if len(each) > 1]
        assert row[1].startswith(f"{percent(plain)} [")
        assert row[2].startswith(f"{percent(left_out)} [")
        assert row[4:] == [str(sum(map(len, compared))), str(len(compared)), str(n_ties)]


# Adjudication and release


def settle_the_tie_of(curator: Person, informed: Round) -> int:
    """The source on which everybody said something else, decided by keyboard; returns its number."""
    number = drawn_numbers(informed)[0]
    page = curator.goto(f"/rounds/{informed.uuid}/")
    page.get_by_role("link", name="Adjudication").click()
    card = page.locator(f"#source-{number}")
    expect(card).to_contain_text("tie of labels")
    while not card.evaluate("(card) => card.hasAttribute('data-current')"):
        page.keyboard.press("j")
    page.keyboard.press("2")
    expect(card.get_by_role("textbox", name="Reason").first).to_be_focused()
    page.keyboard.type(REASON)
    curator.shoot("story-adjudication")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(f"Source {number} is decided: class 2.")).to_be_visible()
    assert Decision.objects.get().decided_by.username == "curie"
    return number


def release_and_publish(curator: Person) -> Release:
    wait_until(has_learnt_all)
    page = curator.goto(GALAXY)
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
