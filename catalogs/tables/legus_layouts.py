"""Where LEGUS catalogues keep what. One row of `LAYOUTS` a variant; columns count from 1.

Source: the read-me files of the LEGUS cluster catalogues (doi:10.17909/T9J01Z) and Adamo et al. 2017,
doi:10.3847/1538-4357/aa7132. Magnitudes are Vega, corrected for foreground extinction and aperture.
"""

import re
from dataclasses import dataclass, field

import numpy as np

from catalogs.tables.model import AnyArray, FloatArray

BANDS = ("nuv", "u", "b", "v", "i")
FITS_ORIGIN = 1
MISSING_MAGNITUDES = (99.999, 66.666)
# What the SED fits write where there is no value.
MISSING_FIT = 200.0
FIELD_PATTERN = re.compile(
    r"(?:^|[-_.\s])((?:ngc|ugca|ugc|ic|eso|m)\d+(?:-(?:g\d+|[a-z]))?)(?=[_.\s]|$)", re.IGNORECASE
)


@dataclass(frozen=True)
class Extra:
    """A column kept as a measurement. Where `zero_is_missing`, 0 means that nobody looked."""

    name: str
    description: str
    zero_is_missing: bool = True


MEAN = Extra("mean_class", "mean of the inspectors' classes")
SELECTION = Extra("selection_flag", "0 = found by the LEGUS pipeline, above 0 = added by eye", zero_is_missing=False)
CLASSIFIER = Extra("classifier_class", "class given by a machine classifier")


@dataclass(frozen=True)
class Layout:
    """One variant. `fields` are those known to have it; `extras` by column.

    `photometry` is the first of 28 columns: five magnitudes with errors, CI, and the SED fit up to the number of filters.
    `other_pixels` is a second pair of 1-based pixel columns, `not_inspected` the classes that say so.
    """

    name: str
    fields: tuple[str, ...]
    minimum_columns: int
    class_column: int
    extras: dict[int, Extra] = field(default_factory=dict)
    x_column: int = 2
    y_column: int = 3
    ra_column: int = 4
    dec_column: int = 5
    photometry: int = 6
    other_pixels: tuple[int, int] | None = None
    not_inspected: tuple[int, ...] = (0,)
    note: str = ""


STANDARD = Layout("standard", (), 35, 34, {35: MEAN, 36: SELECTION})
TWO_PIXEL_PAIRS = Layout(
    "two pixel pairs", ("ngc1313-e", "ngc1313-w"), 37, 36, {37: MEAN},
    ra_column=6, dec_column=7, photometry=8, other_pixels=(4, 5), note="x y in 4-5 are another frame's",
)  # fmt: skip
NAMED_LAYOUTS = (
    TWO_PIXEL_PAIRS,
    Layout("class in column 35", ("ngc3351", "ngc4242", "ngc45"), 35, 35),
    Layout(
        "one expert's class", ("ngc4449",), 37, 34,
        {
            35: Extra("quality_flag", "the expert's certainty: 1 = certain, 2 = likely, 3 = possible"),
            36: Extra("halpha_flag", "H alpha: 1 = on top, 2 = ring or associated, 3 = possibly, 4 = none"),
            37: CLASSIFIER,
            38: SELECTION,
        },
        not_inspected=(0, 5), note="5 = not inspected",
    ),
    Layout(
        "hybrid class", ("ngc1566",), 37, 36,
        {
            34: Extra("hybrid_class", "published class, from people or a machine classifier as hybrid_method tells"),
            35: Extra("hybrid_method", "0 = classifier alone, 1 = checked by one person, 3 and 4 = three people, "
                      "6 = class 4 looked at again", zero_is_missing=False),
            37: CLASSIFIER,
            38: Extra("verified_class", "class given by one person who checked the classifier's"),
            39: Extra("reclassified_class", "class given by one person who looked again at sources of class 4"),
        },
        note="the inspectors' mode; class_column=34 takes the hybrid one",
    ),
)  # fmt: skip
LAYOUT_OF_FIELD = {name: layout for layout in NAMED_LAYOUTS for name in layout.fields}


def field_of(file_name: str) -> str:
    """The field a file name speaks of ("hlsp_legus_hst_wfc3_ngc1313-e_..." is "ngc1313-e"), or ""."""
    found = FIELD_PATTERN.search(file_name)
    return found.group(1).lower() if found else ""


def guess_layout(field_name: str, values: FloatArray) -> Layout:
    """The layout of `values` (n_rows, n_columns): the field's own where it fits the columns, else what fits them."""
    n_columns = values.shape[1]
    layout = LAYOUT_OF_FIELD.get(field_name)
    two_pairs = (
        n_columns >= TWO_PIXEL_PAIRS.minimum_columns
        and not _is_sky(values, STANDARD)
        and _is_sky(values, TWO_PIXEL_PAIRS)
    )
    if two_pairs:
        return TWO_PIXEL_PAIRS
    if layout is None or layout is TWO_PIXEL_PAIRS or n_columns < layout.minimum_columns:
        return STANDARD
    return layout


def _is_sky(values: FloatArray, layout: Layout) -> bool:
    """True where most rows have a right ascension and a declination in the layout's columns."""
    ra_deg, dec_deg = values[:, layout.ra_column - 1], values[:, layout.dec_column - 1]
    within: AnyArray = (ra_deg >= 0) & (ra_deg <= 360) & (np.abs(dec_deg) <= 90)
    return bool(within.mean() > 0.5)


def column_of(values: FloatArray, column: int) -> FloatArray:
    """One column (n_rows,) by its number from 1."""
    return values[:, column - 1]
