"""Regions from DS9's files and back, by astropy's `regions` package; pure of any database.

Files are read in any of DS9's celestial frames or in `image` or `physical` pixels, which are the same here, and written
in ICRS degrees or in image pixels.
"""

import math
import re
import warnings as python_warnings
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import regions as ds9
from astropy import units as u
from astropy.coordinates import ICRS, BaseCoordinateFrame
from astropy.wcs import WCS
from astropy.wcs.utils import wcs_to_celestial_frame

from catalogs.imagery.fitswcs import quiet_astropy
from catalogs.regions.shapes import Box, Circle, Ellipse, Point, Polygon, Shape, from_json, kind_of, to_json
from galaxycat.errors import BadInput

MOST_BYTES = 1_000_000
# More take minutes to bring to pixels. A region may follow its frame on a line of its own.
MOST_REGIONS = 1000
MOST_LINES = 3 * MOST_REGIONS
# Of the package's reading, about ten nanoseconds each; a file of MOST_REGIONS with all that DS9 writes takes a fortieth.
MOST_STEPS = 100_000_000
LONGEST_LABEL = 100
FRAMES = ("icrs", "image")
HEADER = "# Region file format: DS9 version 4.1\n"
# What the package says of a region, or of a frame, that it passes over.
LOSS = re.compile(r"^Cannot parse|^(?!Found duplicate metadata).*skipping")
# The frame, on a line of its own or before a region; the first two are words in braces or quotes, where it is none.
PHYSICAL = re.compile(
    r"""\{[^}\n]*|text[^\S\n]*=[^\S\n]*(?:'[^'\n]*|"[^"\n]*)|((?:^|;)[^\S\n]*)physical\b""",
    re.IGNORECASE | re.MULTILINE,
)
WORD, TEXT = re.compile("[a-zA-Z]+"), re.compile("text", re.IGNORECASE)
DEFAULT_COLOUR = "green"
INSTEAD = "import them as a catalogue instead (a table of x_px,y_px counted from 0, or of ra_deg,dec_deg)"


@dataclass(frozen=True)
class Labelled:
    """A shape on the image with its label, empty for none."""

    shape: Shape
    label: str


@dataclass(frozen=True)
class RegionFile:
    """What a file holds that a galaxy can keep, for the rest why not, and how the kept was read, a line each."""

    found: list[Labelled]
    left_out: list[str]
    notes: list[str]


def read_ds9(text: str, wcs: WCS | None) -> RegionFile:
    """The regions of a DS9 file on the image of `wcs`. Raises BadInput where the text is no such file or holds none."""
    if len(text) > MOST_BYTES:
        raise BadInput(f"file: has {len(text):,} characters; at most {MOST_BYTES:,} are taken here")
    # Images here keep no LTV and LTM cards, without which DS9's physical pixels are those of the image.
    in_image = PHYSICAL.sub(lambda match: match[0] if match[1] is None else f"{match[1]}image", text)
    parsed, left_out = _parsed(in_image)
    found: list[Labelled] = []
    kept: list[ds9.Region] = []
    for number, region in enumerate(parsed, start=1):
        try:
            found.append(_labelled(region, wcs))
            kept.append(region)
        except BadInput as error:
            left_out.append(f"region {number}: {error}")
    if not found:
        why = f" ({left_out[0]})" if left_out else ""
        raise BadInput(f"file: no region that can be kept{why}: save it from DS9 as 'ds9' in fk5, icrs or image")
    notes = ["physical coordinates were taken as image coordinates"] if in_image != text else []
    if lost := _lost(kept):
        notes.append(f"{' and '.join(', '.join(lost).rsplit(', ', 1))} are not kept")
    return RegionFile(found, left_out, notes)


def write_ds9(labelled: Iterable[Labelled], wcs: WCS | None, frame: str) -> str:
    """The regions as a DS9 file in `frame`, one of FRAMES. Raises BadInput for icrs without WCS and for another frame."""
    if frame not in FRAMES:
        raise BadInput(f"frame: {frame[:40]!r} is not one of {', '.join(FRAMES)}")
    if frame == "icrs" and wcs is None:
        raise BadInput("frame: this image has no world coordinates: ask for frame=image")
    lines = [_line(each, wcs if frame == "icrs" else None) for each in labelled]
    return "\n".join([HEADER + frame, *lines, ""])


def _parsed(text: str) -> tuple[list[ds9.Region], list[str]]:
    """The package's regions of a file, and what it says of those that it passes over. Raises BadInput."""
    n_lines = len(re.findall(r"(?:^|[\n;])[^\S\n]*[^\s#;]", text))
    if n_lines > MOST_LINES:
        raise BadInput(f"file: has {n_lines:,} lines, and a galaxy keeps {MOST_REGIONS:,} regions: {INSTEAD}")
    _require_quick(text)
    with quiet_astropy(), python_warnings.catch_warnings(record=True) as warned:
        python_warnings.simplefilter("always")
        try:
            parsed = list(ds9.Regions.parse(text, format="ds9"))
        # The parser raises a dozen unrelated types for a broken number, angle or bracket.
        except Exception as error:
            raise BadInput(f"file: not a region file of DS9: {_one_line(error)}") from error
    if len(parsed) > MOST_REGIONS:
        raise BadInput(f"file: has {len(parsed):,} regions, and a galaxy keeps {MOST_REGIONS:,}: {INSTEAD}")
    return parsed, [said for warning in warned if LOSS.search(said := _one_line(warning.message))]


def _require_quick(text: str) -> None:
    """Raises BadInput for a file over which the package would sit for minutes, in which nobody else would be served: of a line
    it reads each word from each of its letters, looks for the end of each quote, and for each semicolon at every text."""
    n_steps = 0
    for number, line in enumerate(text.split("\n"), start=1):
        n_steps += sum(len(word) ** 2 for word in WORD.findall(line))
        n_steps += len(line) * sum(map(line.count, "{'\"")) // 10
        n_steps += 5 * line.count(";") * len(TEXT.findall(line)) + 500 * line.count("=")
        if n_steps > MOST_STEPS:
            raise BadInput(f"file: line {number} is too long to be read: write one region a line, and short texts")


def _lost(kept: list[ds9.Region]) -> list[str]:
    """What the file gives these regions besides shape and label. DS9 writes its default colour into every file."""
    looks = [region.visual for region in kept]
    colours = {str(look.get("color") or look.get("edgecolor") or DEFAULT_COLOUR).lower() for look in looks}
    is_lost = {
        "colours": colours != {DEFAULT_COLOUR},
        "tags": any(region.meta.get("tag") for region in kept),
        "point symbols": any("marker" in look for look in looks),
    }
    return [what for what, is_so in is_lost.items() if is_so]


def _labelled(region: ds9.Region, wcs: WCS | None) -> Labelled:
    if not region.meta.get("include", 1):
        raise BadInput("an excluded region (-) is not kept")
    if isinstance(region, ds9.SkyRegion):
        if wcs is None:
            raise BadInput("is in sky coordinates, and this image has none")
        with quiet_astropy():
            region = _on_pixels(region, wcs)
    # A text is a point whose words the package keeps elsewhere.
    label = str(region.meta.get("text") or getattr(region, "text", "")).strip()[:LONGEST_LABEL]
    # What `from_json` refuses, a file cannot bring in either.
    return Labelled(from_json(to_json(_shape(region))), label.replace("\0", ""))


def _on_pixels(region: ds9.SkyRegion, wcs: WCS) -> ds9.PixelRegion:
    try:
        return _turned_to(wcs_to_celestial_frame(wcs), region).to_pixel(wcs)
    except (ValueError, NotImplementedError) as error:
        raise BadInput(f"has no place on this image ({_one_line(error)})") from error


def _turned_to(frame: BaseCoordinateFrame, region: ds9.SkyRegion) -> ds9.SkyRegion:
    """The region with its centre in `frame` and its angle from there.

    DS9 counts an angle from the axes of the region's frame; the package takes it as it is for one from the header's.
    """
    has_angle = isinstance(region, ds9.EllipseSkyRegion | ds9.RectangleSkyRegion)
    if not has_angle or region.center.is_equivalent_frame(frame):
        return region
    north = region.center.directional_offset_by(0 * u.deg, 1 * u.arcsec).transform_to(frame, merge_attributes=False)
    centre = region.center.transform_to(frame, merge_attributes=False)
    return region.copy(center=centre, angle=region.angle + centre.position_angle(north))


def _shape(region: ds9.PixelRegion) -> Shape:
    match region:
        case ds9.PointPixelRegion():
            return Point(*_centre(region))
        case ds9.CirclePixelRegion():
            return Circle(*_centre(region), float(region.radius))
        case ds9.EllipsePixelRegion():
            return Ellipse(*_centre(region), float(region.width) / 2, float(region.height) / 2, _degrees(region))
        case ds9.RectanglePixelRegion():
            return Box(*_centre(region), float(region.width), float(region.height), _degrees(region))
        case ds9.PolygonPixelRegion():
            corners = zip(np.atleast_1d(region.vertices.x), np.atleast_1d(region.vertices.y), strict=True)
            return Polygon(tuple((float(x), float(y)) for x, y in corners))
    name = type(region).__name__.removesuffix("PixelRegion").lower()
    raise BadInput(f"a {name} is not kept: points, circles, ellipses, boxes and polygons are")


def _centre(region: ds9.PixelRegion) -> tuple[float, float]:
    x_px, y_px = float(region.center.x), float(region.center.y)
    if not (math.isfinite(x_px) and math.isfinite(y_px)):
        raise BadInput("has no place on this image")
    return x_px, y_px


def _degrees(region: ds9.PixelRegion) -> float:
    return float(region.angle.to_value(u.deg))


def _region(shape: Shape) -> ds9.PixelRegion:
    match shape:
        case Point(x_px, y_px):
            return ds9.PointPixelRegion(ds9.PixCoord(x_px, y_px))
        case Circle(x_px, y_px, radius_px):
            return ds9.CirclePixelRegion(ds9.PixCoord(x_px, y_px), radius_px)
        case Ellipse(x_px, y_px, a_px, b_px, angle_deg):
            return ds9.EllipsePixelRegion(ds9.PixCoord(x_px, y_px), 2 * a_px, 2 * b_px, angle_deg * u.deg)
        case Box(x_px, y_px, width_px, height_px, angle_deg):
            return ds9.RectanglePixelRegion(ds9.PixCoord(x_px, y_px), width_px, height_px, angle_deg * u.deg)
        case Polygon(corners):
            x_px, y_px = np.array(corners).T
            return ds9.PolygonPixelRegion(ds9.PixCoord(x_px, y_px))
    raise TypeError(f"{kind_of(shape)} is no shape")


def _line(labelled: Labelled, wcs: WCS | None) -> str:
    region = _region(labelled.shape)
    if wcs is not None:
        with quiet_astropy():
            region = region.to_sky(wcs)
            if isinstance(region, ds9.PolygonSkyRegion):
                region = ds9.PolygonSkyRegion(region.vertices.icrs)
            elif isinstance(region, ds9.EllipseSkyRegion | ds9.RectangleSkyRegion):
                region = _turned_to(ICRS(), region)
            else:
                region.center = region.center.icrs
    # Alone: of several, the package moves what they share into a global line, labels too.
    text = str(ds9.Regions([region]).serialize(format="ds9", precision=8)).strip().splitlines()[-1]
    # DS9 ends a text at the brace.
    label = " ".join(labelled.label.replace("{", "(").replace("}", ")").split())
    return f"{text} # text={{{label}}}" if label else text


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:160]
