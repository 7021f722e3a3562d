"""How pages write a job's times."""

from django import template

register = template.Library()


@register.filter
def duration(seconds: int | None) -> str:
    """Whole seconds in words: 42 s, 3 min 05 s, 1 h 02 min. static/galaxycat/jobs.js counts on in the same words."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02d} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"
