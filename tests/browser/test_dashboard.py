"""The PI's dashboard in real Chromium: votes cast elsewhere show without reload, a cell opens its cut-outs, numbers as counted by hand."""

import re
from collections import Counter
from itertools import combinations
from uuid import uuid4

import numpy as np
import pytest
from playwright.sync_api import expect

from catalogs.detecting import detect_sources
from catalogs.imagery.fitsband import BandArgument
from catalogs.ingest import ingest_galaxy
from catalogs.models import Catalog
from galaxycat.accounts.models import Role
from labeling.access import watch
from labeling.assignments import claim
from labeling.dashboard.strata import strata_of
from labeling.models import Round
from labeling.rounds import close_round, open_round
from labeling.schemes import legus_scheme
from labeling.simulated import vote_in_simulation
from labeling.voting import cast_vote
from tests.browser.accessibility import axe_clean
from tests.browser.annotating import answer, ready
from tests.browser.conftest import LAPTOP, TABLET
from tests.browser.counting import GROUPS, human_to_mode, percent
from tests.browser.figures import as_table, reading
from tests.factories import PASSWORD, make_member, make_team, make_user
from tests.world import write_band


@pytest.fixture
def team(server):
    return make_team("Whirlpool survey")


@pytest.fixture
def catalog(team, tmp_path) -> Catalog:
    bands = [BandArgument("F555W", write_band(tmp_path / "v.fits", n_stars=70, FILTER="F555W"))]
    galaxy = ingest_galaxy(slug="watched", name="Watched galaxy", bands=bands, team=team).mosaic.galaxy
    return detect_sources(galaxy=galaxy).catalog


def opened(catalog: Catalog, **fields: object) -> Round:
    defaults = {"campaign_name": "Pilot", "n_sources": 6, "opened_by": None, "seed": 3}
    return open_round(catalog=catalog, scheme=legus_scheme(), **(defaults | fields))


def address(round_: Round) -> str:
    return f"/galaxies/{round_.galaxy.slug}/campaigns/{round_.campaign.uuid}/"


def vote_by_plan(round_: Round, voters, plan) -> None:
    """Everybody answers each source as planned: number of the source -> a label a voter."""
    for turn, voter in enumerate(voters):
        while assignments := claim(round_=round_, annotator=voter, count=10):
            for each in assignments:
                label = plan[str(each.draw.source.number)][turn]
                cast_vote(client_id=uuid4(), assignment=each, annotator=voter, outcome="labeled", label=label)


LABELS = (["1", "1", "2"], ["3", "3", "3"], ["1", "3", "4"], ["4", "4", "1"], ["2", "2", "2"], ["1", "4", "4"])


def planned(round_: Round) -> dict[str, list[str]]:
    return dict(zip(map(str, round_.draw.values_list("source__number", flat=True)), LABELS, strict=True))


def test_votes_show_as_they_are_cast_and_agree_with_plain_counting(people, team, catalog):
    round_ = opened(catalog)
    pi_user = make_member(team, Role.PI, "pi")
    names = ("ada", "ben", "cleo")
    for name in names:
        make_member(team, Role.ANNOTATOR, name)
    plan = planned(round_)

    pi = people()
    pi.log_in("pi", PASSWORD)
    page = pi.goto(address(round_))
    # Blind and open: nothing of it until the PI chooses to watch.
    expect(page.get_by_role("note", name="What is left out")).to_contain_text("Round 1 is left out")
    expect(reading(page, "votes")).to_have_text("0")
    expect(page.locator("#live")).to_be_hidden()
    watch(round_=round_, user=pi_user)
    page = pi.goto(address(round_))
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    page.evaluate("() => { window.sameDocument = true; }")

    voters = []
    for turn, name in enumerate(names):
        voters.append(people())
        mine = voters[-1].log_in(name, PASSWORD)
        voters[-1].goto(f"/rounds/{round_.uuid}/label/")
        for done in range(len(plan)):
            answer(mine, plan[ready(mine)][turn])
            if done in (0, len(plan) - 1):
                expect(reading(page, "votes")).to_have_text(str(turn * len(plan) + done + 1))
    assert page.evaluate("() => window.sameDocument")

    binary_plan = {number: [GROUPS[vote] for vote in votes] for number, votes in plan.items()}
    for key, votes in (("label", plan), ("group", binary_plan)):
        plain, left_out, ties = human_to_mode(votes)
        ((mode, found, found_left_out, chance, n_votes, n_sources, n_ties),) = as_table(page, f"agreement-{key}")
        assert mode == "blind"
        assert found.startswith(f"{percent(plain)} [")
        assert found_left_out.startswith(f"{percent(left_out)} [")
        assert (n_votes, n_sources, n_ties) == ("18", "6", str(ties))
        assert re.match(r"\d\d\.\d %", chance)
    assert [row[1:] for row in as_table(page, "votes")] == [["0", "0", "0", "6"]]
    alike = {
        f"{one} × {other}": sum(binary_plan[n][names.index(one)] == binary_plan[n][names.index(other)] for n in plan)
        for one, other in combinations(names, 2)
    }
    pairs = [[pair, share, shared] for pair, share, _, shared in as_table(page, "pairs")]
    assert pairs == [[pair, percent(n / 6), "6"] for pair, n in alike.items()]
    assert [row[:2] for row in as_table(page, "people")] == [["ada", "6"], ["ben", "6"], ["cleo", "6"]]
    axe_clean(page)

    # A vote that is changed moves the numbers too, in place.
    voters[0].page.keyboard.press("z")
    expect(reading(page, "votes")).to_have_text("17")
    assert page.evaluate("() => window.sameDocument")
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_a_cell_opens_the_sources_behind_it(people, team, catalog):
    round_ = opened(catalog)
    voters = [make_member(team, name=name) for name in ("ada", "ben", "cleo")]
    plan = planned(round_)
    vote_by_plan(round_, voters, plan)
    close_round(round_=round_)
    # Others' mode 4, own vote 1: by plain counting over every vote.
    behind = set()
    for number, votes in plan.items():
        for turn, own in enumerate(votes):
            others = Counter(votes[:turn] + votes[turn + 1 :])
            if own == "1" and others.most_common() == [("4", 2)]:
                behind.add(number)
    assert len(behind) == 2

    make_member(team, Role.VIEWER, "vera")
    viewer = people()
    viewer.log_in("vera", PASSWORD)
    page = viewer.goto(address(round_))
    page.locator("#differ-controls select").first.select_option("label")
    cell = page.get_by_role("link", name="Others say 4, vote 1: 2 of")
    cell.focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading")).to_have_text("The others say 4, the vote says 1")
    expect(drawer.locator(".source-card")).to_have_count(2)
    assert set(drawer.locator(".source-card strong.numeric").all_inner_texts()) == behind
    page.wait_for_function("() => [...document.querySelectorAll('#drawer img')].every((image) => image.naturalWidth)")
    viewer.shoot("dashboard-cell")
    axe_clean(page)
    # The same list has an address of its own.
    drawer.get_by_role("link", name="Link to this list").click()
    page.wait_for_url(re.compile("/cell/"))
    expect(page.locator(".source-card")).to_have_count(2)
    axe_clean(page)


@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["laptop", "tablet"])
def test_blind_and_informed_rounds_of_simulated_voters(people, team, catalog, size):
    make_member(team, Role.PI, "ida")
    voters = [make_user(name, is_simulated=True) for name in ("Voter A", "Voter B", "Voter C", "Voter D")]
    rng = np.random.default_rng(1)
    blind = opened(catalog, n_sources=40, is_simulated=True)
    vote_in_simulation(round_=blind, voters=voters, truth={}, rng=rng)
    close_round(round_=blind)
    informed = opened(catalog, n_sources=30, is_simulated=True, mode="informed", seed=9)
    vote_in_simulation(round_=informed, voters=voters[:3], truth={}, rng=rng)
    close_round(round_=informed)
    vote_in_simulation(
        round_=opened(catalog, n_sources=30, mode="informed", seed=4), voters=voters[:2], truth={}, rng=rng
    )
    visitor = people(size)
    visitor.log_in("ida", PASSWORD)
    page = visitor.goto(address(blind))
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    assert [row[0] for row in as_table(page, "agreement-group")] == ["blind", "informed"]
    page.locator("#figure-agreement-group .link-button").click()
    # Programs are marked as such wherever their votes show.
    expect(page.locator("#figure-people tbody th").first).to_have_text("Voter A (simulated)")
    page.wait_for_load_state("networkidle")
    axe_clean(page)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    page.evaluate("() => scrollTo(0, 0)")
    visitor.shoot(f"dashboard-{'laptop' if size == LAPTOP else 'tablet'}", size)


@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["laptop", "tablet"])
def test_agreement_by_a_measurement_is_that_of_its_sources(people, team, catalog, size):
    round_ = opened(catalog, n_sources=40, overlap=3)
    vote_in_simulation(
        round_=round_,
        voters=[make_user(f"robot{n}", is_simulated=True) for n in range(3)],
        truth={},
        rng=np.random.default_rng(5),
    )
    close_round(round_=round_)
    pi = make_member(team, Role.PI, "petra")
    petra = people(size)
    petra.log_in("petra", PASSWORD)
    page = petra.goto(address(round_))
    by = page.locator("#strata-controls select")
    # It is asked for when it comes into view.
    page.locator("#title-strata").evaluate("title => title.scrollIntoView({ block: 'start' })")
    expect(page.locator("#figure-strata-label")).to_contain_text("Leave-one-out")
    by.select_option("flux_f555w")
    figure = page.locator("#figure-strata-label")
    expect(figure).to_contain_text("10 sources, few")
    page.locator("#title-strata").evaluate("title => title.scrollIntoView({ block: 'start' })")
    petra.shoot(f"strata-{size['width']}", size)
    axe_clean(page)
    figure.get_by_role("button", name="As a table").click()
    shown = [row.locator("th, td").all_inner_texts() for row in figure.locator("tbody tr").all()]
    expected = strata_of(round_.campaign, pi, "flux_f555w")["strata"]
    assert [[row[0], row[1], row[2], row[4].split(" [")[0]] for row in shown] == [
        [each["name"], "10", str(each["n_votes"]), percent(each["human_to_mode"]["value"])] for each in expected
    ]
