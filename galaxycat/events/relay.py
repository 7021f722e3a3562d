"""The web process' own watch on the table: new rows of followed topics go to its open sockets, whoever wrote them."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Iterable
from typing import Any, Protocol

from channels.db import database_sync_to_async
from django.db import DatabaseError

from galaxycat.events.channels import is_shared
from galaxycat.events.models import Topic
from galaxycat.events.reading import events_after

TICK_S = 0.2
# Where the shared layer brings events at once, the table is only looked at for what it lost.
SHARED_TICK_S = 5.0
# Own commits wake the relay at once, but a burst of them does not make it ask at every one.
REST_S = 0.04
logger = logging.getLogger(__name__)


class Follower(Protocol):
    """An open socket."""

    def offer(self, events: list[dict[str, Any]], last_seq: int) -> None:
        """New events, and the number the topic has reached; the follower reads what it lacks from the table."""


class Relay:
    """Followers by topic, for one event loop. It runs while somebody follows something and asks for nothing else."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.followers: dict[str, set[Follower]] = {}
        self.relayed: dict[str, int] = {}
        self.woken = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    def follow(self, topic: str, follower: Follower, last_seq: int) -> None:
        """Offer the follower what comes after `last_seq`, until `leave`."""
        self.followers.setdefault(topic, set()).add(follower)
        self.relayed[topic] = min(last_seq, self.relayed.get(topic, last_seq))
        if self.task is None or self.task.done():
            self.task = self.loop.create_task(self._run())

    def leave(self, topic: str, follower: Follower) -> None:
        followers = self.followers.get(topic, set())
        followers.discard(follower)
        if not followers:
            self.followers.pop(topic, None)
            self.relayed.pop(topic, None)

    async def _run(self) -> None:
        while self.followers:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.woken.wait(), SHARED_TICK_S if is_shared() else TICK_S)
            self.woken.clear()
            try:
                for topic, last_seq in await _last_seqs(list(self.followers)):
                    await self._relay(topic, last_seq)
            except DatabaseError:
                # A database that is away for a moment is asked again at the next tick.
                logger.warning("The live relay could not read the table", exc_info=True)
            await asyncio.sleep(REST_S)

    async def _relay(self, topic: str, last_seq: int) -> None:
        known = self.relayed.get(topic, last_seq)
        if last_seq <= known:
            return
        # Read once for all its followers. Where there are more than fit, followers read the rest themselves.
        events = await _messages_after(topic, known)
        if topic in self.relayed:
            self.relayed[topic] = last_seq
        for follower in list(self.followers.get(topic, ())):
            follower.offer(events, last_seq)


_relays: dict[int, Relay] = {}
_guard = threading.Lock()


def relay() -> Relay:
    """The running event loop's relay."""
    loop = asyncio.get_running_loop()
    with _guard:
        for key in [key for key, each in _relays.items() if each.loop.is_closed()]:
            del _relays[key]
        if id(loop) not in _relays:
            _relays[id(loop)] = Relay()
        return _relays[id(loop)]


def wake() -> None:
    """Have this process' relays look at the table now. Does nothing where no socket is open, as in a worker."""
    with _guard:
        running = list(_relays.values())
    for each in running:
        # A loop that has ended meanwhile has nobody to tell.
        with contextlib.suppress(RuntimeError):
            each.loop.call_soon_threadsafe(each.woken.set)


@database_sync_to_async
def _last_seqs(topics: Iterable[str]) -> list[tuple[str, int]]:
    return list(Topic.objects.filter(name__in=topics).values_list("name", "last_seq"))


@database_sync_to_async
def _messages_after(topic: str, seq: int) -> list[dict[str, Any]]:
    return [event.as_message() for event in events_after(topic, seq)]
