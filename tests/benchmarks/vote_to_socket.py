"""How long a vote takes to every open page: a real server, 20 sockets, 40 votes. Not a test: it prints p50 and p95.

    GALAXYCAT_HOME=/tmp/bench python -m tests.benchmarks.vote_to_socket [--by-another-process]

With REDIS_URL set it measures the Redis layer. Votes go through the API of the web process, or are cast in this
process, which the web process then hears of by its relay or by Redis.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from uuid import uuid4

import django

N_PAGES, N_VOTES, PAUSE_S = 20, 40, 0.35
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "galaxycat.settings")
django.setup()

import websockets  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402

from galaxycat.accounts.models import Role  # noqa: E402
from labeling.access import watch  # noqa: E402
from labeling.assignments import claim  # noqa: E402
from labeling.voting import cast_vote  # noqa: E402
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team  # noqa: E402

sent_at: dict[int, float] = {}
delays_ms: list[float] = []


async def follow(server: str, topic: str, cookie: str, joined: list[int]) -> None:
    headers = {"Cookie": f"sessionid={cookie}"}
    address = f"ws://{server}/ws/live/{topic}/"
    async with websockets.connect(address, additional_headers=headers, origin=f"http://{server}") as page:
        assert json.loads(await page.recv())["event"] == "joined"
        joined.append(1)
        seen = 0
        while seen < N_VOTES:
            for event in json.loads(await page.recv())["events"]:
                seen = event["seq"]
                delays_ms.append(1000 * (time.perf_counter() - sent_at[seen]))


def vote(server: str, round_, annotator, token: str | None) -> None:
    """N_VOTES votes, by the API with a token, by this process without."""
    for number in range(1, N_VOTES + 1):
        (assignment,) = claim(round_=round_, annotator=annotator, count=1)
        said = {"outcome": "labeled", "label": "1"}
        sent_at[number] = time.perf_counter()
        if token is None:
            cast_vote(client_id=uuid4(), assignment=assignment, annotator=annotator, **said)
        else:
            body = json.dumps(said | {"client_id": str(uuid4()), "assignment": str(assignment.uuid)}).encode()
            headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
            request = urllib.request.Request(f"http://{server}/api/v1/votes/", body, headers)
            urllib.request.urlopen(request).close()  # noqa: S310 - our own server
        time.sleep(PAUSE_S)
    connection.close()


async def measure(server: str, round_, cookie: str, annotator, token: str | None) -> None:
    joined: list[int] = []
    topic = f"round.{round_.uuid}"
    pages = [asyncio.create_task(follow(server, topic, cookie, joined)) for _ in range(N_PAGES)]
    while len(joined) < N_PAGES:
        await asyncio.sleep(0.05)
    await asyncio.gather(asyncio.to_thread(vote, server, round_, annotator, token), *pages)


def main() -> None:
    call_command("migrate", verbosity=0)
    team = make_team(f"Bench {uuid4().hex[:8]}")
    pi, annotator = (make_member(team, role, uuid4().hex[:12]) for role in (Role.PI, Role.ANNOTATOR))
    catalog = make_catalog(make_galaxy(team, slug=uuid4().hex[:12]), 2 * N_VOTES)
    round_ = make_round(team, n_sources=N_VOTES, catalog=catalog)
    watch(round_=round_, user=pi)
    client = Client()
    client.force_login(pi)
    token = None if "--by-another-process" in sys.argv else Token.objects.create(user=annotator).key
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "galaxycat.asgi:application",
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    web = subprocess.Popen(command)
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.2)
        asyncio.run(measure(f"127.0.0.1:{port}", round_, client.cookies["sessionid"].value, annotator, token))
    finally:
        web.terminate()
        web.wait()
    delays_ms.sort()
    p50, p95 = delays_ms[len(delays_ms) // 2], delays_ms[int(0.95 * len(delays_ms))]
    print(f"{len(delays_ms)} arrivals: p50 {p50:.0f} ms, p95 {p95:.0f} ms, slowest {delays_ms[-1]:.0f} ms")


if __name__ == "__main__":
    main()
