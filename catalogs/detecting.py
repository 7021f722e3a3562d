"""Detecting sources: a band's pixels through SEP, then photometry in every band, into a catalogue."""

from dataclasses import asdict, dataclass

import numpy as np
from django.db import transaction

from catalogs.imagery.detection import DetectionParameters, DetectionResult, detect
from catalogs.measuring import Measured, Progress, band_pixels, band_unit, measure_bands, sum_unit
from catalogs.models import Band, Catalog, Galaxy, Mosaic, Source
from catalogs.names import free_name
from catalogs.sky import sky_of
from galaxycat.accounts.models import User
from galaxycat.errors import BadInput

BATCH = 2000
MEASUREMENTS = {
    "flux": ("flux_isophotal", "{sum_unit}", "Isophotal flux above the background"),
    "peak": ("peak", "{unit}", "Brightest pixel above the background"),
    "a_px": ("a_px", "pix", "Semi-major axis (rms)"),
    "b_px": ("b_px", "pix", "Semi-minor axis (rms)"),
    "theta_deg": ("theta_deg", "deg", "Angle of the major axis, counter-clockwise from +x"),
    "npix": ("n_pixels", "pix", "Pixels above the threshold"),
    "flag": ("flag", "", "SEP's extraction flag"),
    "background": ("background", "{unit}", "Background at its pixel, of the mesh that was taken off"),
}


DETECTION_SHARE = 0.3


@dataclass(frozen=True)
class Detected:
    catalog: Catalog
    n_sources: int
    background_rms: float

    @property
    def warnings(self) -> list[str]:
        return list(self.catalog.parameters["warnings"])


def _quiet(fraction: float | None, stage: str) -> None:
    pass


def detect_sources(
    *,
    galaxy: Galaxy,
    band: str | None = None,
    parameters: DetectionParameters | None = None,
    name: str | None = None,
    created_by: User | None = None,
    progress: Progress = _quiet,
) -> Detected:
    """Detect sources on a band of the latest mosaic (the reference band by default), measure them in every band and
    keep them as a catalogue.

    Raises BadInput for an unknown band or parameters that give no usable result.
    """
    parameters = parameters or DetectionParameters()
    mosaic = galaxy.latest_mosaic
    row = _band(galaxy, mosaic, band)
    progress(0.0, f"detecting sources in {row.name}")
    result = detect(band_pixels(mosaic, row.position), parameters)
    if not len(result.table):
        raise BadInput(f"detection: no source above {parameters.DETECT_THRESH} rms in {row.name}; lower DETECT_THRESH")
    measured = measure_bands(
        mosaic=mosaic,
        x_px=np.asarray(result.table["x_px"], dtype=float),
        y_px=np.asarray(result.table["y_px"], dtype=float),
        parameters=parameters,
        progress=lambda part, stage: progress(DETECTION_SHARE + (0.9 - DETECTION_SHARE) * (part or 0), stage),
    )
    progress(0.9, f"storing {len(result.table)} sources")
    catalog = _record(mosaic, row, parameters, result, measured, name, created_by)
    progress(1.0, f"{len(result.table)} sources in {catalog.name}")
    return Detected(catalog, len(result.table), result.background_rms)


def _band(galaxy: Galaxy, mosaic: Mosaic, name: str | None) -> Band:
    row = mosaic.bands.filter(name=name or mosaic.reference_band).first()
    if row is None:
        known = ", ".join(mosaic.bands.values_list("name", flat=True))
        raise BadInput(f"--band: {galaxy.slug} has no band {name!r}; choose one of {known}")
    return row


@transaction.atomic
def _record(
    mosaic: Mosaic,
    band: Band,
    parameters: DetectionParameters,
    result: DetectionResult,
    measured: Measured,
    name: str | None,
    created_by: User | None,
) -> Catalog:
    made = {"background_rms": result.background_rms, "detection_band": band.name}
    units = {
        kept: unit.format(unit=band_unit(band), sum_unit=sum_unit(band)) for kept, unit, _ in MEASUREMENTS.values()
    }
    descriptions = {kept: description for kept, _, description in MEASUREMENTS.values()}
    catalog = Catalog.objects.create(
        galaxy=mosaic.galaxy,
        mosaic=mosaic,
        name=free_name(mosaic.galaxy, name or f"sep-{band.name}".lower()),
        kind=Catalog.Kind.DETECTED,
        method=f"SEP on {band.name}",
        parameters=asdict(parameters) | made | measured.to_parameters(parameters.aperture),
        units=units | measured.units,
        descriptions=descriptions | measured.descriptions,
        created_by=created_by,
    )
    _store(catalog, result, measured)
    return catalog


def _store(catalog: Catalog, result: DetectionResult, measured: Measured) -> None:
    table = result.table
    x_px, y_px = np.asarray(table["x_px"], dtype=float), np.asarray(table["y_px"], dtype=float)
    ra_deg, dec_deg = sky_of(catalog.galaxy, x_px, y_px)
    found = {kept: np.asarray(table[column], dtype=float) for column, (kept, _, _) in MEASUREMENTS.items()}
    columns = {key: values.tolist() for key, values in (found | measured.columns).items()}
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
