"""Telling open pages of an event that has committed, from any thread of any process."""

import asyncio
import atexit
import logging
import threading
import time
from queue import SimpleQueue
from typing import Any

from channels.layers import get_channel_layer

from galaxycat.events.channels import is_shared, topic_group
from galaxycat.events.relay import wake

LEAVE_S = 2.0
logger = logging.getLogger(__name__)


def tell(topic: str, message: dict[str, Any]) -> None:
    """Tell of one committed event: by the shared layer at once, else by waking this process' own relay.

    Whoever is not told, because Redis is away or another process wrote, reads the table at the relay's next tick.
    """
    if is_shared():
        announcer.put(topic, message)
    else:
        wake()


class Announcer:
    """One thread with an event loop of its own that sends to the shared layer, in order.

    A request's thread has no loop, a command neither; making one a message, or waiting for the web server's, delayed
    messages by up to 0.8 s.
    """

    def __init__(self) -> None:
        self._queue: SimpleQueue[tuple[str, dict[str, Any]]] = SimpleQueue()
        self._starting = threading.Lock()
        self._is_running = False
        self._n_put = self._n_sent = 0

    def put(self, topic: str, message: dict[str, Any]) -> None:
        with self._starting:
            self._n_put += 1
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="galaxycat-events", daemon=True).start()
                # A command that ends right after its last event must still get it out.
                atexit.register(self.flush)
        self._queue.put((topic, message))

    def flush(self, timeout_s: float = LEAVE_S) -> None:
        """Wait until what was put is sent, or for `timeout_s`."""
        end = time.monotonic() + timeout_s
        while self._n_sent < self._n_put and time.monotonic() < end:
            time.sleep(0.01)

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            while True:
                topic, message = self._queue.get()
                try:
                    runner.run(self._send(topic, message))
                except Exception:
                    logger.warning("%s: an event was not announced; pages read it from the table", topic, exc_info=True)
                self._n_sent += 1

    @staticmethod
    async def _send(topic: str, message: dict[str, Any]) -> None:
        layer = get_channel_layer()
        if layer is not None:
            await layer.group_send(topic_group(topic), {"type": "live.events", "events": [message]})


announcer = Announcer()
