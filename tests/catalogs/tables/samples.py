"""A small catalogue to write and read back."""

import numpy as np
from astropy.table import Table

from catalogs.tables.export import export_table

NAN = np.nan


def sample(ra_deg=(24.5, 359.75), **extra) -> Table:
    return export_table(
        number=np.array([3, 8]),
        x_px=np.array([0.0, 99.25]),
        y_px=np.array([10.5, NAN]) if extra.pop("holes", False) else np.array([10.5, 4.0]),
        ra_deg=np.array(ra_deg),
        dec_deg=np.where(np.isnan(ra_deg), NAN, [-66.5, 15.25]),
        extra={"label": np.array(["2", ""]), "mag_v": np.array([22.5, NAN]), **extra},
        units={"mag_v": "mag", "absent": "yr"},
        descriptions={"mag_v": "V magnitude, Vega", "label": "class"},
        meta={"galaxy": "ngc628", "distance_mpc": 9.9},
    )
