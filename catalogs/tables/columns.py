"""Which column is what, told by its name (case does not matter)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

NUMBER_NAMES = ("number", "id", "source_id", "sourceid", "source")
LABEL_NAMES = ("class", "label", "legus_class", "published_label")
SKY_NAMES = (
    ("ra_deg", "dec_deg"), ("ra", "dec"), ("alpha_j2000", "delta_j2000"), ("raj2000", "dej2000"), ("ra_icrs", "de_icrs"),
)  # fmt: skip
# The pixel that the first column holds: None = the name does not tell.
PIXEL_NAMES = (("x_px", "y_px", 0), ("x_image", "y_image", 1), ("xcentroid", "ycentroid", 0), ("x", "y", None))
# Said by the image it is put on, not by the file.
DERIVED_NAMES = ("is_outside",)
# A column of our exports: a measurement of this name is kept under another.
RESERVED_NAMES = ("number", "uuid", "label", "ra_deg", "dec_deg", "x_px", "y_px", "x_image", "y_image")
FITS_ORIGIN = 1


@dataclass(frozen=True)
class PixelColumns:
    """A pair of pixel columns; `origin` is the number of the first pixel, 0 or 1."""

    x: str
    y: str
    origin: int
    is_assumed: bool = False


@dataclass(frozen=True)
class Roles:
    """What the columns of a table are; `measurements` (kept name -> column) are all those with no other role, in file order.

    `repeated` holds X_IMAGE and Y_IMAGE beside x_px and y_px, as in our own exports: they must agree.
    """

    number: str | None
    pixels: PixelColumns | None
    repeated: PixelColumns | None
    sky: tuple[str, str] | None
    label: str | None
    measurements: dict[str, str]


def recognise(names: Sequence[str], origin: int | None = None) -> Roles:
    """The roles of these columns; `origin` (0 or 1) decides for plain x and y, which are 1-based otherwise."""
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(name.strip().lower().replace(" ", "_").replace("-", "_"), name)
    number = next((known[name] for name in NUMBER_NAMES if name in known), None)
    label = next((known[name] for name in LABEL_NAMES if name in known), None)
    sky = next(((known[ra], known[dec]) for ra, dec in SKY_NAMES if ra in known and dec in known), None)
    found = list(_pixel_columns(known, origin))
    repeated = found[1] if [pair.x.lower() for pair in found[:2]] == ["x_px", "x_image"] else None
    taken = {number, label, *(sky or ())}
    taken |= {name for pair in (*found[:1], repeated) if pair for name in (pair.x, pair.y)}
    taken |= {known[name] for name in DERIVED_NAMES if name in known}
    rest = {_kept_name(name): name for name in names if name not in taken}
    return Roles(number, found[0] if found else None, repeated, sky, label, rest)


def _kept_name(name: str) -> str:
    return f"{name}_published" if name.lower() in RESERVED_NAMES else name


def _pixel_columns(known: dict[str, str], origin: int | None) -> Iterator[PixelColumns]:
    for x, y, told in PIXEL_NAMES:
        if x in known and y in known:
            chosen = told if told is not None else origin
            yield PixelColumns(known[x], known[y], FITS_ORIGIN if chosen is None else chosen, chosen is None)
