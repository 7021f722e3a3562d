"""How long a vote takes to every open socket: a real server, 20 sockets, 40 votes. Not a test: it prints p50 and p95.

    GALAXYCAT_HOME=/tmp/bench python -m tests.benchmarks.vote_to_socket [--by-another-process]

With REDIS_URL set it measures the Redis layer. Votes go through the API of the web process, or are cast in this
process, which the web process then hears of by its relay or by Redis.
"""

import asyncio
import json
import sys
import time

import websockets

from tests.benchmarks.voting import N_PAGES, N_VOTES, Bench, bench, report


async def follow(run: Bench, joined: list[int], delays_ms: list[float]) -> None:
    headers = {"Cookie": f"sessionid={run.cookie}"}
    address = f"ws://{run.server}/ws/live/round.{run.round.uuid}/"
    async with websockets.connect(address, additional_headers=headers, origin=f"http://{run.server}") as page:
        assert json.loads(await page.recv())["event"] == "joined"
        joined.append(1)
        seen = 0
        while seen < N_VOTES:
            for event in json.loads(await page.recv())["events"]:
                seen = event["seq"]
                delays_ms.append(1000 * (time.perf_counter() - run.sent_at_s[seen]))


async def measure(run: Bench, *, by_another_process: bool) -> list[float]:
    joined: list[int] = []
    delays_ms: list[float] = []
    pages = [asyncio.create_task(follow(run, joined, delays_ms)) for _ in range(N_PAGES)]
    while len(joined) < N_PAGES:
        await asyncio.sleep(0.05)
    voting = asyncio.to_thread(run.vote, time.perf_counter, by_another_process=by_another_process)
    await asyncio.gather(voting, *pages)
    return delays_ms


if __name__ == "__main__":
    with bench() as run:
        delays = asyncio.run(measure(run, by_another_process="--by-another-process" in sys.argv))
    report("sockets", delays)
