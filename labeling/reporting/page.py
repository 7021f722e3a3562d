"""The report as HTML: its sections for GalaxyCat's own page, and a file that needs nothing else and opens offline."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from labeling.reporting.blocks import Block, Drawing
from labeling.reporting.report import Report


@dataclass(frozen=True)
class ShownSection:
    key: str
    title: str
    blocks: list[Any]


@dataclass(frozen=True)
class Picture:
    """A drawing as an image's address: our pages refuse the inline styles of an SVG within them."""

    key: str
    title: str
    alt: str
    caption: str
    address: str
    kind: str = "drawing"


def shown_sections(report: Report) -> list[ShownSection]:
    return [
        ShownSection(section.key, section.title, [_shown(block) for block in section.blocks])
        for section in report.sections
    ]


def _shown(block: Block) -> Block | Picture:
    if not isinstance(block, Drawing):
        return block
    address = f"data:image/svg+xml;base64,{b64encode(block.svg).decode()}"
    return Picture(block.key, block.title, block.alt, block.caption, address)


def html_of(report: Report) -> str:
    """One file with its style and figures; it has no scripts and loads nothing."""
    return render_to_string("labeling/report/file.html", {"report": report, "sections": shown_sections(report)})
