"""A round as people go through it: opened and closed by its PI, voted on by keyboard."""

from collections.abc import Iterable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from labeling.models import Round
from tests.browser.annotating import answer, ready, saved
from tests.browser.conftest import Person
from tests.browser.listening import Ear
from tests.factories import PASSWORD

N_ANCHORS = 3


@dataclass
class Voter:
    person: Person
    ear: Ear

    @property
    def page(self) -> Page:
        return self.person.page


def open_round(
    pi: Person, address: str, *, n_sources: str, seed: str, mode: str = "Blind", shows_predictions: bool = False
) -> Round:
    """By the form of the galaxy at this address, with N_ANCHORS anchors beside the sources."""
    page = pi.goto(f"{address}rounds/new/")
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
