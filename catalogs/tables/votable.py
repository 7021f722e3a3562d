"""VOTable 1.4 of the IVOA, as TOPCAT, Aladin and astropy read it."""

import re
from io import BytesIO
from pathlib import Path

from astropy.io.votable import from_table
from astropy.io.votable.tree import Info
from astropy.table import Table

# astropy names its version in a comment; what a file is made of must not depend on that.
PRODUCER = re.compile(rb"<!-- Produced with astropy[^>]*-->\n?")


def write_votable(table: Table, path: Path) -> None:
    """Write one table with units, descriptions and UCDs (`meta["ucd"]` of each column); metadata are INFO elements.

    The same table gives the same bytes. Masked numbers are NaN, masked text is empty.
    """
    plain = table.copy()
    plain.meta.clear()
    tree = from_table(plain)
    tree.description = str(table.meta.get("description", "")) or None
    (resource,) = tree.resources
    (only,) = resource.tables
    for field in only.fields:
        field.ucd = table[field.name].meta.get("ucd") or None
    for name, value in sorted(table.meta.items()):
        resource.infos.append(Info(name=name, value=str(value)))
    stream = BytesIO()
    tree.to_xml(stream, tabledata_format="tabledata")
    path.write_bytes(PRODUCER.sub(b"", stream.getvalue()))
