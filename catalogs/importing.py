"""Bringing a catalogue file in as a reference catalogue."""

import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.db import transaction

from catalogs.evidence import estimated_psf
from catalogs.models import Catalog, Galaxy, Source
from catalogs.names import free_name
from catalogs.sky import pixels_of, sky_of
from catalogs.storage import sha256_of
from catalogs.tables.model import Rejection, SourceTable
from catalogs.tables.registry import read_table
from galaxycat.accounts.models import User
from galaxycat.errors import BadInput

BATCH = 2000
# Off the image is kept and flagged; beyond this it is no pixel of any mosaic.
FARTHEST_PX = 1e7
# A wrong origin of the pixels is one off each way.
LARGEST_OFFSET_PX = 0.7


@dataclass(frozen=True)
class Imported:
    """A new reference catalogue. `n_outside` of its `n_imported` sources lie off the image and are flagged."""

    catalog: Catalog
    n_imported: int
    n_outside: int
    rejected: list[Rejection]
    classes: dict[str, int]
    notes: list[str]

    @property
    def sentence(self) -> str:
        """The result in one line for a person."""
        parts = [f"{self.catalog.name}: {self.n_imported:,} sources imported ({self.catalog.method})"]
        if self.n_outside:
            parts.append(f"{self.n_outside:,} of them lie off the image and are flagged")
        parts += self.notes
        if self.rejected:
            first = self.rejected[0]
            parts.append(f"{len(self.rejected):,} rows rejected, the first in row {first.row}: {first.reason}")
        return "; ".join(parts) + "."


def import_catalog(
    *,
    galaxy: Galaxy,
    path: Path,
    format_: str | None = None,
    name: str | None = None,
    created_by: User | None = None,
    **options: Any,
) -> Imported:
    """Read a catalogue file and keep it as a reference catalogue of the galaxy.

    Places given in pixels only get sky coordinates from the galaxy's WCS, and the other way round. Raises BadInput
    for a file that cannot be used; then nothing is kept.
    """
    table = read_table(path, format_, **options)
    notes = _contradictions(galaxy, table)
    placed = _placed(galaxy, table)
    if not placed.any():
        raise BadInput(
            f"{path.name}: none of its places is on the grid of {galaxy.slug}; give x_px and y_px, or sky places near it"
        )
    parameters = _parameters(galaxy, table, placed)
    with transaction.atomic():
        catalog = Catalog.objects.create(
            galaxy=galaxy,
            name=free_name(galaxy, name or path.stem),
            kind=Catalog.Kind.REFERENCE,
            method=table.layout[:200],
            parameters=parameters,
            units=table.units,
            descriptions=table.descriptions,
            file_name=path.name[-255:],
            file_sha256=sha256_of(path),
            created_by=created_by,
        )
        sources = _sources(catalog, table, placed)
        Source.objects.bulk_create(sources, batch_size=BATCH)
    unplaced = [
        Rejection(int(number), "no place on this galaxy's grid: no WCS, or beyond ten million pixels")
        for number in table.number[~placed]
    ]
    counts = Counter(source.published_label for source in sources)
    return Imported(
        catalog=catalog,
        n_imported=len(sources),
        n_outside=sum(source.is_outside for source in sources),
        rejected=[*table.rejected, *unplaced],
        classes={label: counts[label] for label in table.classes if counts[label]},
        notes=notes,
    )


def _parameters(galaxy: Galaxy, table: SourceTable, placed: np.ndarray) -> dict[str, Any]:
    """The point source that the catalogue's sources show, so that who first looks at one of them does not wait for it."""
    inside = np.flatnonzero(placed & _is_inside(galaxy, table))
    rows = inside[np.argsort(table.number[inside], kind="stable")]
    try:
        return {
            "estimated_psf": estimated_psf(np.column_stack([table.x_px[rows], table.y_px[rows]]), galaxy.latest_mosaic)
        }
    except OSError:  # the image cannot be read now: it is estimated when somebody looks
        return {}


def _contradictions(galaxy: Galaxy, table: SourceTable) -> list[str]:
    """What a person must know where the file's pixels are not those of its own sky positions on this image."""
    both = np.isfinite(table.x_px) & np.isfinite(table.ra_deg)
    x_px, y_px = pixels_of(galaxy, table.ra_deg[both], table.dec_deg[both])
    off_x, off_y = table.x_px[both] - x_px, table.y_px[both] - y_px
    known = np.isfinite(off_x) & np.isfinite(off_y)
    if not known.any():
        return []
    median = float(np.median(off_x[known])), float(np.median(off_y[known]))
    if math.hypot(*median) < LARGEST_OFFSET_PX:
        return []
    return [
        f"its pixels lie {median[0]:+.1f}, {median[1]:+.1f} px from its own RA and Dec on this image: the pixels were taken; if they are "
        "another image's, or count from another pixel, import it without them"
    ]


def _placed(galaxy: Galaxy, table: SourceTable) -> np.ndarray:
    """Fill in pixels from the sky and the sky from pixels, in place; returns which rows (n,) have pixels now."""
    no_pixels, no_sky = ~np.isfinite(table.x_px), ~np.isfinite(table.ra_deg)
    if no_pixels.any():
        table.x_px[no_pixels], table.y_px[no_pixels] = pixels_of(
            galaxy, table.ra_deg[no_pixels], table.dec_deg[no_pixels]
        )
    placed: np.ndarray = (np.abs(table.x_px) <= FARTHEST_PX) & (np.abs(table.y_px) <= FARTHEST_PX)
    missing = no_sky & placed
    if missing.any():
        ra_deg, dec_deg = sky_of(galaxy, table.x_px[missing], table.y_px[missing])
        table.ra_deg[missing] = [np.nan if value is None else value for value in ra_deg]
        table.dec_deg[missing] = [np.nan if value is None else value for value in dec_deg]
    return placed


def _is_inside(galaxy: Galaxy, table: SourceTable) -> np.ndarray:
    """Which rows (n,) lie on the image."""
    x_px, y_px = table.x_px, table.y_px
    inside: np.ndarray = (
        (x_px > -0.5) & (x_px < galaxy.width_px - 0.5) & (y_px > -0.5) & (y_px < galaxy.height_px - 0.5)
    )
    return inside


def _sources(catalog: Catalog, table: SourceTable, placed: np.ndarray) -> list[Source]:
    inside = _is_inside(catalog.galaxy, table)
    columns = {name: (values.tolist(), np.isfinite(values)) for name, values in table.measurements.items()}
    return [
        Source(
            catalog=catalog,
            number=int(table.number[row]),
            x_px=float(table.x_px[row]),
            y_px=float(table.y_px[row]),
            ra_deg=float(table.ra_deg[row]) % 360 if np.isfinite(table.ra_deg[row]) else None,
            dec_deg=float(table.dec_deg[row]) if np.isfinite(table.dec_deg[row]) else None,
            is_outside=not inside[row],
            published_label=str(table.label[row]),
            measurements={name: values[row] for name, (values, finite) in columns.items() if finite[row]},
        )
        for row in np.flatnonzero(placed)
    ]
