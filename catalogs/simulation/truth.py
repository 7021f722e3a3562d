"""The truth catalogue: what was put where."""

from pathlib import Path

import astropy.units as u
import numpy as np
from astropy.table import Column, MaskedColumn, Table

from catalogs.simulation.instrument import BANDS, galaxy_wcs
from catalogs.simulation.sources import Source
from catalogs.simulation.spec import CONTENT_VERSION, SimulationSpec


def truth_table(spec: SimulationSpec, sources: list[Source], concentration_index: np.ndarray) -> Table:
    """One row a source: 0-based pixels, ICRS degrees, kind, class, total Vega magnitudes as observed, sizes.

    A magnitude is masked where the source has no light in the band (artefacts). `concentration_index` is
    m(1 px) - m(3 px) of the noiseless source alone in F555W.
    """
    x_px, y_px = np.array([s.x_px for s in sources]), np.array([s.y_px for s in sources])
    ra_deg, dec_deg = galaxy_wcs(spec).all_pix2world(x_px, y_px, 0)
    table = Table(meta=_meta(spec))
    table["id"] = Column([s.id for s in sources], dtype=np.int64)
    table["x_px"] = Column(x_px, unit=u.pix, description="0-based, pixel centres on integers")
    table["y_px"] = Column(y_px, unit=u.pix, description="0-based, pixel centres on integers, from the bottom")
    table["ra_deg"] = Column(ra_deg, unit=u.deg, description="ICRS")
    table["dec_deg"] = Column(dec_deg, unit=u.deg, description="ICRS")
    table["kind"] = [s.kind for s in sources]
    table["legus_class"] = Column([s.legus_class for s in sources], dtype=np.int64)
    mags = np.array([s.mags_vega for s in sources])
    for k, band in enumerate(BANDS):
        values = np.where(np.isfinite(mags[:, k]), mags[:, k], 0.0)
        described = f"Vega, total, no aperture or extinction correction, {band.name.upper()}"
        table[f"mag_vega_{band.name}"] = MaskedColumn(
            values, mask=~np.isfinite(mags[:, k]), unit=u.mag, description=described
        )
    radius_px = np.array([s.effective_radius_px for s in sources])
    table["effective_radius_px"] = Column(radius_px, unit=u.pix, description="half-light, before the PSF")
    table["effective_radius_pc"] = Column(radius_px * spec.parsec_per_px, unit=u.pc, description="for cluster kinds")
    table["concentration_index"] = Column(concentration_index, unit=u.mag, description="m(1 px) - m(3 px), F555W")
    table["log_age"] = Column([s.log_age for s in sources], description="log10(age / yr), of stellar kinds")
    table["ebv_mag"] = Column([s.ebv_mag for s in sources], unit=u.mag, description="E(B-V)")
    return table


def _meta(spec: SimulationSpec) -> dict[str, object]:
    return {
        "SIMULATD": "simulated by GalaxyCat, not an observation",
        "name": spec.name,
        "seed": spec.seed,
        "content_version": CONTENT_VERSION,
        "size_px": spec.size_px,
        "distance_mpc": spec.distance_mpc,
        "parsec_per_px": round(spec.parsec_per_px, 6),
        "zero_point_vega_mag": {band.name: round(band.zero_point_vega_mag, 4) for band in BANDS},
        "zero_point_ab_mag": {band.name: round(band.zero_point_ab_mag, 4) for band in BANDS},
    }


def write_truth(table: Table, path: Path) -> None:
    """Write as ECSV, rounded to what is meaningful (1e-5 px, 1e-9 degrees, 1e-4 mag)."""
    rounded = table.copy()
    for name in rounded.colnames:
        if rounded[name].dtype.kind == "f":
            digits = 9 if name.endswith("_deg") else 5 if name.endswith("_px") else 4
            rounded[name] = np.round(rounded[name], digits)
    rounded.write(path, format="ascii.ecsv", overwrite=True)
