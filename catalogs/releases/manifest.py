"""The manifest: what a release holds, where it comes from and what made it, with checksums."""

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import astropy
import numpy as np

from catalogs.models import Catalog, Release
from catalogs.releases.columns import Column
from galaxycat.templatetags.about import version as product_version

MANIFEST_FORMAT = 1
# What may differ when a release is rebuilt elsewhere or later: it is not compared.
NOT_COMPARED = ("software",)


def canonical(manifest: Mapping[str, Any]) -> str:
    """The one text of a manifest: sorted members, no spaces, no NaN."""
    return json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256_of_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def software() -> dict[str, str]:
    return {
        "galaxycat": product_version(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "astropy": astropy.__version__,
        "sep": version("sep"),
    }


def file_meta(release: Release) -> dict[str, Any]:
    """What stands in the head of each file; nothing in it depends on when the file is written."""
    galaxy = release.galaxy
    return {
        "galaxy": galaxy.slug,
        "catalogue": release.catalog.name,
        "release": str(release.uuid),
        "frame": "ICRS",
        "simulated": galaxy.is_simulated,
        "created": release.created_at.isoformat(),
        "description": f"Sources of {galaxy.name}, {release.catalog.method}",
    }


def manifest_of(
    release: Release,
    columns: Mapping[str, Sequence[Column]],
    provenance: Mapping[str, Any],
    files: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """The manifest of a release, complete but for its version number; plain JSON values only."""
    galaxy, catalog = release.galaxy, release.catalog
    return plain(
        {
            "format": MANIFEST_FORMAT,
            "release": str(release.uuid),
            "created_at": release.created_at.isoformat(),
            "galaxy": {
                "slug": galaxy.slug, "name": galaxy.name, "is_simulated": galaxy.is_simulated,
                "width_px": galaxy.width_px, "height_px": galaxy.height_px,
                "pixel_scale_arcsec": galaxy.pixel_scale_arcsec,
            },
            "catalogue": {"uuid": str(catalog.uuid), "name": catalog.name},
            "mosaic": _mosaic(catalog),
            "options": release.options,
            "provenance": provenance,
            "n_rows": catalog.sources.count(),
            "columns": [
                {
                    "name": column.name, "unit": column.unit, "description": column.description, "ucd": column.ucd,
                    "from": provider,
                }
                for provider, own in columns.items()
                for column in own
            ],
            "files": files,
            "software": software(),
        }
    )  # fmt: skip


def plain(value: Any) -> Any:
    """The value as JSON knows it: nan and infinity are null, numpy's numbers plain, other things text."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def _mosaic(catalog: Catalog) -> dict[str, Any] | None:
    mosaic = catalog.mosaic
    if mosaic is None:
        return None
    bands = mosaic.bands.order_by("position")
    return {
        "version": mosaic.version,
        "content_sha256": mosaic.content_sha256,
        "science_sha256": mosaic.science_sha256,
        "reference_band": mosaic.reference_band,
        "bands": [
            {
                "name": band.name, "file": band.file_name, "sha256": band.file_sha256, "unit": band.unit,
                "zero_point_ab_mag": band.zero_point_mag, "pivot_wavelength_nm": band.pivot_wavelength_nm,
            }
            for band in bands
        ],
    }  # fmt: skip
