"""A wire between one person's browser and the server that is really cut: connections drop, new ones are refused."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit


class Wire:
    """Forwards TCP from an address of its own to the server's, so that HTTP and sockets are cut alike."""

    def __init__(self, server: str) -> None:
        self.server = urlsplit(server)
        self.port = 0
        self._joined: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.mend()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def mend(self) -> None:
        """Let connections in, at the same address as before."""
        self._listening = self._wait_for(asyncio.start_server(self._join, "127.0.0.1", self.port))
        self.port = self._listening.sockets[0].getsockname()[1]

    def cut(self) -> None:
        self._wait_for(self._drop_all())

    def end(self) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _wait_for(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(5)

    async def _drop_all(self) -> None:
        self._listening.close()
        for writer in list(self._joined):
            writer.transport.abort()

    async def _join(self, browser: asyncio.StreamReader, to_browser: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection(self.server.hostname, self.server.port)
        ends = {to_browser, to_server}
        self._joined |= ends
        await asyncio.gather(_forward(browser, to_server), _forward(server, to_browser))
        self._joined -= ends


async def _forward(source: asyncio.StreamReader, destination: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65_536):
            destination.write(data)
            await destination.drain()
    destination.close()


@contextmanager
def wire(server: str) -> Iterator[Wire]:
    laid = Wire(server)
    yield laid
    laid.end()
