"""What LEGUS measured of a source: magnitudes, concentration, the SED fit, and further classes."""

import numpy as np

from catalogs.tables.legus_layouts import BANDS, FITS_ORIGIN, MISSING_FIT, MISSING_MAGNITUDES, Extra, Layout, column_of
from catalogs.tables.model import BoolArray, FloatArray

SED_COLUMNS = (
    ("age_yr", "yr", "best age"), ("age_max_yr", "yr", "68 % upper limit of the age"),
    ("age_min_yr", "yr", "68 % lower limit of the age"), ("mass_msun", "solMass", "best mass"),
    ("mass_max_msun", "solMass", "68 % upper limit of the mass"), ("mass_min_msun", "solMass", "68 % lower limit of the mass"),
    ("ebv_mag", "mag", "best E(B-V)"), ("ebv_max_mag", "mag", "68 % upper limit of E(B-V)"),
    ("ebv_min_mag", "mag", "68 % lower limit of E(B-V)"),
)  # fmt: skip
# Offsets from the first photometry column.
CI_OFFSET, SED_OFFSET, CHI2_OFFSET, Q_OFFSET, N_FILTERS_OFFSET = 10, 11, 25, 26, 27

Measurement = tuple[str, FloatArray, str, str]


def measurements(values: FloatArray, layout: Layout) -> list[Measurement]:
    """(name, values (n,), unit, description) of everything kept beside position and class; nan = missing."""
    return [
        *_photometry(values, layout),
        *_sed_fit(values, layout),
        *_other_pixels(values, layout),
        *_extras(values, layout),
    ]


def _photometry(values: FloatArray, layout: Layout) -> list[Measurement]:
    found: list[Measurement] = []
    for index, band in enumerate(BANDS):
        magnitude = _magnitude(column_of(values, layout.photometry + 2 * index))
        error = _magnitude(column_of(values, layout.photometry + 2 * index + 1))
        found.append(
            (f"mag_{band}", magnitude, "mag", f"{band.upper()} magnitude, Vega, aperture and extinction corrected")
        )
        found.append((f"mag_{band}_error", error, "mag", f"error of the {band.upper()} magnitude"))
    concentration = column_of(values, layout.photometry + CI_OFFSET)
    return [*found, ("concentration_index", concentration, "mag", "V(r = 1 px) - V(r = 3 px)")]


def _magnitude(column: FloatArray) -> FloatArray:
    return np.where(np.isin(column, MISSING_MAGNITUDES), np.nan, column)


def _sed_fit(values: FloatArray, layout: Layout) -> list[Measurement]:
    """The fit's results, nan where no fit was made."""
    n_filters = column_of(values, layout.photometry + N_FILTERS_OFFSET)
    fitted = (n_filters > 0) & (n_filters < MISSING_FIT)
    found: list[Measurement] = []
    for offset, (name, unit, description) in enumerate(SED_COLUMNS):
        column = column_of(values, layout.photometry + SED_OFFSET + offset)
        limit = column_of(values, layout.photometry + SED_OFFSET + offset % 3)
        found.append((name, _where(fitted & (limit > 0), column), unit, description))
    chi2, quality = (column_of(values, layout.photometry + offset) for offset in (CHI2_OFFSET, Q_OFFSET))
    return [
        *found,
        ("reduced_chi2", _where(fitted, chi2), "", "reduced chi squared of the SED fit"),
        ("fit_probability", _where(fitted, quality), "", "Q: near 1 = good fit, near 0 = not constrained"),
        (
            "n_filters",
            np.where(n_filters == MISSING_FIT, np.nan, n_filters),
            "",
            "filters with a detection; 0 = not fitted",
        ),
    ]


def _where(known: BoolArray, column: FloatArray) -> FloatArray:
    return np.where(known & (column != MISSING_FIT), column, np.nan)


def _other_pixels(values: FloatArray, layout: Layout) -> list[Measurement]:
    """The second pair of pixels, 0-based too; the first pair where the second is used."""
    if layout.other_pixels is None:
        return []
    x, y = (2, 3) if layout.x_column == layout.other_pixels[0] else layout.other_pixels
    return [
        (
            f"{axis}_other_px",
            column_of(values, column) - FITS_ORIGIN,
            "pix",
            f"{axis} in another frame, 0-based, column {column}",
        )
        for axis, column in (("x", x), ("y", y))
    ]


def _extras(values: FloatArray, layout: Layout) -> list[Measurement]:
    """Columns from the class on that are not the class; those of unknown meaning keep their column's number."""
    first = layout.photometry + N_FILTERS_OFFSET + 1
    found: list[Measurement] = []
    for column in range(first, values.shape[1] + 1):
        if column != layout.class_column:
            extra = layout.extras.get(
                column, Extra(f"column_{column}", "as published, meaning not known here", zero_is_missing=False)
            )
            kept = column_of(values, column)
            found.append(
                (
                    extra.name,
                    np.where(kept == 0, np.nan, kept) if extra.zero_is_missing else kept,
                    "",
                    extra.description,
                )
            )
    return found
