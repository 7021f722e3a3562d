"""What GalaxyCat says of itself at the foot of each page."""

import tomllib
from functools import cache

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
@cache
def version() -> str:
    """The version in pyproject.toml, which is the one place that states it."""
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as stream:
        return str(tomllib.load(stream)["project"]["version"])
