"""How long a vote takes to every screen: 20 pages open in Chromium, 40 votes. Not a test: it prints p50 and p95.

    GALAXYCAT_HOME=/tmp/bench python -m tests.benchmarks.vote_to_screen [round | dashboard]

From before the vote is sent until the page's number of votes counts it: API, commit, event, socket, fetch, drawing.
Browser and server share the machine's cores: at more than a vote in PAUSE_S it is the drawing of 20 pages that is measured.
"""

import sys
import threading
import time

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.voting import N_PAGES, N_VOTES, Bench, bench, report
from tests.browser import chromium

PAUSE_S = 1.5
# Where the page says how many votes there are.
PAGES = {
    "round": "#results [data-part=annotators] td.numeric",
    "dashboard": "[data-reading=votes] strong",
}
WATCH = """(selector) => {
  window.arrived = {};
  const note = () => {
    const votes = Number.parseInt(document.querySelector(selector)?.textContent ?? "0", 10);
    for (let number = 1; number <= votes; number++) window.arrived[number] ??= (performance.timeOrigin + performance.now()) / 1000;
  };
  new MutationObserver(note).observe(document.body, { childList: true, characterData: true, subtree: true });
}"""


def open_pages(browser: Browser, run: Bench, kind: str) -> list[Page]:
    """N_PAGES pages of as many browser contexts, live."""
    pages = []
    campaign = run.round.campaign
    path = (
        f"rounds/{run.round.uuid}/"
        if kind == "round"
        else f"galaxies/{run.round.galaxy.slug}/campaigns/{campaign.uuid}/"
    )
    for _ in range(N_PAGES):
        context = browser.new_context()
        context.add_cookies([{"name": "sessionid", "value": run.cookie, "url": f"http://{run.server}"}])
        page = context.new_page()
        page.goto(f"http://{run.server}/{path}")
        page.locator("#live[data-state=live]").wait_for(state="attached")
        page.evaluate(WATCH, PAGES[kind])
        pages.append(page)
    return pages


def main(kind: str) -> None:
    with bench() as run, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        pages = open_pages(browser, run, kind)
        voting = threading.Thread(target=run.vote, args=(time.time,), kwargs={"pause_s": PAUSE_S})
        voting.start()
        voting.join()
        delays_ms = []
        for page in pages:
            while str(N_VOTES) not in (arrived_s := page.evaluate("window.arrived")):
                page.wait_for_timeout(100)
            delays_ms += [1000 * (arrived_s[str(number)] - sent_s) for number, sent_s in run.sent_at_s.items()]
        browser.close()
    report(f"{kind} pages", delays_ms)


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else "round")
