"""VOTable 1.4 of the IVOA, as TOPCAT, Aladin and astropy read it."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

from astropy.io.votable import from_table
from astropy.io.votable.tree import Info
from astropy.table import Table
from astropy.units import UnitBase, UnrecognizedUnit

# astropy names its version in a comment; what a file is made of must not depend on that.
PRODUCER = re.compile(rb"<!-- Produced with astropy[^>]*-->\n?")


def write_votable(table: Table, path: Path) -> None:
    """Write one table with units, descriptions and UCDs (`meta["ucd"]` of each column); metadata are INFO elements.

    The same table gives the same bytes. Masked numbers are NaN, masked text is empty.
    """
    plain = table.copy()
    plain.meta.clear()
    for name in plain.colnames:
        # Set below in the VOTable's own way of writing units.
        plain[name].unit = None
    tree = from_table(plain)
    tree.description = str(table.meta.get("description", "")) or None
    (resource,) = tree.resources
    (only,) = resource.tables
    for field in only.fields:
        field.unit = _unit(table[field.name].unit)
        field.ucd = table[field.name].meta.get("ucd") or None
    for name, value in sorted(table.meta.items()):
        resource.infos.append(Info(name=name, value=str(value)))
    stream = BytesIO()
    tree.to_xml(stream, tabledata_format="tabledata")
    path.write_bytes(PRODUCER.sub(b"", stream.getvalue()))


def _unit(unit: Any) -> str | None:
    """As VOUnits 1.0 writes it, with units that it does not know in quotes: 'electron'.s**-1."""
    if unit is None:
        return None
    if isinstance(unit, UnrecognizedUnit) or unit.scale != 1:
        return f"'{unit}'" if str(unit).isalpha() else str(unit)
    factors = [_factor(base, power) for base, power in zip(unit.bases, unit.powers, strict=True)]
    return ".".join(factors)


def _factor(base: UnitBase, power: float) -> str:
    try:
        name = base.to_string("vounit")
    except ValueError:
        name = f"'{base.to_string()}'"
    return name if power == 1 else f"{name}**{power}"
