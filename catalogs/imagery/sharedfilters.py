"""One FILTER in the headers of several bands: a pipeline's leftover, which would make all of them one colour."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from catalogs.imagery.calibration import Calibration
from catalogs.imagery.filters import default_pivot_nm
from catalogs.imagery.fitsband import BandFile

SAME_WITHIN = 0.05


def doubt_shared_filters(bands: Sequence[BandFile]) -> None:
    """Take FILTER as unknown, with a warning, where several headers have the same one and the band's name says another.

    Two exposures in one filter keep it, as does a band whose name is no known filter. A pivot wavelength from the header
    (PHOTPLAM) stays; one that stood for the filter becomes that of the name.
    """
    counts = Counter(band.calibration.filter_name for band in bands)
    for band in bands:
        shared = band.calibration.filter_name
        if shared and counts[shared] > 1 and _contradicts(band.name, shared):
            band.warnings.append(
                f"{band.path}: FILTER is {shared} in {counts[shared]} of the bands' headers: not believed for {band.name}"
            )
            band.calibration = _without_filter(band.calibration).named(band.name)


def _contradicts(name: str, filter_name: str) -> bool:
    told_nm, shared_nm = default_pivot_nm(name), default_pivot_nm(filter_name)
    return told_nm is not None and shared_nm is not None and abs(told_nm / shared_nm - 1) > SAME_WITHIN


def _without_filter(known: Calibration) -> Calibration:
    kept = replace(known, filter_name=None, origins={**known.origins, "filter_name": None})
    if known.origins["pivot_wavelength_nm"] != "default":
        return kept
    unknown = {"pivot_wavelength_nm": None} | (
        {"zero_point_mag": None} if known.origins["zero_point_mag"] == "default" else {}
    )
    return replace(kept, **unknown, origins={**kept.origins, **unknown})
