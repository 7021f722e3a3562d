"""CPU per tile, tiles a second and p95, beside TiTiler and VisiOmatic on the same picture. Not a test: it prints a table.

    make bench-tiles            or    GALAXYCAT_HOME=var/bench python -m tests.benchmarks.tiles [REPEATS]

All servers show the same three bands of one mosaic, linearly between the same limits, and are asked for the same tiles
in the same order, each once; GalaxyCat alone logs people in and checks that they may see the galaxy. The peers run two
processes, GalaxyCat one. A picture of another server that differs ends the run;
after the table so does a peer that costs less than LEAST_RATIOS times ours, or is faster.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from django.conf import settings
from django.urls import reverse
from numpy.typing import NDArray
from rasterio.io import MemoryFile

from tests.benchmarks.tile_load import Load, fetch, measure
from tests.benchmarks.tile_servers import Server, Subject, Tile, galaxycat, running, titiler, visiomatic
from tests.benchmarks.tile_subject import cookies, subject

from catalogs.imagery.blocks import open_pyramid  # isort: skip  # Django is set up by tile_subject
from catalogs.imagery.compose import composer  # isort: skip
from catalogs.imagery.encoding import encode_picture  # isort: skip
from catalogs.imagery.recipes import from_json  # isort: skip
from catalogs.imagery.tiles import TilePlan  # isort: skip
from catalogs.models import Rendition  # isort: skip

CLIENTS = (8, 32)
# CPU of the peer's tile over ours, at least. A data tile is without loss, as a PNG is.
LEAST_RATIOS = {
    ("GalaxyCat PNG", "TiTiler PNG"): 10,
    ("GalaxyCat JPEG", "TiTiler JPEG"): 6,
    ("GalaxyCat data", "TiTiler PNG"): 50,
    ("GalaxyCat JPEG", "VisiOmatic JPEG"): 2,
}
N_WARM, N_TILES, N_DATA_TILES, N_COMPARED = 60, 500, 2400, 5
LEAST_REPEATS = 4  # fewer have not so many tiles
# Rounding of one side against truncation of the other, and the display pyramid's own steps.
MOST_PNG_LEVELS, MOST_JPEG_LEVELS = 2, 1.0


def main(repeats: int) -> None:
    if repeats < LEAST_REPEATS:
        raise SystemExit(f"{repeats}: too few tiles to measure: repeat the field at least {LEAST_REPEATS} times a side")
    folder = Path(settings.GALAXYCAT_HOME) / "peers"
    folder.mkdir(parents=True, exist_ok=True)
    shown, rendition = subject(repeats, folder)
    tiles = _tiles(shown.size_px)
    ours = _addresses(rendition)
    person = cookies(rendition.mosaic.galaxy)
    contenders = [
        (galaxycat(person, ours["data"], "GalaxyCat data"), N_DATA_TILES),
        (galaxycat(person, ours["jpeg"], "GalaxyCat JPEG"), N_TILES),
        (galaxycat(person, ours["png"], "GalaxyCat PNG"), N_TILES),
        (titiler(shown, "jpeg", folder), N_TILES),
        (titiler(shown, "png", folder), N_TILES),
        (visiomatic(shown, folder), N_TILES),
    ]
    pictures: dict[str, list[NDArray[np.int16]]] = {}
    loads: dict[str, list[Load]] = {}
    for server, n_tiles in contenders:
        with running(server) as (pid, port):
            paths = _paths(server, tiles, shown)
            _warm(server, port, paths)
            if "data" not in server.name:
                pictures[server.name] = [_picture(fetch(port, server.cookies, path)) for path in paths[:N_COMPARED]]
            loads[server.name] = [
                measure(pid, port, server.cookies, paths[N_WARM + i * n_tiles :][: n_tiles + 1], n_clients)
                for i, n_clients in enumerate(CLIENTS)
            ]
        print(server.name, *loads[server.name], flush=True)
    _require_same(pictures)
    print(_table(loads))
    print(_floor(rendition, tiles[:200]))
    if too_slow := _too_slow(loads):
        raise SystemExit("; ".join(too_slow))


def _tiles(size_px: int) -> list[Tile]:
    """Whole tiles of the image and its first two halvings, in one random order."""
    tiles = [
        (halvings, col, row)
        for halvings in range(3)
        for col in range((size_px >> halvings) // 256)
        for row in range((size_px >> halvings) // 256)
    ]
    return [tiles[index] for index in np.random.default_rng(1).permutation(len(tiles))]


def _addresses(rendition: Rendition) -> dict[str, Callable[[Tile], str]]:
    mosaic = rendition.mosaic

    def address(tile: Tile, query: str = "") -> str:
        halvings, col, row = tile
        place = [mosaic.display_sha256, rendition.style_hash, mosaic.max_zoom - halvings, col, row]
        return reverse("tile", args=place) + query

    def data(tile: Tile) -> str:
        halvings, col, row = tile
        return reverse("data_tile", args=[mosaic.display_sha256, 1, mosaic.max_zoom - halvings, col, row])

    return {
        "data": data,
        "jpeg": lambda tile: address(tile, "?format=jpeg"),
        "png": lambda tile: address(tile, "?format=png"),
    }


def _paths(server: Server, tiles: list[Tile], shown: Subject) -> list[str]:
    """The tiles' addresses; data tiles are those of all three bands."""
    paths = [server.address(tile) for tile in tiles]
    if "data" not in server.name:
        return paths
    return [path.replace("/data/1/", f"/data/{band}/") for path in paths for band in shown.band_positions]


def _warm(server: Server, port: int, paths: list[str]) -> None:
    for path in paths[:N_WARM]:
        fetch(port, server.cookies, path)


def _picture(body: bytes) -> NDArray[np.int16]:
    with MemoryFile(body) as file, file.open() as dataset:
        return dataset.read([1, 2, 3]).astype(np.int16)


def _require_same(pictures: dict[str, list[NDArray[np.int16]]]) -> None:
    """Raises ValueError where a peer's picture is not ours."""
    for name, theirs in pictures.items():
        fmt = name.rsplit(" ", 1)[1]
        for mine, other in zip(pictures[f"GalaxyCat {fmt}"], theirs, strict=True):
            # JPEGs of other quality and chroma sampling differ in detail; the means of their blocks tell.
            apart = np.abs(mine - other).max() if fmt == "PNG" else np.abs(_blocks(mine) - _blocks(other)).mean()
            if apart > (MOST_PNG_LEVELS if fmt == "PNG" else MOST_JPEG_LEVELS):
                raise ValueError(f"{name} shows another picture: {apart:.2f} levels apart")


def _blocks(picture: NDArray[np.int16]) -> NDArray[np.float64]:
    """Grey means of 8 x 8 pixels."""
    return picture.mean(axis=0).reshape(32, 8, 32, 8).mean(axis=(1, 3))


def _table(loads: dict[str, list[Load]]) -> str:
    heads = "".join(f" | tiles/s {n} | p95 ms {n}" for n in CLIENTS)
    lines = [f"| server | CPU ms a tile{heads} | CPU against TiTiler PNG, JPEG | VisiOmatic JPEG |"]
    lines.append("|" + "---|" * (lines[0].count("|") - 1))
    peers = [_cpu_ms(loads[name]) for name in ("TiTiler PNG", "TiTiler JPEG", "VisiOmatic JPEG")]
    for name, measured in loads.items():
        speeds = "".join(f" | {load.tiles_per_s:.0f} | {load.p95_ms:.0f}" for load in measured)
        png, jpeg, visiomatic_jpeg = (f"{peer_ms / _cpu_ms(measured):.1f}" for peer_ms in peers)
        lines.append(f"| {name} | {_cpu_ms(measured):.2f}{speeds} | {png}, {jpeg} | {visiomatic_jpeg} |")
    return "\n".join(lines)


def _cpu_ms(measured: Sequence[Load]) -> float:
    return sum(load.cpu_ms * load.n_tiles for load in measured) / sum(load.n_tiles for load in measured)


def _too_slow(loads: dict[str, list[Load]]) -> list[str]:
    """Where we are not as far ahead of a peer as LEAST_RATIOS asks, or not ahead in tiles a second or p95."""
    found = []
    for (own, peer), least in LEAST_RATIOS.items():
        ratio = _cpu_ms(loads[peer]) / _cpu_ms(loads[own])
        if ratio < least:
            found.append(f"{own}: CPU of {peer} is {ratio:.1f} times as much, less than {least}")
        for n_clients, ours, theirs in zip(CLIENTS, loads[own], loads[peer], strict=True):
            if ours.tiles_per_s <= theirs.tiles_per_s or ours.p95_ms >= theirs.p95_ms:
                found.append(f"{own}: not faster than {peer} with {n_clients} clients")
    return found


def _floor(rendition: Rendition, tiles: list[Tile]) -> str:
    """What the parts of a tile cost in one thread, without a server: a data tile is one read, a rendered one the rest."""
    mosaic = rendition.mosaic
    planes = mosaic.display_planes
    plan, look = (
        TilePlan(mosaic.display_path, from_json(rendition.recipe), planes),
        composer(from_json(rendition.recipe), {name: plane.scale for name, plane in planes.items()}),
    )
    pyramid = open_pyramid(mosaic.display_path)
    positions = [planes[name].position for name in look.bands]
    places = [(mosaic.max_zoom - halvings, col, row) for halvings, col, row in tiles]
    codes = [plan.codes(*place) for place in places[:20]]
    composed = [look.compose(one) for one in codes]
    parts = {
        "read": [lambda at=(band, *place): pyramid.read(pyramid.span(*at)) for place in places for band in positions],
        "read and decode": [lambda place=place: plan.codes(*place) for place in places[20:]],
        "arithmetic": [lambda one=one: look.compose(one) for one in codes],
        "JPEG": [lambda one=one: encode_picture(*one, "jpeg") for one in composed],
        "PNG": [lambda one=one: encode_picture(*one, "png") for one in composed],
    }
    return "floor, CPU ms: " + ", ".join(f"{name} {_mean_ms(calls):.2f}" for name, calls in parts.items())


def _mean_ms(calls: list[Callable[[], object]]) -> float:
    started_s = time.process_time()
    for call in calls:
        call()
    return 1000 * (time.process_time() - started_s) / len(calls)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
