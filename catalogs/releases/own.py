"""The catalogue's own columns: number, place, photometry and shape."""

import re
from collections.abc import Iterable

import numpy as np

from catalogs.models import Band, Catalog
from catalogs.readings import band_keys
from catalogs.releases.columns import Column, Options, Provenance
from catalogs.tables.export import BASE_COLUMNS, FITS_ORIGIN, UUID_COLUMN

# UCD1+ of the spectrum by the upper end in nm, IVOA's list.
SPECTRUM = (
    (200, "em.UV.100-200nm"), (300, "em.UV.200-300nm"), (400, "em.opt.U"), (500, "em.opt.B"), (600, "em.opt.V"),
    (750, "em.opt.R"), (1000, "em.opt.I"), (1500, "em.IR.J"), (2000, "em.IR.H"), (3000, "em.IR.K"),
    (4000, "em.IR.3-4um"), (8000, "em.IR.4-8um"), (15000, "em.IR.8-15um"), (30000, "em.IR.15-30um"),
)  # fmt: skip
MEASUREMENT_UCDS = {
    "concentration_index": "src.morph.param",
    "fwhm_px": "phys.angSize",
    "a_px": "phys.angSize.smajAxis",
    "b_px": "phys.angSize.sminAxis",
    "theta_deg": "pos.posAng",
    "flux_isophotal": "phot.count",
    "peak": "phot.count;stat.max",
    "n_pixels": "meta.number",
    "flag": "meta.code",
}
UCD_OF_UNIT = {"mag": "phot.mag", "yr": "time.age", "solMass": "phys.mass", "pix": "phys.angSize"}


def own_columns(catalog: Catalog, options: Options) -> tuple[list[Column], Provenance]:
    """Number, identity, sky and pixels in both conventions, the published class, then all measurements by name.

    The measurements are sorted, since a database need not keep the order of a JSON object's members.
    """
    rows = list(
        catalog.sources.order_by("number").values_list(
            "number", "uuid", "ra_deg", "dec_deg", "x_px", "y_px", "is_outside", "published_label", "measurements"
        )
    )
    number, uuid, ra_deg, dec_deg, x_px, y_px, outside, label, measurements = zip(*rows, strict=True)
    names = sorted({name for row in measurements for name in row})
    bands = _ucds_of_bands(catalog)
    columns = [
        _base("number", np.array(number, dtype=np.int64)),
        Column("uuid", np.array([str(each) for each in uuid]), *UUID_COLUMN),
        _base("ra_deg", _floats(ra_deg)),
        _base("dec_deg", _floats(dec_deg)),
        _base("x_px", _floats(x_px)),
        _base("y_px", _floats(y_px)),
        _base("X_IMAGE", _floats(x_px) + FITS_ORIGIN),
        _base("Y_IMAGE", _floats(y_px) + FITS_ORIGIN),
        Column("is_outside", np.array(outside, dtype=bool), "", "the source lies off the image", "meta.code"),
        Column("published_label", np.array(label, dtype=str), "", "class as published with the catalogue", "src.class"),
        *(
            Column(
                name, _floats(row.get(name) for row in measurements), catalog.units.get(name, ""),
                catalog.descriptions.get(name, ""), _ucd(name, catalog.units.get(name, ""), bands),
            )
            for name in names
        ),
    ]  # fmt: skip
    return columns, {"method": catalog.method, "kind": catalog.kind, "parameters": catalog.parameters}


def _base(name: str, values: np.ndarray) -> Column:
    return Column(name, values, *BASE_COLUMNS[name])


def _floats(values: Iterable[float | None]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _ucds_of_bands(catalog: Catalog) -> dict[str, str]:
    """The ending of a band's measurements -> the UCD of its part of the spectrum."""
    if catalog.mosaic is None:
        return {}
    bands = list(catalog.mosaic.bands.order_by("position"))
    keys = band_keys([band.name for band in bands])
    return {keys[band.name]: _spectrum(band) for band in bands}


def _spectrum(band: Band) -> str:
    if band.pivot_wavelength_nm is None:
        return ""
    return next((ucd for upper, ucd in SPECTRUM if band.pivot_wavelength_nm < upper), "")


def _ucd(name: str, unit: str, bands: dict[str, str]) -> str:
    """The UCD of a measurement by its name, else by its unit, else that it is one of the record's."""
    if name in MEASUREMENT_UCDS:
        return MEASUREMENT_UCDS[name]
    if found := re.fullmatch(r"(mag|flux)_(.+?)(_error)?", name):
        kind, band, is_error = found.groups()
        quantity = "phot.mag" if kind == "mag" else "phot.flux" if "Jy" in unit and "sr" not in unit else "phot.count"
        return ";".join(part for part in ("stat.error" if is_error else "", quantity, bands.get(band, "")) if part)
    return UCD_OF_UNIT.get(unit, "meta.record")
