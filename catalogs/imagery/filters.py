"""Pivot wavelengths of well-known filters, for headers that do not say."""

# Nanometres. HST from the WFC3 and ACS instrument handbooks (UVIS and IR before ACS), JWST from JDox' NIRCam, NIRISS
# and MIRI filter tables, 2MASS from Cohen et al. 2003, Johnson-Cousins from Bessell & Murphy 2012. Good to a per cent: a
# default places a band in the order of colours, it does not calibrate.
PIVOT_WAVELENGTHS_NM: dict[str, float] = {
    "F225W": 237.2, "F275W": 271.0, "F336W": 335.5, "F390W": 392.4, "F435W": 433.0, "F438W": 432.6, "F475W": 477.3,
    "F502N": 501.0, "F547M": 544.7, "F555W": 530.8, "F606W": 588.9, "F625W": 624.3, "F656N": 656.1, "F657N": 656.7,
    "F658N": 658.5, "F775W": 765.1, "F814W": 803.9, "F850LP": 917.6, "F105W": 1055.2, "F110W": 1153.4, "F125W": 1248.6,
    "F128N": 1283.2, "F140W": 1392.3, "F160W": 1536.9,
    "F070W": 704.0, "F090W": 901.0, "F115W": 1154.0, "F140M": 1404.0, "F150W": 1501.0, "F150W2": 1671.0, "F158M": 1582.0, "F162M": 1626.0,
    "F164N": 1644.0, "F182M": 1845.0, "F187N": 1874.0, "F200W": 1990.0, "F210M": 2093.0, "F212N": 2120.0,
    "F250M": 2503.0, "F277W": 2786.0, "F300M": 2996.0, "F322W2": 3247.0, "F323N": 3237.0, "F335M": 3365.0, "F356W": 3563.0,
    "F360M": 3621.0, "F405N": 4055.0, "F410M": 4092.0, "F430M": 4280.0, "F444W": 4421.0, "F460M": 4624.0,
    "F466N": 4654.0, "F470N": 4707.0, "F480M": 4834.0, "F560W": 5635.0, "F770W": 7639.0, "F1000W": 9953.0, "F1130W": 11309.0, "F1280W": 12810.0,
    "F1500W": 15064.0, "F1800W": 17984.0, "F2100W": 20795.0, "F2550W": 25365.0,
    "J": 1235.0, "H": 1662.0, "K": 2159.0, "KS": 2159.0,
    "NUV": 271.0, "U": 359.7, "B": 436.9, "V": 546.7, "R": 643.1, "I": 798.2,
}  # fmt: skip


def default_pivot_nm(name: str | None) -> float | None:
    """Pivot wavelength in nm of the filter called `name`, in any case, or None when it is not a known one."""
    return PIVOT_WAVELENGTHS_NM.get(name.strip().upper()) if name else None
