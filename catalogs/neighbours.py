"""Who lies near a source in its catalogue: what a blended light may come from."""

import math
from dataclasses import dataclass

from catalogs.models import Source
from catalogs.readings import BandName, magnitude

REACH_PX = 50.0
MOST_NEIGHBOURS = 12


@dataclass(frozen=True)
class Neighbour:
    """Another source of the catalogue; the position angle goes from north through east and needs world coordinates."""

    uuid: str
    number: int
    distance_px: float
    position_angle_deg: float | None
    magnitude: float | None
    system: str


def neighbours(source: Source, band: BandName) -> list[Neighbour]:
    """The nearest sources of the same catalogue, at most 12 within 50 px, the nearest first; magnitudes are of `band`."""
    others = source.catalog.sources.filter(
        x_px__range=(source.x_px - REACH_PX, source.x_px + REACH_PX),
        y_px__range=(source.y_px - REACH_PX, source.y_px + REACH_PX),
    ).exclude(pk=source.pk)
    near = sorted((math.hypot(each.x_px - source.x_px, each.y_px - source.y_px), each.number, each) for each in others)
    return [
        _neighbour(source, each, distance, band) for distance, _, each in near[:MOST_NEIGHBOURS] if distance <= REACH_PX
    ]


def _neighbour(source: Source, other: Source, distance_px: float, band: BandName) -> Neighbour:
    reading = magnitude(band, other.measurements, source.catalog.descriptions)
    return Neighbour(
        str(other.uuid),
        other.number,
        round(distance_px, 2),
        _position_angle_deg(source, other),
        reading.value,
        reading.unit,
    )


def _position_angle_deg(source: Source, other: Source) -> float | None:
    """From north through east, 0 to 360, on the sphere."""
    if source.ra_deg is None or source.dec_deg is None or other.ra_deg is None or other.dec_deg is None:
        return None
    turn = math.radians(other.ra_deg - source.ra_deg)
    here, there = math.radians(source.dec_deg), math.radians(other.dec_deg)
    east = math.sin(turn) * math.cos(there)
    north = math.cos(here) * math.sin(there) - math.sin(here) * math.cos(there) * math.cos(turn)
    return round(math.degrees(math.atan2(east, north)) % 360, 1)
