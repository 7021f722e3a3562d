"""Where a source is, as astronomers write it."""

from django import template

from catalogs.imagery.sky import sexagesimal
from catalogs.models import Source

register = template.Library()


@register.filter
def place(source: Source) -> str:
    """ICRS sexagesimal right ascension and declination; 0-based pixels for a galaxy without WCS."""
    if source.ra_deg is None or source.dec_deg is None:
        return f"x {source.x_px:.1f}, y {source.y_px:.1f} px"
    return " ".join(sexagesimal(source.ra_deg, source.dec_deg))
