"""The formats of catalogue files. A format is an entry here, not a branch anywhere."""

import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from astropy.table import Table

from catalogs.tables.cells import numbers
from catalogs.tables.delimited import read_csv, read_tsv
from catalogs.tables.ecsv import SIGNATURE, read_ecsv, write_ecsv
from catalogs.tables.geojson import read_geojson, write_geojson
from catalogs.tables.legus import read_legus
from catalogs.tables.model import SourceTable
from catalogs.tables.textfile import read_head
from galaxycat.errors import BadInput

Reader = Callable[..., SourceTable]
Writer = Callable[[Table, Path], None]

TABLE_READERS: dict[str, Reader] = {
    "csv": read_csv,
    "tsv": read_tsv,
    "ecsv": read_ecsv,
    "geojson": read_geojson,
    "legus": read_legus,
}
TABLE_WRITERS: dict[str, Writer] = {"ecsv": write_ecsv, "geojson": write_geojson}
FORMAT_OF_SUFFIX = {".csv": "csv", ".tsv": "tsv", ".ecsv": "ecsv", ".geojson": "geojson", ".json": "geojson"}
# These suffixes say "text"; what kind is told by the content.
TEXT_SUFFIXES = (".tab", ".txt", ".dat", ".cat", "")


def guess_format(path: Path | str) -> str:
    """The format of a file by its suffix and first line. Raises BadInput for a missing file and where nothing tells."""
    path = Path(path)
    head = read_head(path).decode("utf-8-sig", errors="replace")
    if head.startswith(SIGNATURE):
        return "ecsv"
    suffix = path.suffix.lower()
    if suffix in FORMAT_OF_SUFFIX:
        return FORMAT_OF_SUFFIX[suffix]
    if suffix in TEXT_SUFFIXES:
        return _format_of_text(head)
    raise BadInput(
        f"{path.name}: its format cannot be guessed from {suffix!r}; give format, one of {', '.join(TABLE_READERS)}"
    )


def _format_of_text(head: str) -> str:
    first = next((line for line in head.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
    if first.lstrip().startswith("{"):
        return "geojson"
    _, bad = numbers(first.split()[:1])
    if first.split() and not bad.any():
        return "legus"
    return "tsv" if "\t" in first else "csv"


def read_table(path: Path | str, format: str | None = None, **options: Any) -> SourceTable:
    """Read a catalogue file; `options` are the reader's keywords, those that are None count as not given.

    Raises BadInput, naming the file and the mend, for a file, a format or an option that cannot be used.
    """
    path = Path(path)
    chosen = (format or guess_format(path)).lower()
    reader = TABLE_READERS.get(chosen)
    if reader is None:
        raise BadInput(f"format: {format!r} is not one of {', '.join(TABLE_READERS)}")
    given = {name: value for name, value in options.items() if value is not None}
    known = list(inspect.signature(reader).parameters)[1:]
    for name in given:
        if name not in known:
            raise BadInput(f"{name}: is no option of format {chosen}, which has {', '.join(known) or 'none'}")
    return reader(path, **given)


def write_table(table: Table, path: Path | str, format: str) -> Path:
    """Write a table as made by `export_table`; the file appears whole or not at all. Raises BadInput."""
    path = Path(path)
    writer = TABLE_WRITERS.get(format.lower())
    if writer is None:
        raise BadInput(f"format: {format!r} is not one of {', '.join(TABLE_WRITERS)}")
    if path.is_dir() or not path.parent.is_dir():
        raise BadInput(f"{path}: is a folder or in a folder that is not there; name a file in an existing folder")
    # In the same folder, since a rename is atomic within one file system only.
    unfinished = path.with_name(f".{uuid4().hex}.tmp")
    try:
        writer(table, unfinished)
        os.replace(unfinished, path)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror or error})") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return path
