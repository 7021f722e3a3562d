"""Clients that ask for tiles over kept connections, and what that cost the server: CPU per tile, tiles a second, p95."""

import asyncio
import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    """What `n_tiles` requests cost: CPU of the server's processes, wall time, and each request's delay."""

    n_tiles: int
    cpu_ms: float
    tiles_per_s: float
    p95_ms: float


@dataclass
class Browser:
    """One client: a kept connection, cookies, and what it was given last."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**22)

    async def get(self, path: str) -> None:
        """Ask and read the whole answer. Raises ValueError for anything but 200."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        ask = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {cookies}\r\n\r\n"
        self.writer.write(ask.encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = re.search(r"(?i)^content-length: (\d+)", head, re.MULTILINE)
        self.body = await (self.reader.readexactly(int(length[1])) if length else self._chunks())
        for name, value in re.findall(r"(?im)^set-cookie: ([^=]+)=([^;\r]*)", head):
            self.cookies[name] = value
        if not head.startswith("HTTP/1.1 200"):
            raise ValueError(f"{path}: {head.splitlines()[0]}: {self.body[:200]!r}")

    async def _chunks(self) -> bytes:
        body = b""
        while size := int(await self.reader.readline(), 16):
            body += (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readline()
        return body


def fetch(port: int, cookies: dict[str, str], path: str) -> bytes:
    """One answer's body."""

    async def ask() -> bytes:
        browser = Browser(port, dict(cookies))
        await browser.open()
        await browser.get(path)
        browser.writer.close()
        return browser.body

    return asyncio.run(ask())


def measure(pid: int, port: int, cookies: dict[str, str], paths: Sequence[str], n_clients: int) -> Load:
    """Ask for each path once, shared among the clients, each of which asks for the next when it has the last."""
    return asyncio.run(_measure(pid, [Browser(port, dict(cookies)) for _ in range(n_clients)], paths))


async def _measure(pid: int, browsers: list[Browser], paths: Sequence[str]) -> Load:
    for browser in browsers:
        await browser.open()
        await browser.get(paths[0])  # a session's first request is not what is measured
    left, delays_s = iter(paths[1:]), []
    cpu_s, started_s = cpu_seconds(pid), time.perf_counter()
    await asyncio.gather(*(_ask(browser, left, delays_s) for browser in browsers))
    wall_s, cpu_s = time.perf_counter() - started_s, cpu_seconds(pid) - cpu_s
    for browser in browsers:
        browser.writer.close()
    n_tiles = len(delays_s)
    p95_s = sorted(delays_s)[int(0.95 * n_tiles)]
    return Load(n_tiles, 1000 * cpu_s / n_tiles, n_tiles / wall_s, 1000 * p95_s)


async def _ask(browser: Browser, left: Iterator[str], delays_s: list[float]) -> None:
    for path in left:
        asked_s = time.perf_counter()
        await browser.get(path)
        delays_s.append(time.perf_counter() - asked_s)


def cpu_seconds(pid: int) -> float:
    """CPU time, user and system, of a process, its children and theirs."""
    stats = [stat for process in Path("/proc").glob("[0-9]*") if (stat := _stat(process))]
    family = {pid}
    while grown := {number for number, parent, _ in stats if parent in family} - family:
        family |= grown
    return sum(cpu_s for number, _, cpu_s in stats if number in family)


def _stat(process: Path) -> tuple[int, int, float] | None:
    """(process id, its parent's, CPU seconds); None where it has just ended."""
    try:
        fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return int(process.name), int(fields[1]), (int(fields[11]) + int(fields[12])) * TICK_S
