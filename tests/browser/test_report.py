"""A PI opens a campaign's report from the dashboard in real Chromium, keeps it as files, and reads the file without a network."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from catalogs.detecting import detect_sources
from catalogs.imagery.fitsband import BandArgument
from catalogs.ingest import ingest_galaxy
from galaxycat.accounts.models import Role
from labeling.dashboard.page import dashboard_of
from labeling.models import Round
from labeling.reporting.wording import share_with_interval
from labeling.rounds import close_round, open_round
from labeling.schemes import legus_scheme
from labeling.simulated import vote_in_simulation
from tests.browser.accessibility import axe_clean
from tests.browser.conftest import LAPTOP, SCREENSHOTS, TABLET
from tests.factories import PASSWORD, make_member, make_team, make_user
from tests.world import write_band


@pytest.fixture
def round_(server, tmp_path) -> Round:
    """The last of three rounds of simulated voters: blind, blind with the same anchors, informed."""
    bands = [
        BandArgument(
            name, write_band(tmp_path / f"{name}.fits", seed, n_stars=70, FILTER=name, PHOTFLAM=1e-19, PHOTPLAM=5308.0)
        )
        for seed, name in enumerate(("F555W", "F814W"))
    ]
    team = make_team("Whirlpool survey")
    galaxy = ingest_galaxy(slug="told", name="NGC 5194", bands=bands, team=team).mosaic.galaxy
    catalog = detect_sources(galaxy=galaxy).catalog
    voters = [make_user(name, is_simulated=True) for name in ("Voter A", "Voter B", "Voter C", "Voter D")]
    rng, rounds = np.random.default_rng(1), []
    for mode, n_sources, n_voters in (("blind", 35, 4), ("blind", 20, 3), ("informed", 30, 3)):
        fields = {
            "campaign_name": "Pilot",
            "opened_by": None,
            "seed": len(rounds),
            "is_simulated": True,
            "n_anchors": 8,
        }
        rounds.append(open_round(catalog=catalog, scheme=legus_scheme(), n_sources=n_sources, mode=mode, **fields))
        vote_in_simulation(round_=rounds[-1], voters=voters[:n_voters], truth={}, rng=rng)
        close_round(round_=rounds[-1])
    return rounds[-1]


def pictures_are_drawn(page: Page) -> int:
    """How many; waits until each has pixels."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('figure img')].every((image) => image.naturalWidth > 100)"
    )
    return page.locator("figure img").count()


@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["laptop", "tablet"])
def test_the_report_from_the_dashboard_to_a_file_without_network(people, browser, round_, tmp_path, size):
    pi_user = make_member(round_.galaxy.team, Role.PI, "ida")
    pi = people(size)
    pi.log_in("ida", PASSWORD)
    page = pi.goto(f"/galaxies/told/campaigns/{round_.campaign.uuid}/")
    page.get_by_role("link", name="Report", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Campaign report")
    assert pictures_are_drawn(page) >= 8
    found = dashboard_of(round_.campaign, pi_user)["agreement"]["group"]
    shown = [row.locator("th, td").all_inner_texts() for row in page.locator("#table-agreement tbody tr").all()]
    assert [row[5:7] for row in shown[:2]] == [
        [share_with_interval(each[key]) for key in ("human_to_mode", "leave_one_out")] for each in found
    ]
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    name = "laptop" if size == LAPTOP else "tablet"
    pi.shoot(f"report-{name}", size)
    for key in ("agreement", "strata", "people", "counts", "methods"):
        page.locator(f"#title-{key}").evaluate("title => title.scrollIntoView({ block: 'start' })")
        if key in ("strata", "methods"):
            pi.shoot(f"report-{key}-{name}", size)
    axe_clean(page)

    kept: dict[str, Path] = {}
    for format in ("HTML", "PDF", "TEX", "ZIP"):
        with page.expect_download(timeout=60_000) as waiting:
            page.get_by_role("link", name=format, exact=True).click()
        assert waiting.value.suggested_filename == f"told_pilot_report.{format.lower()}"
        kept[format] = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(kept[format])
    assert kept["PDF"].read_bytes().startswith(b"%PDF")
    assert kept["TEX"].read_text().count(r"\begin{table}") >= 4
    button = page.get_by_role("button", name="Copy LaTeX")
    button.click()
    expect(page.locator("button[data-copies=latex]")).to_have_text("Copied")

    alone = browser.new_context(viewport=size, offline=True)
    try:
        asked: list[str] = []
        offline = alone.new_page()
        offline.on("request", lambda request: asked.append(request.url))
        offline.on("console", lambda message: asked.append(message.text))
        offline.goto(kept["HTML"].as_uri())
        assert pictures_are_drawn(offline) >= 8
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        assert offline.locator("script").count() == 0
        expect(offline.locator("h1")).to_have_text("NGC 5194, Pilot: campaign report")
        assert offline.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
        axe_clean(offline)
        offline.screenshot(path=SCREENSHOTS / f"report-file-{name}.png")
    finally:
        alone.close()
