"""The dashboard's sections that ask for their own numbers: they show what the server says, in Chromium, without a defect axe finds."""

from datetime import timedelta
from uuid import uuid4

import numpy as np
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from catalogs.imagery.fitsband import BandArgument
from catalogs.ingest import ingest_galaxy
from galaxycat.accounts.models import Role
from labeling.assignments import claim
from labeling.dashboard.comparison import comparison_of
from labeling.dashboard.constancy import constancy_of
from labeling.dashboard.latent import latent_of
from labeling.models import Level, Round
from labeling.rounds import close_round, open_round
from labeling.schemes import legus_scheme
from labeling.simulated import LEGUS_CONFUSION
from labeling.voting import cast_vote
from mlops.counting import count_catalog
from mlops.fitting import train_campaign
from mlops.together import together_of
from tests.browser.accessibility import axe_clean
from tests.browser.conftest import LAPTOP, TABLET
from tests.browser.figures import as_table
from tests.clock import cast_every
from tests.factories import PASSWORD, make_member, make_team
from tests.mlops.factories import make_measured_catalog, true_label
from tests.world import write_band

SECTIONS = ("comparison", "constancy", "latent", "together", "counts")


def voted(round_: Round, voters, rng) -> Round:
    """The round, closed, answered by people who err as LEGUS' inspectors do, each in one sitting and ever faster."""
    for voter in voters:
        place = 0
        with cast_every(timezone.now() - timedelta(days=1), timedelta(seconds=20)):
            while assignments := claim(round_=round_, annotator=voter, count=10):
                for each in assignments:
                    row = LEGUS_CONFUSION["1234".index(true_label(each.draw.source))]
                    cast_vote(
                        client_id=uuid4(), assignment=each, annotator=voter, outcome="labeled",
                        label="1234"[int(rng.choice(4, p=row))],
                        seconds_spent=round(float(8 * 0.985**place * rng.lognormal(0, 0.3)), 1),
                    )  # fmt: skip
                    place += 1
    return close_round(round_=round_)


@pytest.fixture
def informed(server, tmp_path):
    """A blind round of 90 sources by three people, an informed one on them, and a model that learnt from both."""
    bands = [BandArgument("F555W", write_band(tmp_path / "v.fits", n_stars=70, FILTER="F555W"))]
    team = make_team("Whirlpool survey")
    galaxy = ingest_galaxy(slug="watched", name="Watched galaxy", bands=bands, team=team).mosaic.galaxy
    catalog = make_measured_catalog(240, galaxy=galaxy)
    voters = [make_member(catalog.galaxy.team, Role.ANNOTATOR, name) for name in ("ada", "ben", "cleo")]
    rng = np.random.default_rng(2)
    fields = {"scheme": legus_scheme(), "campaign_name": "Pilot", "n_sources": 90, "opened_by": None, "seed": 3}
    voted(open_round(catalog=catalog, **fields), voters, rng)
    found = voted(open_round(catalog=catalog, mode="informed", **fields), voters, rng)
    train_campaign(campaign=found.campaign)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["laptop", "tablet"])
def test_every_section_shows_what_the_server_says(people, informed, size):
    pi = make_member(informed.galaxy.team, Role.PI, "petra")
    petra = people(size)
    petra.log_in("petra", PASSWORD)
    page = petra.goto(f"/galaxies/{informed.galaxy.slug}/campaigns/{informed.campaign.uuid}/")
    for name in SECTIONS:
        page.locator(f"#title-{name}").evaluate("title => title.scrollIntoView({ block: 'start' })")
        expect(page.locator(f"#figures-{name}")).not_to_contain_text("Being computed", timeout=60_000)
        expect(page.locator(f"#figures-{name} svg").first).to_be_visible()
        page.wait_for_load_state("networkidle")
        page.locator(f"#title-{name}").evaluate("title => title.scrollIntoView({ block: 'start' })")
        petra.shoot(f"section-{name}-{size['width']}", size)
    axe_clean(page)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")

    change = comparison_of(informed.campaign, pi, level=Level.GROUP)["comparison"]
    rows = as_table(page, "comparison-changes")
    assert [row[0] for row in rows] == ["Leave-one-out", "Human-to-mode", "Krippendorff’s α"]
    of_mode = change["changes"]["human_to_mode"]
    assert rows[1][1:3] == [f"{100 * of_mode['before']:.1f} %", f"{100 * of_mode['after']:.1f} %"]
    assert [int(row[1]) for row in as_table(page, "comparison-sources")] == list(change["sources"].values())

    constancy = constancy_of(informed.campaign, pi, Level.GROUP)
    assert [row[0] for row in as_table(page, "constancy-repeats")] == ["ada", "ben", "cleo"]
    again = constancy["repeats"]["people"][0]
    assert as_table(page, "constancy-repeats")[0][1].startswith(f"{100 * again['agreement']['value']:.1f} % [")
    assert [row[0] for row in as_table(page, "constancy-seconds")] == ["1–10", "11–25", "26–50", "51–100", "101–200"][
        : len(constancy["drift"]["all"])
    ]
    page.locator("#constancy-controls select").first.select_option(label="ada")
    expect(page.locator("#figure-constancy-seconds .figure-n")).to_contain_text("in 100 answers")

    latent = latent_of(informed.campaign, pi, Level.GROUP)
    assert len(as_table(page, "latent-people")) == 6
    assert len(page.locator("#figure-latent-sources tbody tr").all()) == latent["n_other"]
    together = together_of(informed.campaign, informed.catalog, list(informed.campaign.rounds.all()))["result"]
    assert as_table(page, "together-sources")[0][0] == str(together["sources"][0]["number"])
    counted = count_catalog(campaign=informed.campaign, catalog=informed.catalog)["groups"]["cluster"]
    assert as_table(page, "counts-groups")[0][1].startswith(f"{round(counted['estimate'])} [")
    # Each figure leads to its formula.
    formula = page.locator("#figure-comparison-changes").get_by_role("link", name="Formula and source")
    formula.click()
    expect(page.get_by_role("heading", name="Two rounds compared")).to_be_in_viewport()
    axe_clean(page)
    petra.shoot(f"document-{size['width']}", size)


def test_nothing_of_the_model_shows_while_a_blind_round_is_open(people, informed):
    open_round(
        catalog=informed.catalog, scheme=legus_scheme(), campaign_name="Other", n_sources=5, opened_by=None, seed=8
    )
    make_member(informed.galaxy.team, Role.PI, "petra")
    petra = people()
    petra.log_in("petra", PASSWORD)
    page = petra.goto(f"/galaxies/{informed.galaxy.slug}/campaigns/{informed.campaign.uuid}/")
    page.locator("#title-counts").evaluate("title => title.scrollIntoView()")
    expect(page.locator("#figures-counts")).to_contain_text("A blind round of this galaxy is open")
    expect(page.locator("#figures-together")).to_contain_text("A blind round of this galaxy is open")
