"""Leave to look at one galaxy's image for a minute, so that a tile costs no session, no user and no query.

A view that has checked who asks gives a grant with its answer: a cookie signed for that image and that session. Whoever
loses the right to see the galaxy can go on for as long as the last grant lives, at most 60 s.
"""

import hashlib
import hmac
import time
from functools import lru_cache

from django.conf import settings
from django.http import HttpResponse

# Together a minute: so long is the longest where the clocks of two hosts differ.
LIFE_S, MOST_AHEAD_S = 55, 5
IMAGE_DIGITS = 16


def cookie_name(image: str) -> str:
    """Each image has a grant of its own: two galaxies can be looked at in turn."""
    return f"tiles-{image[:IMAGE_DIGITS]}"


def make_grant(image: str, session_key: str, now_s: float | None = None) -> str:
    """Text of a grant to see the image of this key, for who holds this session."""
    issued = str(int(time.time() if now_s is None else now_s))
    return f"{issued}.{_signature(image, session_key, issued)}"


def is_granted(grant: str, image: str, session_key: str, now_s: float | None = None) -> bool:
    """Whether the grant is ours, for this image and session, and not too old."""
    issued, _, signature = grant.partition(".")
    if not (issued.isascii() and issued.isdecimal() and len(issued) < 20):
        return False
    age_s = (time.time() if now_s is None else now_s) - int(issued)
    if not -MOST_AHEAD_S <= age_s <= LIFE_S:
        return False
    return hmac.compare_digest(signature.encode(), _signature(image, session_key, issued).encode())


def give_grant(response: HttpResponse, image: str, session_key: str) -> None:
    """Set the grant's cookie on an answer that its receiver alone may keep."""
    response.set_cookie(
        cookie_name(image),
        make_grant(image, session_key),
        max_age=LIFE_S,
        path="/tiles/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _signature(image: str, session_key: str, issued: str) -> str:
    message = f"{image}|{session_key}|{issued}".encode()
    return hmac.new(_key(settings.SECRET_KEY), message, hashlib.sha256).hexdigest()


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hashlib.sha256(f"catalogs.grants|{secret}".encode()).digest()


class PublicImages:
    """The images known to belong to published galaxies, each for as long as a grant would live."""

    def __init__(self) -> None:
        self._until_s: dict[str, float] = {}

    def add(self, image: str) -> None:
        now_s = time.monotonic()
        self._until_s = {key: until_s for key, until_s in self._until_s.items() if until_s > now_s}
        self._until_s[image] = now_s + LIFE_S

    def __contains__(self, image: str) -> bool:
        return time.monotonic() < self._until_s.get(image, 0.0)


PUBLIC_IMAGES = PublicImages()
