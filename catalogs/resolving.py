"""Where an object is, by its name: from Sesame at the CDS, which asks SIMBAD, NED and VizieR in turn."""

import re
from hashlib import sha256
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

from django.conf import settings
from django.core.cache import cache

from galaxycat.errors import BadInput, NotFound

LONGEST_NAME = 80
TIMEOUT_S = 6.0
MOST_BYTES = 100_000
KEPT_S = 86_400
# In Sesame's plain text: "%J 202.4695750 +47.1952583 = 13 29 52.698  +47 11 42.93".
POSITION = re.compile(r"^%J\s+(\d+(?:\.\d*)?)\s+([+-]?\d+(?:\.\d*)?)", re.MULTILINE)


def resolve_name(name: str) -> tuple[float, float]:
    """ICRS (right ascension, declination) in degrees of an object, kept for a day.

    The address asked is the setting's alone; the name goes to it as one escaped word. Raises BadInput for a name that
    is none or where names are not looked up, NotFound for one that is not known, OSError where nobody answers.
    """
    if not settings.NAME_RESOLVER:
        raise BadInput("name: this server looks no names up: write coordinates, such as 13:29:52.7 +47:11:43")
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput(f"name: write an object's name of at most {LONGEST_NAME} characters, such as M 51")
    key = f"place-of/{sha256(name.lower().encode()).hexdigest()}"
    place = cache.get(key)
    if place is None:
        place = _ask(name)
        cache.set(key, place, KEPT_S)
    return place


def _ask(name: str) -> tuple[float, float]:
    try:
        address = settings.NAME_RESOLVER + quote(name, safe="")
        with urlopen(address, timeout=TIMEOUT_S) as answer:  # noqa: S310 - of the operator's scheme
            text = answer.read(MOST_BYTES).decode("utf-8", "replace")
    except HTTPError as error:
        if error.code != 404:
            raise
        text = ""
    found = POSITION.search(text)
    if found is None:
        raise NotFound(f"{name}: no object of this name in SIMBAD, NED or VizieR")
    return float(found[1]), float(found[2])
