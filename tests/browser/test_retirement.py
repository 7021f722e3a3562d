"""A PI opens a round with a retirement rule and asks the dashboard what a rule would have done, in real Chromium."""

import numpy as np
import pytest
from playwright.sync_api import expect

from galaxycat.accounts.models import Role
from labeling.access import watch
from labeling.dashboard.replay import replay_of
from labeling.models import Level, Round
from labeling.retirement import Agreeing, FixedOverlap, OneCoin
from labeling.rounds import close_round
from labeling.simulated import vote_in_simulation
from tests.browser.accessibility import axe_clean
from tests.browser.conftest import LAPTOP, TABLET
from tests.browser.counting import percent
from tests.browser.figures import as_table
from tests.browser.test_dashboard import address, catalog, opened, team  # noqa: F401, fixtures
from tests.factories import PASSWORD, make_member, make_user

SIZES = pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["laptop", "tablet"])


def voted(round_, n_voters):
    robots = [make_user(f"robot{n}", is_simulated=True) for n in range(n_voters)]
    vote_in_simulation(round_=round_, voters=robots, truth={}, rng=np.random.default_rng(5))


@SIZES
def test_a_round_is_opened_with_a_rule_and_its_agreement_is_of_the_controls(people, team, catalog, size):  # noqa: F811
    pi = make_member(team, Role.PI, "petra")
    petra = people(size)
    petra.log_in("petra", PASSWORD)
    page = petra.goto("/galaxies/watched/rounds/new/")
    page.locator("#id_n_sources").fill("30")
    page.locator("#id_overlap").fill("5")
    agreeing = page.get_by_label("Votes that agree (k)")
    expect(agreeing).to_be_hidden()
    page.get_by_role("radio", name="k agreeing votes").check()
    expect(agreeing).to_be_visible()
    expect(page.get_by_label("Posterior (p)")).to_be_hidden()
    agreeing.fill("6")
    page.get_by_label("Controls, share of the draw").fill("0.2")
    with petra.tolerating("422"):
        page.get_by_role("button", name="Open the round").click()
        expect(page.locator(".errorlist")).to_have_text("Agreeing 6 must be 1 to 5, the most votes.")
    page.get_by_label("Votes that agree (k)").fill("2")
    page.locator("legend", has_text="When a source has").evaluate("it => it.scrollIntoView({ block: 'start' })")
    petra.shoot(f"rule-form-{size['width']}", size)
    axe_clean(page)
    page.get_by_role("button", name="Open the round").click()
    page.wait_for_url("**/rounds/*-*/")
    round_ = Round.objects.get()
    assert (round_.retirement, round_.overlap) == ("agreeing/1 agreeing=2 most=5", 5)
    assert round_.draw.full().count() == 6
    expect(page.locator("#draw + dl")).to_contain_text("when 2 votes agree, at the latest after 5")

    watch(round_=round_, user=pi)
    voted(round_, 5)
    page = petra.goto(f"/rounds/{round_.uuid}/")
    said = "Agreement is of the 6 sources with the full overlap of 5; the rule agreeing/1 agreeing=2 most=5"
    expect(page.get_by_role("note")).to_contain_text(said)
    n_retired = round_.draw.exclude(retired_at=None).count()
    assert n_retired > 15
    expect(page.get_by_role("note")).to_contain_text(f"{n_retired} of 30 are retired.")
    page.locator("#results-title").evaluate("title => title.scrollIntoView({ block: 'start' })")
    petra.shoot(f"rule-round-{size['width']}", size)
    axe_clean(page)
    page = petra.goto(address(round_))
    expect(page.get_by_role("note")).to_contain_text(said)
    page.locator("#title-agreement").evaluate("title => title.scrollIntoView({ block: 'start' })")
    petra.shoot(f"rule-agreement-{size['width']}", size)


@SIZES
def test_the_dashboard_says_what_a_rule_would_have_done(people, team, catalog, size):  # noqa: F811
    round_ = opened(catalog, n_sources=60, overlap=5)
    voted(round_, 6)
    close_round(round_=round_)
    pi = make_member(team, Role.PI, "petra")
    petra = people(size)
    petra.log_in("petra", PASSWORD)
    page = petra.goto(address(round_))
    says = page.locator("#retirement-note")
    page.locator("#title-retirement").evaluate("title => title.scrollIntoView({ block: 'start' })")

    def shows(rule, level=Level.LABEL):
        found = replay_of(round_.campaign, pi, rule, level=level)
        expect(says).to_contain_text(
            f"would have retired {found['n_retired']} source{'' if found['n_retired'] == 1 else 's'}, saved "
            f"{found['votes_saved']} of {found['n_votes']} votes ({percent(found['share_saved'])}) and changed "
            f"{found['n_changed']} label"
        )
        return found

    shows(Agreeing(3, 5))
    controls = page.locator("#retirement-controls")
    controls.get_by_label("k", exact=True).fill("2")
    controls.get_by_label("k", exact=True).press("Enter")
    shows(Agreeing(2, 5))
    expect(says).to_contain_text("agreement of votes under a rule is inflated")
    expect(page.locator("#figure-retirement-family svg")).to_contain_text("Votes that agree (k)")
    page.locator("#title-retirement").evaluate("title => title.scrollIntoView({ block: 'start' })")
    petra.shoot(f"retirement-{size['width']}", size)
    axe_clean(page)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    controls.get_by_label("k", exact=True).fill("1")
    controls.get_by_label("k", exact=True).press("Enter")
    found = shows(Agreeing(1, 5))
    changed = as_table(page, "retirement-changed")
    assert len(changed) == found["n_changed"] > 0
    first = found["changed"][0]
    assert changed[0] == [
        first["source"], "1", first["label"], str(first["votes"]), first["full_label"], str(first["full_votes"])
    ]  # fmt: skip
    assert [row[0] for row in as_table(page, "retirement-family")] == ["1", "2", "3", "4", "5"]
    page.locator("#figure-retirement-family .link-button").click()

    controls.get_by_label("Rule").select_option("posterior")
    shows(OneCoin(0.95, 5, 0.8))
    controls.get_by_label("Classes").select_option("group")
    shows(OneCoin(0.95, 5, 0.8), Level.GROUP)
    petra.shoot(f"retirement-posterior-{size['width']}", size)
    with petra.tolerating("422"):
        controls.get_by_label("people right").fill("0.4")
        controls.get_by_label("people right").press("Enter")
        expect(page.locator("#figures-retirement")).to_contain_text(
            "accuracy: 0.4 is no better than chance on 2 labels"
        )
    controls.get_by_label("Rule").select_option("fixed")
    shows(FixedOverlap(4), Level.GROUP)
