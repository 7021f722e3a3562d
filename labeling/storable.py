"""JSON of a client on its way into the database."""

import json
from typing import Any

from galaxycat.errors import BadInput


def require_storable(field: str, value: Any) -> str:
    """The value as JSON text. Raises BadInput for what a database cannot keep: NaN, infinity, NUL, half a surrogate pair."""
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        text.encode()
    except (ValueError, RecursionError):
        raise BadInput(f"{field}: has a number that is not finite, broken text, or is nested too deeply") from None
    if "\\u0000" in text:
        raise BadInput(f"{field}: has a NUL character")
    return text
