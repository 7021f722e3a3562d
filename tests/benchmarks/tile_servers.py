"""GalaxyCat and its peers, each as a real server of the same mosaic on this machine's cores.

A peer lives in a virtual environment of its own, made at the first run: its dependencies are not the product's.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import rasterio
from rasterio.transform import Affine

from catalogs.imagery.recipes import Recipe
from tests.benchmarks.peers import peer

PEER_PROCESSES = 2
# At this zoom of the Web Mercator grid a pixel of the copy is a pixel of the image, its corner a tile's corner.
MERCATOR_ZOOM = 18
MERCATOR_PX_M = 2 * 20037508.342789244 / 256 / 2**MERCATOR_ZOOM
WORST_START_S = 300

Tile = tuple[int, int, int]  # halvings of the image, column, row from the top


@dataclass(frozen=True)
class Server:
    """How to start a server, and the address of a tile; `cookies` are those of the person who asks."""

    name: str
    command: Callable[[int], list[str]]
    address: Callable[[Tile], str]
    cookies: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """What all show: three bands as red, green and blue, from black to white, linearly."""

    science: Path
    fits_cube: Path
    recipe: Recipe
    band_positions: tuple[int, int, int]  # 1-based
    size_px: int


def galaxycat(cookies: dict[str, str], address: Callable[[Tile], str], name: str) -> Server:
    def command(port: int) -> list[str]:
        return [
            sys.executable,
            "-m",
            "uvicorn",
            "galaxycat.asgi:application",
            "--port",
            str(port),
            "--log-level",
            "warning",
        ]

    return Server(name, command, address, cookies)


def titiler(subject: Subject, fmt: str, folder: Path) -> Server:
    """TiTiler on a copy of the science COG that has a place on the Web Mercator grid, so that it need not warp."""
    python, copy = peer("titiler", folder), folder / f"mercator-{subject.science.stem[:16]}.tif"
    if not copy.is_file():
        shutil.copyfile(subject.science, copy)
        with rasterio.open(copy, "r+", IGNORE_COG_LAYOUT_BREAK="YES") as dataset:
            dataset.crs, dataset.transform = "EPSG:3857", Affine(MERCATOR_PX_M, 0, 0, 0, -MERCATOR_PX_M, 0)
    bands = "&".join(f"bidx={position}" for position in subject.band_positions)
    limits = "&".join(f"rescale={black},{white}" for black, white in _limits(subject))

    def command(port: int) -> list[str]:
        here = str(Path(__file__).parent)
        return [
            python, "-m", "uvicorn", "titiler_app:app", "--app-dir", here, "--port", str(port),
            "--workers", str(PEER_PROCESSES), "--log-level", "warning",
        ]  # fmt: skip

    def address(tile: Tile) -> str:
        halvings, col, row = tile
        zoom, first = MERCATOR_ZOOM - halvings, 2 ** (MERCATOR_ZOOM - 1 - halvings)
        place = f"{zoom}/{first + col}/{first + row}.{'png' if fmt == 'png' else 'jpg'}"
        return f"/tiles/WebMercatorQuad/{place}?url={quote(str(copy), safe='')}&{bands}&{limits}"

    return Server(f"TiTiler {fmt.upper()}", command, address)


def visiomatic(subject: Subject, folder: Path) -> Server:
    """VisiOmatic on a FITS cube of the three bands; it knows JPEG only."""
    python = peer("visiomatic", folder)
    cuts = "&".join(f"MINMAX={i}:{black},{white}" for i, (black, white) in enumerate(_limits(subject), 1))
    mix = "MIX=1:1,0,0&MIX=2:0,1,0&MIX=3:0,0,1"
    home = folder / "visiomatic-home"
    home.mkdir(exist_ok=True)

    def command(port: int) -> list[str]:
        program = str(Path(python).with_name("visiomatic"))
        options = ["--no_browser", "--workers", str(PEER_PROCESSES), "--cache_dir", str(home / "cache")]
        return [program, *options, "--host", "127.0.0.1", "--port", str(port), str(subject.fits_cube)]

    def address(tile: Tile) -> str:
        halvings, col, row = tile
        level = _levels(subject.size_px) - 1 - halvings
        index = row * -(-(subject.size_px >> halvings) // 256) + col
        look = f"{cuts}&{mix}&GAM=1&CNT=1&BRT=0&QLT=90"
        return f"/api?FIF={quote(str(subject.fits_cube), safe='')}&JTL={level},{index}&{look}"

    return Server("VisiOmatic JPEG", command, address, environment={"HOME": str(home)})


def _limits(subject: Subject) -> list[tuple[float, float]]:
    return list(zip(subject.recipe.black, subject.recipe.white, strict=True))


def _levels(size_px: int) -> int:
    """VisiOmatic halves until one tile holds the image."""
    return 1 + max(0, (-(-size_px // 256) - 1).bit_length())


@contextmanager
def running(server: Server) -> Iterator[tuple[int, int]]:
    """(process id, port) of the server, once it answers; it and its children are ended afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        server.command(port), env=os.environ | server.environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline_s = time.monotonic() + WORST_START_S
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline_s:
                raise RuntimeError(f"{server.name} did not start: {' '.join(process.args)}")
            time.sleep(0.2)
        yield process.pid, port
    finally:
        os.killpg(process.pid, 15)
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
