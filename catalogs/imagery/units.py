"""What a band's unit says of its values: a rate, a sum over the exposure, or a flux. What is not known is not guessed."""

import math
import re

# Of units without their blanks: count s-1 is counts-1.
COUNTED = r"(?:(?P<electrons>electrons?|e\^?-?)|photons?|counts?|cnts?|cts?|dn|adu)"
PER_PIXEL = r"(?:/pix(?:els?)?|[.*]?pix(?:el)?(?:\^|\*\*)?(?:-1|\(-1\)))?"
PER_SECOND = r"(?:/s(?:ec(?:onds?)?)?|[.*]?s(?:ec(?:ond)?)?(?:\^|\*\*)?(?:-1|\(-1\)))"
RATE = re.compile(rf"cps|(?:{COUNTED}|1)?{PER_PIXEL}{PER_SECOND}{PER_PIXEL}")
SUM = re.compile(COUNTED + PER_PIXEL)
# M is mega and m milli, but for a header all in small letters.
MJY_PER_SR = re.compile(r"(?:M(?i:jy)|mjy)(?i:/sr|/steradian|\.?sr(?:\^|\*\*)?-1)")
JANSKY = re.compile(
    r"(?:(?P<factor>\d+\.?\d*(?:[eE][+-]?\d+)?)\*?)?"
    rf"(?P<prefix>(?i:n|nano|u|micro|milli)|m|)(?i:jy|jansky)(?i:{PER_PIXEL})"
)
PREFIXES = {"": 1.0, "m": 1e-3, "milli": 1e-3, "u": 1e-6, "micro": 1e-6, "n": 1e-9, "nano": 1e-9}


def is_rate(unit: str) -> bool:
    """Whether values are electrons or counts a second, such as ELECTRONS/S."""
    return bool(RATE.fullmatch(_without_blanks(unit).lower()))


def is_sum(unit: str) -> bool:
    """Whether values are electrons or counts summed over the exposure, such as ELECTRONS."""
    return bool(SUM.fullmatch(_without_blanks(unit).lower()))


def is_of_electrons(unit: str) -> bool:
    """Whether values are electrons, summed or a second."""
    text = _without_blanks(unit).lower()
    match = RATE.fullmatch(text) or SUM.fullmatch(text)
    return bool(match and match["electrons"])


def is_mjy_per_sr(unit: str) -> bool:
    """Whether values are the surface brightness of JWST's images, MJy/sr."""
    return bool(MJY_PER_SR.fullmatch(_without_blanks(unit)))


def janskys(unit: str) -> float | None:
    """How many Jy a value of 1 is, of a flux in a pixel such as nJy or 10.0*nanoJansky; None of any other unit."""
    match = JANSKY.fullmatch(_without_blanks(unit))
    if match is None:
        return None
    flux_jy = float(match["factor"] or 1) * PREFIXES[match["prefix"].lower()]
    return flux_jy if 0 < flux_jy < math.inf else None


def _without_blanks(unit: str) -> str:
    return "".join(unit.split())
