"""The whole story in several browsers at once, with a worker and a learner as processes: from an image to a published release.

Every number that people see at its end is counted again here from the votes' rows, and everything that reached
somebody who voted blind is searched for what the model said meanwhile.
"""

import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from catalogs.imagery.fitsband import BandArgument
from catalogs.ingest import ingest_galaxy
from catalogs.models import Catalog, Galaxy
from catalogs.simulation import SimulationSpec, simulate_galaxy
from galaxycat.accounts.models import Role
from labeling.models import Campaign, Decision, Round
from mlops.models import Encoder, ModelVersion, Predictions
from tests.browser.annotating import answer, ready, saved
from tests.browser.blindness import nothing_of_the_model_reaches, what_the_search_would_have_found
from tests.browser.conftest import Person
from tests.browser.counting import human_to_mode, percent
from tests.browser.figures import as_table, reading
from tests.browser.learning import has_learnt_all, newest
from tests.browser.listening import frames_with
from tests.browser.releasefiles import labels_by_source, standing_votes
from tests.browser.releases import (
    downloaded_by_a_stranger,
    release_and_publish,
    release_comes_out_the_same,
    release_says_what_the_model_said,
    release_says_what_was_counted,
)
from tests.browser.rounds import Voter, close_by_the_button, drawn_numbers, open_round, planned, sit_down, vote_on
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
REASON = "two cores in one halo, as in class 2"


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


@pytest.mark.slow
def test_from_an_image_to_a_published_release(cuttable, people, galaxy, start, tmp_path):
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
    blind = open_round(pi, GALAXY, n_sources="9", seed="3")
    seats = [people(through=cuttable.address), people(), people()]
    voters = [sit_down(seat, blind, name) for seat, name in zip(seats, VOTERS, strict=True)]
    vote_while_the_model_learns(voters, blind)
    nothing_of_the_model_reaches(voters, blind)

    close_by_the_button(pi, blind)
    look_at_the_model(pi, blind)
    informed = open_round(pi, GALAXY, n_sources="6", seed="8", mode="Informed", shows_predictions=True)
    for voter in voters:
        voter.person.goto(f"/rounds/{informed.uuid}/label/")
    to_press = planned(informed, INFORMED)
    the_prediction_moves_on_as_another_votes(voters, to_press)
    what_the_search_would_have_found(voters[1], informed)
    vote_on(voters, to_press, 4)
    dashboard_and_voter_catch_up_after_a_cut(pi, voters, to_press, cuttable, informed.campaign)
    vote_on(voters, to_press)
    close_by_the_button(pi, informed)

    tie = settle_the_tie_of(curator, informed)
    release = release_and_publish(curator, GALAXY)
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
    expect(page.locator("#catalog-list li.panel-item")).to_contain_text("sep-f555w", timeout=60_000)
    seen = page.evaluate("window.stages")
    assert any("%" in stage for stage in seen), seen
    catalog = Catalog.objects.get()
    assert catalog.parameters["DETECT_THRESH"] == 5
    expect(page.locator("#catalog-list li.panel-item")).to_contain_text(f"{catalog.sources.count()} sources")
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
    expect(model.locator(".model-number")).to_be_in_viewport(ratio=1)
    assert ready(ada.page) == looked_at
    assert ada.page.evaluate("window.sameDocument")
    ada.person.shoot("story-predictions")


def shares_of(version: ModelVersion, source_number: str) -> list[str]:
    """As the page writes them, by the scores that are stored of the version."""
    stored = Predictions.objects.get(version=version).array(len(version.labels))
    return [f"{int(100 * round(float(score), 4) + 0.5)} %" for score in stored[int(source_number) - 1]]


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


# Adjudication


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
