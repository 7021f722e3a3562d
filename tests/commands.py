"""Running GalaxyCat's commands in a test as a terminal would."""

import json
from io import StringIO
from typing import Any

from django.core.management import call_command


def run_json(*arguments: str) -> dict[str, Any]:
    """The JSON object that a command prints; nothing else may stand on its standard output."""
    out = StringIO()
    call_command(*arguments, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def run(*arguments: str) -> str:
    """What a command prints for people."""
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()
