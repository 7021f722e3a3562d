"""How long the server takes for a source's evidence, cold and warm, on a large mosaic. Not a test: it prints p50 and p95.

GALAXYCAT_HOME=var/bench-tiles python -m tests.benchmarks.evidence [REPEATS]
"""

import sys
import time
from pathlib import Path

import numpy as np
from django.conf import settings
from django.test import Client

from tests.benchmarks.tile_subject import subject

from catalogs.models import Catalog, Source  # isort: skip  # Django is set up by tile_subject
from galaxycat.accounts.models import User  # isort: skip

N_SOURCES, NAME = 20_000, "bench-evidence"


def main(repeats: int) -> None:
    folder = Path(settings.GALAXYCAT_HOME) / "peers"
    folder.mkdir(parents=True, exist_ok=True)
    _, rendition = subject(repeats, folder)
    galaxy = rendition.mosaic.galaxy
    catalog = galaxy.catalogs.filter(name=NAME).first() or _catalog(galaxy)
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username=galaxy.slug))
    for field in ("usual", "wide"):
        numbers = np.random.default_rng(len(field)).choice(N_SOURCES, 200, replace=False)
        delays_ms = [_ask(client, catalog, int(number) + 1, field) for number in numbers]
        p50, p95 = np.percentile(delays_ms[5:], [50, 95])
        print(f"{field}: p50 {p50:.0f} ms, p95 {p95:.0f} ms; the first, which looks for the PSF, {delays_ms[0]:.0f} ms")


def _catalog(galaxy) -> Catalog:
    catalog = Catalog.objects.create(galaxy=galaxy, name=NAME, kind=Catalog.Kind.REFERENCE, method="bench")
    places = np.random.default_rng(0).uniform(0, galaxy.width_px - 1, (N_SOURCES, 2))
    rows = (Source(catalog=catalog, number=n, x_px=x, y_px=y) for n, (x, y) in enumerate(places.tolist(), 1))
    Source.objects.bulk_create(rows, batch_size=2000)
    return catalog


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
