"""Detecting sources: the reference band's pixels through SEP into a catalogue."""

from dataclasses import asdict, dataclass

import numpy as np
import rasterio
from django.db import transaction

from catalogs.imagery.detection import DetectionParameters, DetectionResult, detect
from catalogs.imagery.science import gdal
from catalogs.models import Catalog, Galaxy, Mosaic, Source
from catalogs.names import free_name
from catalogs.sky import sky_of
from galaxycat.accounts.models import User
from galaxycat.errors import BadInput

BATCH = 2000
# What headers write, as the units that astropy and TOPCAT know.
FITS_UNITS = {
    "ELECTRONS/S": "electron / s",
    "ELECTRONS/SEC": "electron / s",
    "ELECTRONS": "electron",
    "COUNTS": "ct",
    "COUNTS/S": "ct / s",
    "DN": "adu",
}
MEASUREMENTS = {
    "flux": ("flux_isophotal", "{unit}", "Isophotal flux above the background"),
    "peak": ("peak", "{unit}", "Brightest pixel above the background"),
    "a_px": ("a_px", "pix", "Semi-major axis (rms)"),
    "b_px": ("b_px", "pix", "Semi-minor axis (rms)"),
    "theta_deg": ("theta_deg", "deg", "Angle of the major axis, counter-clockwise from +x"),
    "npix": ("n_pixels", "pix", "Pixels above the threshold"),
    "flag": ("flag", "", "SEP's extraction flag"),
    "ci": ("concentration_index", "mag", "m(r = 1 px) - m(r = 3 px), local sky"),
}


@dataclass(frozen=True)
class Detected:
    catalog: Catalog
    n_sources: int
    background_rms: float


def detect_sources(
    *,
    galaxy: Galaxy,
    band: str | None = None,
    parameters: DetectionParameters | None = None,
    name: str | None = None,
    created_by: User | None = None,
) -> Detected:
    """Detect sources on a band of the latest mosaic (the reference band by default) and keep them as a catalogue.

    Raises BadInput for an unknown band or parameters that give no usable result.
    """
    parameters = parameters or DetectionParameters()
    mosaic = galaxy.latest_mosaic
    row = mosaic.bands.filter(name=band or mosaic.reference_band).first()
    if row is None:
        known = ", ".join(mosaic.bands.values_list("name", flat=True))
        raise BadInput(f"--band: {galaxy.slug} has no band {band!r}; choose one of {known}")
    result = detect(_pixels(mosaic, row.position), parameters)
    if not len(result.table):
        raise BadInput(f"detection: no source above {parameters.DETECT_THRESH} rms in {row.name}; lower DETECT_THRESH")
    unit = FITS_UNITS.get(row.unit.upper(), row.unit)
    with transaction.atomic():
        catalog = Catalog.objects.create(
            galaxy=galaxy,
            mosaic=mosaic,
            name=free_name(galaxy, name or f"sep-{row.name}".lower()),
            kind=Catalog.Kind.DETECTED,
            method=f"SEP on {row.name}",
            parameters=asdict(parameters) | {"background_rms": result.background_rms},
            units={kept: column_unit.format(unit=unit) for kept, column_unit, _ in MEASUREMENTS.values()},
            descriptions={kept: description for kept, _, description in MEASUREMENTS.values()},
            created_by=created_by,
        )
        _store(catalog, result)
    return Detected(catalog, len(result.table), result.background_rms)


def _pixels(mosaic: Mosaic, position: int) -> np.ndarray:
    """The band's float32 pixels (h, w), bottom row first."""
    with gdal(), rasterio.open(mosaic.science_path) as dataset:
        return np.ascontiguousarray(dataset.read(position)[::-1])


def _store(catalog: Catalog, result: DetectionResult) -> None:
    table = result.table
    x_px, y_px = np.asarray(table["x_px"], dtype=float), np.asarray(table["y_px"], dtype=float)
    ra_deg, dec_deg = sky_of(catalog.galaxy, x_px, y_px)
    columns = {kept: np.asarray(table[column], dtype=float).tolist() for column, (kept, _, _) in MEASUREMENTS.items()}
    Source.objects.bulk_create(
        (
            Source(
                catalog=catalog,
                number=index + 1,
                x_px=float(x_px[index]),
                y_px=float(y_px[index]),
                ra_deg=ra_deg[index],
                dec_deg=dec_deg[index],
                measurements={key: values[index] for key, values in columns.items() if np.isfinite(values[index])},
            )
            for index in range(len(table))
        ),
        batch_size=BATCH,
    )
