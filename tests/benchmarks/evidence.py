"""How long the server takes for a source's evidence on a large mosaic. Not a test: it prints p50 and p95, and fails where they, or
an imported catalogue's first, are above LONGEST_MS.

GALAXYCAT_HOME=var/bench-tiles python -m tests.benchmarks.evidence [REPEATS]
"""

import sys
import time
from pathlib import Path

import numpy as np
from astropy.table import Table
from django.conf import settings
from django.test import Client

from tests.benchmarks.tile_subject import FIELD_PX, subject

from catalogs.importing import import_catalog  # isort: skip  # Django is set up by tile_subject
from catalogs.models import Catalog, Galaxy  # isort: skip
from galaxycat.accounts.models import User  # isort: skip

LONGEST_MS = 150
N_ASKED = 200


def main(repeats: int) -> None:
    folder = Path(settings.GALAXYCAT_HOME) / "peers"
    folder.mkdir(parents=True, exist_ok=True)
    _, rendition = subject(repeats, folder)
    galaxy = rendition.mosaic.galaxy
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username=galaxy.slug))
    (truth,) = (folder / galaxy.slug).glob("*truth*.ecsv")
    field = Table.read(truth, format="ascii.ecsv")
    places = np.column_stack([field["x_px"], field["y_px"]])
    shifts = FIELD_PX * np.stack(np.meshgrid(*2 * [np.arange(repeats)]), axis=-1).reshape(-1, 1, 2)
    places = (places + shifts).reshape(-1, 2)
    _ask(client, _catalog(galaxy, places[:1], "opens the image"), 1, "usual")
    slowest_ms = 0.0
    for field in ("usual", "wide"):
        catalog = _catalog(galaxy, places, field)
        numbers = 1 + np.random.default_rng(len(field)).choice(len(places), N_ASKED, replace=False)
        first_ms, *delays_ms = [_ask(client, catalog, int(number), field) for number in numbers]
        p50, p95 = np.percentile(delays_ms, [50, 95])
        print(f"{field}: p50 {p50:.0f} ms, p95 {p95:.0f} ms; the catalogue's first {first_ms:.0f} ms")
        slowest_ms = max(slowest_ms, p95, first_ms)
    if slowest_ms > LONGEST_MS:
        raise SystemExit(f"{slowest_ms:.0f} ms: slower than {LONGEST_MS} ms")


def _catalog(galaxy: Galaxy, places: np.ndarray, name: str) -> Catalog:
    path = Path(settings.GALAXYCAT_HOME) / "peers" / "sources.csv"
    Table(places, names=["x_px", "y_px"]).write(path, format="ascii.csv", overwrite=True)
    return import_catalog(galaxy=galaxy, path=path, name=name).catalog


def _ask(client: Client, catalog: Catalog, number: int, field: str) -> float:
    uuid = catalog.sources.get(number=number).uuid
    started_s = time.perf_counter()
    answer = client.get(f"/api/v1/sources/{uuid}/evidence/?field={field}")
    elapsed_ms = 1000 * (time.perf_counter() - started_s)
    if answer.status_code != 200:
        raise SystemExit(f"evidence: {answer.status_code}")
    return elapsed_ms


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
