"""The report as PDF, by typst: a template beside this file, and the report as JSON that it shows as text."""

import json
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from labeling.reporting.blocks import Block, Drawing, Reference
from labeling.reporting.report import Report
from labeling.reporting.wording import minute, shortened

TEMPLATE = Path(__file__).with_name("report.typ")


def pdf_of(report: Report) -> bytes:
    """The report as PDF; the same report gives the same bytes."""
    return compiled(report, "pdf")[0]


def compiled(report: Report, format: str, ppi: float | None = None) -> list[bytes]:
    """The report as `pdf` (one file), or its pages as `png` or `svg`."""
    # Here, since only who makes a PDF needs the compiler.
    import typst

    with TemporaryDirectory() as empty:
        options: dict[str, Any] = {
            "root": empty,
            "sys_inputs": {"report": json.dumps(as_json(report))},
            "format": format,
            "ppi": ppi,
            "timestamp": int(report.as_of.timestamp()),
        }
        template = TEMPLATE.read_bytes()
        try:
            made = typst.compile(template, pdf_standards="ua-1" if format == "pdf" else None, **options)
        except typst.TypstError as error:
            # PDF/UA is refused where a name has a letter that no font here has: then tagged, but no PDF/UA.
            if "PDF/UA" not in str(error):
                raise
            made = typst.compile(template, **options)
    return [made] if isinstance(made, bytes) else list(made or [])


def as_json(report: Report) -> dict[str, Any]:
    """All that the template shows."""
    return {
        "title": report.title,
        "short_title": shortened(report.title, 90),
        "as_of": minute(report.as_of),
        "facts": report.facts,
        "notes": report.notes,
        "sections": [
            {"title": section.title, "blocks": [_block(block) for block in section.blocks]}
            for section in report.sections
        ],
    }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Drawing):
        plain = {"kind": block.kind, "title": block.title, "alt": block.alt, "caption": block.caption}
        return plain | {"svg": block.svg.decode()}
    return asdict(block) | ({"link": block.link} if isinstance(block, Reference) else {})
