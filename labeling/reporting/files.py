"""The report as files: one entry a format."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from labeling.reporting.latex import latex_of
from labeling.reporting.page import html_of
from labeling.reporting.pdf import pdf_of
from labeling.reporting.report import Report


@dataclass(frozen=True)
class Writer:
    content_type: str
    write: Callable[[Report], bytes]


def figure_files(report: Report) -> dict[str, bytes]:
    """Name -> content of each drawing, as SVG for the web and PDF for LaTeX."""
    files: dict[str, bytes] = {}
    for each in report.drawings:
        files |= {f"fig-{each.key}.svg": each.svg, f"fig-{each.key}.pdf": each.pdf}
    return files


def report_files(report: Report) -> dict[str, bytes]:
    """Everything: the report in each format and its figures."""
    written = {f"report.{format}": REPORT_WRITERS[format].write(report) for format in ("html", "pdf", "tex")}
    return written | figure_files(report)


def zip_of(report: Report) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, content in report_files(report).items():
            archive.writestr(ZipInfo(name, report.as_of.timetuple()[:6]), content, ZIP_DEFLATED)
    return stream.getvalue()


REPORT_WRITERS = {
    "html": Writer("text/html; charset=utf-8", lambda report: html_of(report).encode()),
    "pdf": Writer("application/pdf", pdf_of),
    "tex": Writer("application/x-tex; charset=utf-8", lambda report: latex_of(report).encode()),
    "zip": Writer("application/zip", zip_of),
}
