"""The one live socket: authorise, follow a topic, forward its events."""

import asyncio
import logging
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import DatabaseError

from galaxycat.accounts.models import Person, User
from galaxycat.events.channels import topic_group
from galaxycat.events.guards import NOT_FOUND, refusal
from galaxycat.events.reading import LIMIT, events_after, last_seq
from galaxycat.events.relay import relay

# Five messages a second: the first at once, what comes meanwhile together after a pause.
PAUSE_S = 0.2
logger = logging.getLogger(__name__)


class LiveConsumer(AsyncJsonWebsocketConsumer):
    """Sends `{"event": "joined", "seq": last}`, then `{"topic", "seq", "events": [{"seq", "kind", "payload"}]}`.

    With `?since=N` what came after N follows at once. Numbers a client gets are consecutive: whatever is missing
    between them, because a message was lost or overtaken, is read from the table.
    """

    topic = ""
    joined = False
    # The last number sent, the number the topic is known to have reached, and what is held for the next message.
    sent = reached = 0
    held: dict[int, dict[str, Any]]
    sending: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        self.topic, self.held = self.scope["url_route"]["kwargs"]["topic"], {}
        refused = await self._refusal()
        # Accepted first, so that the browser gets the code that says why.
        await self.accept()
        if refused:
            await self.close(code=refused)
            return
        self.joined = True
        await self.channel_layer.group_add(topic_group(self.topic), self.channel_name)
        # Joined before the count is read: what comes in between is held, or seen in the count.
        now = await database_sync_to_async(last_seq)(self.topic)
        self.sent = min(_since(self.scope["query_string"], now), now)
        relay().follow(self.topic, self, now)
        await self.send_json({"event": "joined", "seq": now})
        self.offer([], now)

    async def disconnect(self, code: int) -> None:
        if not self.joined:
            return
        self.joined = False
        relay().leave(self.topic, self)
        await self.channel_layer.group_discard(topic_group(self.topic), self.channel_name)
        if self.sending:
            self.sending.cancel()

    async def live_events(self, message: dict[str, Any]) -> None:
        """From the shared layer."""
        self.offer(message["events"], message["events"][-1]["seq"])

    def offer(self, events: list[dict[str, Any]], last_seq: int) -> None:
        """Take events, in any order and more than once, and the number the topic has reached; see that they go out."""
        self.held.update((event["seq"], event) for event in events if event["seq"] > self.sent)
        self.reached = max(self.reached, last_seq)
        is_idle = self.sending is None or self.sending.done()
        if self.joined and self.reached > self.sent and is_idle:
            self.sending = asyncio.create_task(self._send_what_is_new())

    async def _send_what_is_new(self) -> None:
        while self.joined and self.reached > self.sent:
            try:
                await self._send_next()
            except DatabaseError:
                logger.warning("%s: a live socket could not read the table", self.topic, exc_info=True)
            await asyncio.sleep(PAUSE_S)

    async def _send_next(self) -> None:
        # Asked again: a membership may have ended since.
        if refused := await self._refusal():
            await self.close(code=refused)
            await self.disconnect(refused)
            return
        if not (events := self._held_next()):
            events = await self._read_next()
        if not events:
            # Told of a number that is not there (yet): the next tick tells again.
            self.reached = self.sent
            return
        self.sent = events[-1]["seq"]
        self.held = {seq: event for seq, event in self.held.items() if seq > self.sent}
        await self.send_json({"topic": self.topic, "seq": self.sent, "events": events})

    def _held_next(self) -> list[dict[str, Any]]:
        """What is held and follows on what was sent, without a gap."""
        events: list[dict[str, Any]] = []
        while (seq := self.sent + len(events) + 1) in self.held and len(events) < LIMIT:
            events.append(self.held[seq])
        return events

    @database_sync_to_async
    def _read_next(self) -> list[dict[str, Any]]:
        return [event.as_message() for event in events_after(self.topic, self.sent)]

    @database_sync_to_async
    def _refusal(self) -> int | None:
        user: Person = self.scope["user"]
        if isinstance(user, User) or user.is_authenticated:
            # As they are now, not as they were when the socket opened.
            if (current := User.objects.filter(pk=user.pk, is_active=True).first()) is None:
                return NOT_FOUND
            user = current
        return refusal(user, self.topic)


def _since(query: bytes, default: int) -> int:
    """The number after which the client lacks events; `default` without one."""
    for part in query.decode(errors="replace").split("&"):
        name, _, value = part.partition("=")
        if name == "since" and value.isascii() and value.isdigit() and len(value) < 19:
            return int(value)
    return default
