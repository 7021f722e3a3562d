"""Tiles ahead of Django: an ASGI application that answers what a grant allows, and passes all else on.

Django's own way to a tile (middleware, session, user, queries, a thread) costs several times what the tile does. It
is gone once a minute, and gives the grant.
"""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.http.cookie import parse_cookie

from catalogs.grants import PUBLIC_IMAGES, cookie_name, is_granted
from catalogs.tileanswers import TileAddress, TileAnswer, data_tile, data_tile_at_once, headers, is_known, rendered_tile
from catalogs.tileplans import PLANS
from galaxycat.errors import DomainError

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
RawHeaders = Iterable[tuple[bytes, bytes]]

# As Django's own addresses: digits of other scripts are none.
TILE = re.compile(r"/tiles/([0-9a-f]{64})/(?:data/(\d{1,3})|([0-9a-f]{16}))/(\d{1,2})/(\d{1,6})/(\d{1,6})/", re.ASCII)
FORMATS = {b"": "auto", b"format=png": "png", b"format=jpeg": "jpeg"}
N_THREADS = min(4, os.cpu_count() or 1)


class TileApp:
    """Answers tiles that are granted; `otherwise` answers the rest, and gives the grants."""

    def __init__(self, otherwise: App) -> None:
        self._otherwise = otherwise
        # Threads of their own: tiles do not wait for pages, nor sockets for tiles.
        self._threads = ThreadPoolExecutor(N_THREADS, thread_name_prefix="tiles")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        address = tile_address(scope) if scope["method"] in ("GET", "HEAD") else None
        reach = reach_of(address.image, scope["headers"]) if address else ""
        if not address or not reach:
            await self._otherwise(scope, receive, send)
        elif is_known(_header(scope["headers"], b"if-none-match", ", "), address.etag):
            await respond(send, 304, headers(address, reach, None))
        elif (answer := await self._answer(address)) is not None:
            body = answer.body if scope["method"] == "GET" else b""
            await respond(send, 200, headers(address, reach, answer), body)
        else:  # Django's way tells the reason
            await self._otherwise(scope, receive, send)

    async def _answer(self, address: TileAddress) -> TileAnswer | None:
        try:
            if address.band:
                # Most blocks are in the system's memory; a thread would cost more than the read.
                return data_tile_at_once(address) or await self._in_thread(data_tile, address)
            plan = PLANS.get(address.image, address.style)
            return None if plan is None else await self._in_thread(rendered_tile, plan, address)
        except (DomainError, OSError):
            return None

    async def _in_thread(self, make: Callable[..., TileAnswer], *of: object) -> TileAnswer:
        return await asyncio.get_running_loop().run_in_executor(self._threads, make, *of)


def tile_address(scope: Scope) -> TileAddress | None:
    """The tile that a request names; None for any other address."""
    found = TILE.fullmatch(scope["path"])
    fmt = FORMATS.get(scope["query_string"])
    if found is None or fmt is None:
        return None
    image, band, style, *place = found.groups()
    z, x, y = map(int, place)
    return TileAddress(image, z, x, y, style=style or "", fmt=fmt, band=int(band or 0))


def reach_of(image: str, raw_headers: RawHeaders) -> str:
    """Who may keep the image: "public", "private" to the one who asks, or "" where nothing shows that it may be seen."""
    if image in PUBLIC_IMAGES:
        return "public"
    cookies = parse_cookie(_header(raw_headers, b"cookie", "; "))
    grant = cookies.get(cookie_name(image), "")
    session_key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    return "private" if grant and session_key and is_granted(grant, image, session_key) else ""


def _header(raw_headers: RawHeaders, name: bytes, separator: str) -> str:
    return separator.join(value.decode("latin-1") for key, value in raw_headers if key == name)


async def respond(send: Send, status: int, named: dict[str, str], body: bytes = b"") -> None:
    raw = [(name.lower().encode(), value.encode()) for name, value in named.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
