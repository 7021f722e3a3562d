"""The adjudication queue by keyboard, two curators at once, undo; and the choices of the form that opens the next round."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from galaxycat.accounts.models import Role
from labeling.assignments import claim
from labeling.models import Decision, Round
from labeling.remarks import remark
from labeling.rounds import close_round
from labeling.voting import cast_vote
from tests.browser.accessibility import axe_clean
from tests.browser.conftest import LAPTOP, TABLET
from tests.factories import PASSWORD, make_member, make_round

# By position in the draw: tied on labels, tied on groups too, agreed on, agreed on and flagged.
ANSWERS = [("1", "2"), ("1", "3"), ("4", "4"), ("3", "3")]


@pytest.fixture
def round_(galaxy, team) -> Round:
    """A closed round: two ties, a flag, a comment."""
    catalog = galaxy.catalogs.get(kind="detected")
    round_ = make_round(catalog=catalog, n_sources=4, campaign_name="Star clusters")
    for turn, name in enumerate(("ada", "ben")):
        voter = make_member(team, Role.ANNOTATOR, name)
        for each in claim(round_=round_, annotator=voter, count=4):
            place = each.draw.position
            note = {"assignment": each, "author": voter}
            if turn == 0 and place == 3:
                remark(client_id=uuid4(), kind="flag", text="an artefact of the chip gap?", **note)
            if turn == 1 and place == 0:
                remark(client_id=uuid4(), kind="comment", text="a wing towards the north", **note)
            cast_vote(
                client_id=uuid4(), assignment=each, annotator=voter, outcome="labeled", label=ANSWERS[place][turn]
            )
    return close_round(round_=round_)


def test_ties_are_settled_by_keyboard_and_a_second_curator_is_told(people, team, round_):
    make_member(team, Role.CURATOR, "curie")
    make_member(team, Role.PI, "hubble")
    address = f"/galaxies/story/campaigns/{round_.campaign.uuid}/adjudication/"
    curator, other = people(), people()
    page = curator.log_in("curie", PASSWORD)
    curator.goto(f"/galaxies/story/campaigns/{round_.campaign.uuid}/")
    page.get_by_role("link", name="Adjudication").click()
    cards = page.locator("[data-case]")
    expect(cards).to_have_count(3)
    expect(page.locator("img[src*='/cutouts/']").first).to_be_visible()
    expect(page.get_by_text("a wing towards the north")).to_be_visible()
    axe_clean(page)
    curator.shoot("adjudication")
    curator.shoot("adjudication-tablet", TABLET)
    page.set_viewport_size(LAPTOP)

    late = other.log_in("hubble", PASSWORD)
    other.goto(address)

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(cards.nth(0)).to_have_attribute("data-current", "")
    page.keyboard.press("2")
    number = int(cards.nth(0).get_by_role("heading").inner_text().split()[1])
    expect(cards.nth(0).get_by_role("radio").nth(1)).to_be_checked()
    expect(cards.nth(0).get_by_role("textbox", name="Reason").first).to_be_focused()
    # A digit in the reason is a digit.
    page.keyboard.type("the 2 cores share one halo")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(f"Source {number} is decided: class 2.")).to_be_visible()
    expect(cards).to_have_count(2)
    decision = Decision.objects.standing().get()
    assert (decision.source.number, decision.label.value, decision.decided_by.username) == (number, "2", "curie")
    assert decision.reason == "the 2 cores share one halo"

    # The other curator still looks at the queue as it was.
    other.tolerated = "409"
    card = late.locator(f"#source-{number}")
    card.get_by_role("radio").nth(0).check()
    card.get_by_role("textbox", name="Reason").first.fill("round, I think")
    card.get_by_role("button", name="Decide").click()
    expect(late.get_by_role("alert")).to_contain_text(f"curie decided class 2 on source {number} meanwhile")
    expect(late.get_by_role("alert")).to_contain_text("round, I think")
    assert Decision.objects.count() == 1

    page.get_by_role("link", name="Decided").click()
    expect(cards).to_have_count(1)
    page.get_by_text("Take the decision back").click()
    axe_clean(page)
    curator.shoot("adjudication-decided")
    page.locator(".case-undo textarea").fill("looked at the wrong band")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("its votes count again")).to_be_visible()
    assert not Decision.objects.standing().exists()
    page.get_by_role("link", name="Waiting").click()
    expect(cards).to_have_count(3)
    page.get_by_text(f"History of source {number}: 2 steps").click()
    expect(page.get_by_text("looked at the wrong band")).to_be_visible()


def test_the_next_round_is_drawn_by_disagreement_with_anchors(people, team, round_):
    make_member(team, Role.PI, "pi")
    pi = people()
    page = pi.log_in("pi", PASSWORD)
    pi.goto("/galaxies/story/rounds/new/")
    by_disagreement = page.get_by_role("radio", name="By disagreement")
    parameters = page.locator("[data-sampler=disagreement]")
    predictions = page.get_by_role("checkbox", name="Show the model’s predictions")
    expect(page.locator("#campaign-rounds")).to_contain_text("1 round so far")
    expect(parameters).to_be_hidden()
    expect(predictions).to_be_disabled()
    by_disagreement.check()
    expect(parameters).to_be_visible()
    page.get_by_role("radio", name="Informed").check()
    expect(predictions).to_be_enabled()
    predictions.check()
    page.get_by_role("radio", name="Blind").check()
    expect(predictions).to_be_disabled()
    expect(predictions).not_to_be_checked()
    # Another campaign has no round to disagree in.
    page.locator("#id_campaign_name").fill("Another")
    expect(page.locator("#id_disagreement_round option:not([disabled])")).to_have_count(0)
    page.locator("#id_campaign_name").fill("Star clusters")
    expect(page.locator("#id_disagreement_round")).to_have_value(str(round_.uuid))
    page.locator("#id_n_sources").fill("5")
    page.locator("#id_n_anchors").fill("3")
    page.locator("#id_batch_size").fill("25")
    axe_clean(page)
    by_disagreement.scroll_into_view_if_needed()
    pi.shoot("new-round-choices")
    pi.shoot("new-round-choices-tablet", TABLET)
    page.get_by_role("button", name="Open the round").click()
    page.wait_for_url("**/rounds/*/")
    opened = Round.objects.get(number=2)
    assert (opened.sampler, opened.parameters["sampler"]["round"]) == ("disagreement", str(round_.uuid))
    assert (opened.draw.count(), opened.draw.filter(is_anchor=True).count(), opened.batch_size) == (8, 3, 25)
