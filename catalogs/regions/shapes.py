"""The shapes of regions on an image: point, circle, ellipse, box and polygon, in pixels, as plain data and as outlines.

Pixels are 0-based with centres on integers, origin bottom-left; angles are degrees counter-clockwise from +x to the first axis.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from galaxycat.errors import BadInput

FARTHEST_PX = 1e6
MOST_CORNERS = 500
CURVE_CORNERS = 96


@dataclass(frozen=True)
class Point:
    x_px: float
    y_px: float


@dataclass(frozen=True)
class Circle:
    x_px: float
    y_px: float
    radius_px: float


@dataclass(frozen=True)
class Ellipse:
    """Half axes a and b; `angle_deg` turns a."""

    x_px: float
    y_px: float
    a_px: float
    b_px: float
    angle_deg: float


@dataclass(frozen=True)
class Box:
    """Whole width and height; `angle_deg` turns the width."""

    x_px: float
    y_px: float
    width_px: float
    height_px: float
    angle_deg: float


@dataclass(frozen=True)
class Polygon:
    """Three to MOST_CORNERS corners (x_px, y_px); it closes itself."""

    corners: tuple[tuple[float, float], ...]


Shape = Point | Circle | Ellipse | Box | Polygon
KINDS = ("point", "circle", "ellipse", "box", "polygon")
CENTRED: dict[str, type[Point | Circle | Ellipse | Box]] = {
    "point": Point,
    "circle": Circle,
    "ellipse": Ellipse,
    "box": Box,
}
SIZES = {"radius_px", "a_px", "b_px", "width_px", "height_px"}


def kind_of(shape: Shape) -> str:
    return type(shape).__name__.lower()


def to_json(shape: Shape) -> dict[str, Any]:
    """The shape as what `json.dumps` takes, with its kind; `from_json` is its inverse."""
    if isinstance(shape, Polygon):
        return {"kind": "polygon", "corners": [list(corner) for corner in shape.corners]}
    return {"kind": kind_of(shape), **asdict(shape)}


def from_json(data: Any) -> Shape:
    """Read `to_json`'s form. Raises BadInput naming the field that is missing, unknown or impossible."""
    if not isinstance(data, Mapping):
        raise BadInput('shape: give an object such as {"kind": "circle", "x_px": 10, "y_px": 20, "radius_px": 5}')
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadInput(f"shape: kind {str(kind)[:40]!r} is not one of {', '.join(KINDS)}")
    names = list(Polygon.__dataclass_fields__ if kind == "polygon" else CENTRED[kind].__dataclass_fields__)
    if wrong := sorted(map(str, set(data) ^ {"kind", *names})):
        raise BadInput(f"shape: a {kind} has {', '.join(names)}: look at {', '.join(wrong)[:80]}")
    if kind == "polygon":
        return Polygon(_corners(data["corners"]))
    return CENTRED[kind](**{name: _number(name, data[name]) for name in names})


def outline(shape: Shape) -> NDArray[np.float64]:
    """The shape's corners (n, 2) as x_px, y_px; a curve has CURVE_CORNERS of them, a point one."""
    match shape:
        case Point(x_px, y_px):
            return np.array([[x_px, y_px]])
        case Circle(x_px, y_px, radius_px):
            return _placed(radius_px * _unit_circle(), x_px, y_px, 0.0)
        case Ellipse(x_px, y_px, a_px, b_px, angle_deg):
            return _placed(_unit_circle() * [a_px, b_px], x_px, y_px, angle_deg)
        case Box(x_px, y_px, width_px, height_px, angle_deg):
            half = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]) * [width_px / 2, height_px / 2]
            return _placed(half, x_px, y_px, angle_deg)
        case Polygon(corners):
            return np.array(corners, dtype=np.float64)


def _unit_circle() -> NDArray[np.float64]:
    turn = np.linspace(0, 2 * np.pi, CURVE_CORNERS, endpoint=False)
    return np.column_stack([np.cos(turn), np.sin(turn)])


def _placed(corners: NDArray[np.float64], x_px: float, y_px: float, angle_deg: float) -> NDArray[np.float64]:
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    placed: NDArray[np.float64] = corners @ np.array([[cos, sin], [-sin, cos]]) + [x_px, y_px]
    return placed


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < FARTHEST_PX:
        raise BadInput(
            f"shape: {name} is {str(value)[:40]!r}: give a number, in pixels or degrees, within {FARTHEST_PX:,.0f}"
        )
    if name in SIZES and value <= 0:
        raise BadInput(f"shape: {name} is {value:g}: a size is above 0")
    return float(value) % 360 if name == "angle_deg" else float(value)


def _corners(value: Any) -> tuple[tuple[float, float], ...]:
    if not isinstance(value, list) or not all(isinstance(corner, list) and len(corner) == 2 for corner in value):
        raise BadInput("shape: corners must be a list of [x_px, y_px]")
    corners = tuple((_number("x_px", x), _number("y_px", y)) for x, y in value)
    if not 3 <= len(set(corners)) <= len(corners) <= MOST_CORNERS:
        raise BadInput(
            f"shape: a polygon has 3 to {MOST_CORNERS} corners, not {len(set(corners))} different of {len(corners)}"
        )
    return corners
