"""The stored blocks: byte for byte those of the file, and what they decode to against GDAL, at every level."""

import os
import zlib

import numpy as np
import pytest
import rasterio

from catalogs.imagery.blocks import EMPTY_BLOCK, Span, TileOutside, block_codes, decode_block, open_pyramid

RNG = np.random.default_rng(3)
HEIGHT, WIDTH = 700, 530


@pytest.fixture
def path(pyramid):
    values = {name: RNG.normal(10, 3, (HEIGHT, WIDTH)).astype(np.float32) for name in ("V", "I")}
    values["I"][:300, :280] = np.nan  # the block at the bottom-left holds no data at all in I
    return pyramid(**values)[0]


def test_blocks_decode_to_what_gdal_reads_at_every_level(path):
    n_compared = 0
    pyramid = open_pyramid(path)
    for z, level in enumerate(reversed(pyramid.levels)):
        overview = {} if z == pyramid.max_zoom else {"OVERVIEW_LEVEL": pyramid.max_zoom - z - 1}
        with rasterio.open(path, **overview) as dataset:
            assert (dataset.height, dataset.width) == (level.height_px, level.width_px)
            padded = np.zeros((2, *(256 * -(-side // 256) for side in dataset.shape)), np.uint16)
            padded[:, : dataset.height, : dataset.width] = dataset.read()
        for band, y, x in np.ndindex(*level.offsets.shape):
            codes = block_codes(path, band + 1, z, x, y)
            np.testing.assert_array_equal(codes, padded[band, 256 * y : 256 * y + 256, 256 * x : 256 * x + 256])
            n_compared += 1
    assert n_compared == 2 * (9 + 4 + 1)


def test_a_block_is_sent_as_the_file_has_it(path):
    pyramid = open_pyramid(path)
    span = pyramid.span(1, 2, 1, 1)
    stored = path.read_bytes()[span.offset : span.offset + span.size]
    assert pyramid.read(span) == pyramid.read_at_once(span) == stored
    differences = np.frombuffer(zlib.decompress(stored), "<u2").reshape(256, 256)
    np.testing.assert_array_equal(np.cumsum(differences, axis=1, dtype=np.uint16), block_codes(path, 1, 2, 1, 1))


def test_a_block_that_is_not_stored_is_empty_without_a_read(path, monkeypatch):
    pyramid = open_pyramid(path)

    def must_not_read(*_):
        raise AssertionError("the disk was read")

    for name in ("pread", "preadv"):
        monkeypatch.setattr(os, name, must_not_read)
    for read in (pyramid.read, pyramid.read_at_once):
        assert read(Span(0, 0)) == EMPTY_BLOCK
    assert not decode_block(EMPTY_BLOCK).any()
    assert pyramid.span(2, 2, 0, 2).size == 0
    assert not block_codes(path, 2, 2, 0, 2).any()


def test_what_the_system_does_not_hold_in_memory_is_not_waited_for(path, monkeypatch):
    def would_block(*_):
        raise BlockingIOError

    monkeypatch.setattr(os, "preadv", would_block)
    pyramid = open_pyramid(path)
    assert pyramid.read_at_once(pyramid.span(1, 2, 0, 0)) is None


@pytest.mark.parametrize("tile", [(2, 3, 0), (2, 0, 3), (3, 0, 0), (-1, 0, 0), (2, -1, 0), (0, 1, 0)])
def test_tiles_outside_are_refused(path, tile):
    with pytest.raises(TileOutside, match="outside"):
        open_pyramid(path).span(1, *tile)


@pytest.mark.parametrize("band", [0, 3, -1])
def test_bands_outside_are_refused(path, band):
    with pytest.raises(TileOutside, match=r"band .* is outside 1\.\.2"):
        open_pyramid(path).span(band, 0, 0, 0)


def test_a_block_given_out_cannot_be_changed(path):
    with pytest.raises(ValueError, match="read-only"):
        block_codes(path, 1, 0, 0, 0)[0, 0] = 7
