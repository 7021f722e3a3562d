"""Classifying by keyboard on the labelling page."""

import re

from playwright.sync_api import Page, expect


def ready(page: Page) -> str:
    """The number of the source that can be answered now."""
    number = page.locator("#source-number")
    expect(number).to_have_text(re.compile(r"^Source \d+$"))
    return number.inner_text().split()[1]


def answer(page: Page, key: str) -> str:
    """Press a key on the source in view and wait for the next one, or the end; returns the source's number."""
    before = ready(page)
    press(page, key)
    same = page.locator("#answering:not([hidden])").filter(has_text=re.compile(rf"Source {before}\b"))
    expect(same).to_have_count(0)
    return before


def press(page: Page, key: str) -> None:
    """Press a key once the source in view is drawn and takes one."""
    expect(page.locator("#answering")).to_have_attribute("aria-busy", "false")
    page.wait_for_timeout(200)  # keys are ignored for a moment after a new source comes up
    page.keyboard.press(key)


def saved(page: Page) -> None:
    expect(page.locator("#outbox-words")).to_have_text("All votes saved")
