"""A tile's answer, whichever way it was asked for: its name, its bytes, its headers."""

from dataclasses import dataclass

from django.utils.http import parse_etags

from catalogs.imagery.blocks import open_pyramid, pyramid_at_once
from catalogs.imagery.encoding import media_type
from catalogs.imagery.tiles import TilePlan
from catalogs.storage import image_storage

FOR_GOOD = "max-age=31536000, immutable"


@dataclass(frozen=True)
class TileAddress:
    """A tile of the image with this key: of a rendition, where `style` is its hash, else of the 1-based `band` as stored."""

    image: str
    z: int
    x: int
    y: int
    style: str = ""
    fmt: str = "auto"
    band: int = 0

    @property
    def etag(self) -> str:
        look = f"{self.style}-{self.fmt}" if self.style else f"data-{self.band}"
        return f'"{self.image[:16]}-{look}-{self.z}-{self.x}-{self.y}"'


@dataclass(frozen=True)
class TileAnswer:
    """What is sent: the bytes, their type, and how they are encoded on the way."""

    body: bytes
    media_type: str
    encoding: str = ""


def is_known(if_none_match: str, etag: str) -> bool:
    """Whether the header's list has the tag, marked as weak (W/) or not: a proxy that compresses answers marks it."""
    return etag in (each.removeprefix("W/") for each in parse_etags(if_none_match))


def rendered_tile(plan: TilePlan, address: TileAddress) -> TileAnswer:
    """The tile as a picture. Raises TileOutside."""
    body = plan.render(address.z, address.x, address.y, address.fmt)
    return TileAnswer(body, media_type(body))


def data_tile(address: TileAddress) -> TileAnswer:
    """The stored block, read from the disk if need be. Raises TileOutside."""
    pyramid = open_pyramid(_path(address))
    return _block(pyramid.read(pyramid.span(address.band, address.z, address.x, address.y)))


def data_tile_at_once(address: TileAddress) -> TileAnswer | None:
    """The stored block; None where the disk would have to be waited for. Raises TileOutside."""
    pyramid = pyramid_at_once(_path(address))
    if pyramid is None:
        return None
    block = pyramid.read_at_once(pyramid.span(address.band, address.z, address.x, address.y))
    return None if block is None else _block(block)


def headers(address: TileAddress, scope: str, answer: TileAnswer | None) -> dict[str, str]:
    """Of an answer, or of 304 where it is None; `scope` is public or private."""
    named = {"ETag": address.etag, "Cache-Control": f"{scope}, {FOR_GOOD}", "X-Content-Type-Options": "nosniff"}
    if answer is None:
        return named
    named |= {"Content-Type": answer.media_type, "Content-Length": str(len(answer.body))}
    return named | ({"Content-Encoding": answer.encoding} if answer.encoding else {})


def _path(address: TileAddress) -> str:
    return image_storage().gdal_path(address.image)


def _block(block: bytes) -> TileAnswer:
    # TIFF's DEFLATE is a zlib stream, which is what HTTP calls deflate: the browser inflates it on its own.
    return TileAnswer(block, "application/octet-stream", "deflate")
