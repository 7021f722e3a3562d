"""Real Chromium against the real application: ASGI server, sockets, hashed static files, database, images."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from django.conf import settings
from django.core.management import call_command
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

from catalogs.detecting import detect_sources
from catalogs.imagery.fitsband import BandArgument
from catalogs.importing import import_catalog
from catalogs.ingest import ingest_galaxy
from catalogs.models import Band, Catalog, Galaxy, Mosaic, Rendition, Source
from catalogs.simulation import SimulatedFiles, SimulationSpec, simulate_galaxy
from galaxycat.accounts.models import Team
from tests.browser import chromium
from tests.browser.keptrows import KeptRows
from tests.factories import make_team

# Playwright's sync API keeps an event loop in this thread, where the tests use the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

LAPTOP, TABLET = {"width": 1280, "height": 800}, {"width": 820, "height": 1180}
# `make screenshots` sends them into the documentation; a test run leaves the work tree as it was.
SCREENSHOTS = Path(os.environ.get("SCREENSHOTS", settings.GALAXYCAT_HOME / "screenshots"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A browser without WebGL; a module that tests it has one of its own."""
    yield from launched(playwright, chromium.FLAGS)


def launched(playwright: Playwright, flags: list[str]) -> Iterator[Browser]:
    """A Chromium until the end of the tests; none fails where CI=true and skips elsewhere."""
    path = chromium.find()
    if path is None:
        reason = "no Chromium: set CHROMIUM to its path, or install the package chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    browser = playwright.chromium.launch(executable_path=path, args=flags)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def statics() -> None:
    """The hashed static files, collected before the application starts."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture
def server(transactional_db: None, statics: None) -> Iterator[str]:
    """The address of the application, served by uvicorn in a thread of this process."""
    from galaxycat.asgi import application

    config = uvicorn.Config(application, host="127.0.0.1", port=0, log_level="warning", timeout_graceful_shutdown=2)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not running.started:
        assert thread.is_alive(), "uvicorn ended"
        assert time.monotonic() < deadline, "uvicorn did not start"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    running.should_exit = True
    thread.join(timeout=10)


class Person:
    """Somebody with a browser of their own, whose console must stay clean."""

    def __init__(self, context: BrowserContext, server: str) -> None:
        self.context, self.server, self.complaints = context, server, []
        # What the browser itself reports of requests that a test makes fail.
        self.tolerated = ""
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    @contextmanager
    def tolerating(self, *words: str) -> Iterator[None]:
        """For what the test makes fail meanwhile, and only then."""
        before = len(self.complaints)
        yield
        self.page.evaluate("0")  # what the console said before this has arrived after it
        self.complaints[before:] = [
            each for each in self.complaints[before:] if not any(word in each for word in words)
        ]

    @property
    def unexpected(self) -> list[str]:
        return [each for each in self.complaints if not (self.tolerated and self.tolerated in each)]

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def goto(self, path: str) -> Page:
        self.page.goto(self.server + path)
        return self.page

    def log_in(self, username: str, password: str) -> Page:
        self.goto("/accounts/login/")
        self.page.locator("input[name=login]").fill(username)
        self.page.locator("input[name=password]").fill(password)
        self.page.locator("main button[type=submit]").click()
        self.page.wait_for_url(self.server + "/")
        return self.page

    def shoot(self, name: str, size: dict[str, int] = LAPTOP) -> None:
        """A screenshot, for the documentation and to be looked at."""
        self.page.set_viewport_size(size)
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_load_state("networkidle")
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


@pytest.fixture
def people(browser: Browser, server: str) -> Iterator[Callable[..., Person]]:
    """`people()` opens a browser of its own for one more person, `through` another address where it is given, with fingers where
    `has_touch`; at the end no console may have complained."""
    everybody: list[Person] = []

    def arrive(size: dict[str, int] = LAPTOP, through: str = server, has_touch: bool = False) -> Person:
        everybody.append(Person(browser.new_context(viewport=size, has_touch=has_touch), through))
        return everybody[-1]

    yield arrive
    for person in everybody:
        person.context.close()
    assert [complaint for person in everybody for complaint in person.unexpected] == []


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> SimulatedFiles:
    """A simulated galaxy's FITS files."""
    spec = SimulationSpec(name="story", size_px=768, seed=5)
    return simulate_galaxy(spec, tmp_path_factory.mktemp("simulated") / "story", lambda line: None)


@pytest.fixture(scope="session")
def story_rows() -> KeptRows:
    return KeptRows(Galaxy, Mosaic, Band, Rendition, Catalog, Source)


@pytest.fixture
def team(server: str) -> Team:
    return make_team("Whirlpool survey")


@pytest.fixture
def galaxy(team: Team, files: SimulatedFiles, story_rows: KeptRows) -> Galaxy:
    """The simulated galaxy, ingested, with detected sources and a reference catalogue."""

    def make() -> None:
        bands = [BandArgument(name.upper(), path) for name, path in files.bands.items()]
        galaxy = ingest_galaxy(slug="story", name="Story galaxy (simulated)", bands=bands, team=team).mosaic.galaxy
        detect_sources(galaxy=galaxy)
        import_catalog(galaxy=galaxy, path=files.truth, name="truth")

    story_rows.again(make, team=team)
    return Galaxy.objects.get(slug="story")
