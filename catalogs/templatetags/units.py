"""Units as people read them."""

from django import template

register = template.Library()


@register.filter
def unit(text: str) -> str:
    """A header's unit, "ELECTRONS/S" in small letters: FITS headers shout. One with small letters is left, mJy is not MJy."""
    return text.lower() if text == text.upper() else text
