"""A round, its people, a real web process, and votes cast one by one: what the benchmarks of live pages share."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "galaxycat.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402

from catalogs.imagery.fitsband import BandArgument  # noqa: E402
from catalogs.ingest import ingest_galaxy  # noqa: E402
from catalogs.models import Galaxy  # noqa: E402
from catalogs.simulation import SimulationSpec, simulate_galaxy  # noqa: E402
from galaxycat.accounts.models import Role, Team, User  # noqa: E402
from labeling.access import watch  # noqa: E402
from labeling.assignments import claim  # noqa: E402
from labeling.models import Round  # noqa: E402
from labeling.voting import cast_vote  # noqa: E402
from tests.factories import make_catalog, make_member, make_round, make_team  # noqa: E402

N_PAGES, N_VOTES, PAUSE_S = 20, 40, 0.35


@dataclass
class Bench:
    """`sent_at_s`: number of a vote -> when it was sent, by the clock that is given to `vote`."""

    server: str
    round: Round
    annotator: User
    cookie: str
    sent_at_s: dict[int, float] = field(default_factory=dict)

    def vote(self, clock, *, by_another_process: bool = False, pause_s: float = PAUSE_S) -> None:
        """N_VOTES votes through the API of the web process, or by this one, which that process then has to hear of."""
        token = "" if by_another_process else Token.objects.get_or_create(user=self.annotator)[0].key
        for number in range(1, N_VOTES + 1):
            (assignment,) = claim(round_=self.round, annotator=self.annotator, count=1)
            said = {"outcome": "labeled", "label": "1"}
            self.sent_at_s[number] = clock()
            if by_another_process:
                cast_vote(client_id=uuid4(), assignment=assignment, annotator=self.annotator, **said)
            else:
                self._post(said | {"client_id": str(uuid4()), "assignment": str(assignment.uuid)}, token)
            time.sleep(pause_s)
        connection.close()

    def _post(self, vote: dict[str, str], token: str) -> None:
        headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"http://{self.server}/api/v1/votes/", json.dumps(vote).encode(), headers)
        urllib.request.urlopen(request).close()  # noqa: S310 - our own server


@contextmanager
def bench() -> Iterator[Bench]:
    """A round of N_VOTES sources that a PI watches, served by uvicorn in a process of its own."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    team = make_team(f"Bench {uuid4().hex[:8]}")
    pi, annotator = (make_member(team, role, uuid4().hex[:12]) for role in (Role.PI, Role.ANNOTATOR))
    catalog = make_catalog(_galaxy(team), 2 * N_VOTES)
    round_ = make_round(team, n_sources=N_VOTES, catalog=catalog)
    watch(round_=round_, user=pi)
    client = Client()
    client.force_login(pi)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = ["--port", str(port), "--log-level", "warning"]
    web = subprocess.Popen([sys.executable, "-m", "uvicorn", "galaxycat.asgi:application", *address])
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.2)
        yield Bench(f"127.0.0.1:{port}", round_, annotator, client.cookies["sessionid"].value)
    finally:
        web.terminate()
        web.wait()


def _galaxy(team: Team) -> Galaxy:
    """A small galaxy with an image, so that pages have pictures to show."""
    slug = f"bench-{uuid4().hex[:8]}"
    with TemporaryDirectory() as folder:
        files = simulate_galaxy(SimulationSpec(name=slug, size_px=512), Path(folder) / slug, lambda line: None)
        bands = [BandArgument(name.upper(), path) for name, path in files.bands.items()]
        return ingest_galaxy(slug=slug, bands=bands, team=team).mosaic.galaxy


def report(name: str, delays_ms: list[float]) -> None:
    """One line: how many arrivals, and their p50, p95 and slowest."""
    ordered = sorted(delays_ms)
    p50, p95 = ordered[len(ordered) // 2], ordered[int(0.95 * len(ordered))]
    print(
        f"{name}: {len(ordered)} arrivals: p50 {p50:.0f} ms, p95 {p95:.0f} ms, slowest {ordered[-1]:.0f} ms", flush=True
    )
