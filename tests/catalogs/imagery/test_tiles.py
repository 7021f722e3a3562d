"""Tiles and cut-outs: where pixels land, seams, edges, and what they look like."""

import struct
import threading
import zlib

import numpy as np
import pytest
import rasterio
import simplejpeg

from catalogs.imagery.blocks import TileOutside
from catalogs.imagery.display import DisplayPlane, DisplayScale, write_display_cog
from catalogs.imagery.encoding import media_type, png
from catalogs.imagery.fitsband import open_band
from catalogs.imagery.recipes import Recipe
from catalogs.imagery.renditions import BandInfo, default_recipes
from catalogs.imagery.science import write_science_cog
from catalogs.imagery.statistics import cog_statistics
from catalogs.imagery.tiles import NativeReader, TilePlan, max_zoom
from galaxycat.errors import BadInput
from tests.catalogs.imagery.conftest import quiet

# affine, by way of rio-tiler; catalogs.imagery.tiles silences it outside pytest.
pytestmark = pytest.mark.filterwarnings("ignore:Use .@. matmul", "ignore:Dataset has no geotransform")

V = (("V", 1.0),)
LINEAR = Recipe("v", "V", V, V, V, "linear", (0.0,) * 3, (100.0,) * 3)
RNG = np.random.default_rng(5)


def planes_of(scales: dict[str, DisplayScale]) -> dict[str, DisplayPlane]:
    """The planes of a pyramid of these bands, in their order."""
    return {name: DisplayPlane(name, k, "", scale) for k, (name, scale) in enumerate(scales.items(), start=1)}


@pytest.fixture
def pyramid(pyramid):
    """As `pyramid`, with planes for scales."""

    def build(**bands):
        path, scales = pyramid(**bands)
        return path, planes_of(scales)

    return build


def read_png(data: bytes) -> np.ndarray:
    """(h, w, 4) of a PNG made by `encoding.png`, undone by zlib and the specification's Sub filter; without opacity 255."""
    width, height = struct.unpack(">II", data[16:24])
    offset, packed = 33, b""
    while data[offset + 4 : offset + 8] == b"IDAT":
        (length,) = struct.unpack(">I", data[offset : offset + 4])
        body = data[offset + 4 : offset + 8 + length]
        assert zlib.crc32(body) == struct.unpack(">I", data[offset + 8 + length : offset + 12 + length])[0]
        packed += body[4:]
        offset += 12 + length
    channels = {2: 3, 6: 4}[data[25]]
    rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + channels * width)
    assert (rows[:, 0] == 1).all()
    picture = np.cumsum(rows[:, 1:].reshape(height, width, channels), axis=1, dtype=np.uint8)
    return picture if channels == 4 else np.dstack([picture, np.full((height, width), 255, np.uint8)])


@pytest.mark.parametrize("channels", [3, 4])
def test_png_holds_the_picture(channels):
    picture = RNG.integers(0, 256, (20, 30, channels)).astype(np.uint8)
    np.testing.assert_array_equal(read_png(png(picture))[..., :channels], picture)


@pytest.mark.parametrize(("x_px", "y_px"), [(0, 0), (0, 699), (599, 0), (599, 699), (300, 100), (255, 443)])
def test_a_bright_pixel_lands_where_the_convention_says(pyramid, x_px, y_px):
    data = np.zeros((700, 600), np.float32)
    data[y_px, x_px] = 100
    path, planes = pyramid(V=data)
    col, row = x_px, 699 - y_px
    tile = read_png(TilePlan(path, LINEAR, planes).render(max_zoom(path), col // 256, row // 256, "png"))
    assert np.argwhere(tile[..., 0] > 128).tolist() == [[row % 256, col % 256]]
    cutout = read_png(TilePlan(path, LINEAR, planes).cutout(x_px, y_px, 5, 3, "png"))
    assert cutout.shape == (15, 15, 4)
    # the middle pixel of 5, enlarged by 3
    assert np.argwhere(cutout[..., 0] > 128).min(axis=0).tolist() == [6, 6]
    assert np.argwhere(cutout[..., 0] > 128).max(axis=0).tolist() == [8, 8]


def test_tiles_join_to_the_cutout_at_native_zoom(pyramid):
    path, planes = pyramid(V=RNG.uniform(0, 100, (700, 600)).astype(np.float32))
    rows = [[read_png(TilePlan(path, LINEAR, planes).render(2, x, y, "png")) for x in range(3)] for y in range(3)]
    mosaic = np.block([[[tile] for tile in row] for row in rows])
    # 768 px whose top-left pixel is the image's: centre at col 384, row 384.
    cutout = read_png(TilePlan(path, LINEAR, planes).cutout(384 - 0.5, 700 - 0.5 - 384, 768, 1, "png"))
    np.testing.assert_array_equal(mosaic, cutout)
    assert (mosaic[:700, :600, 3] == 255).all()
    assert (mosaic[700:, :, 3] == 0).all()
    assert (mosaic[:, 600:, 3] == 0).all()


def test_coarse_tiles_are_means_of_finer_ones(pyramid):
    path, planes = pyramid(V=RNG.uniform(0, 100, (1024, 1024)).astype(np.float32))
    fine = [[read_png(TilePlan(path, LINEAR, planes).render(2, x, y, "png")) for x in range(4)] for y in range(4)]
    mosaic = np.block([[[tile] for tile in row] for row in fine])[..., 0].astype(float)
    coarse = [[read_png(TilePlan(path, LINEAR, planes).render(1, x, y, "png")) for x in range(2)] for y in range(2)]
    joined = np.block([[[tile] for tile in row] for row in coarse])[..., 0]
    means = mosaic.reshape(512, 2, 512, 2).mean(axis=(1, 3))
    assert np.abs(joined - means).max() <= 1.0


@pytest.mark.parametrize(("shape", "expected"), [((40, 60), 0), ((300, 700), 2), ((700, 300), 2), ((513, 513), 2)])
def test_all_of_an_image_is_in_its_tiles_whatever_its_shape(pyramid, shape, expected):
    path, planes = pyramid(V=RNG.uniform(50, 100, shape).astype(np.float32))
    zoom = max_zoom(path)
    assert zoom == expected
    plan = TilePlan(path, LINEAR, planes)
    rows, columns = (-(-side // 256) for side in shape)
    tiles = [[read_png(plan.render(zoom, x, y, "png"))[..., 3] for x in range(columns)] for y in range(rows)]
    assert (np.block(tiles) > 0).sum() == shape[0] * shape[1]
    with pytest.raises(TileOutside):
        plan.render(0, 1, 0)


def test_formats(pyramid):
    data = np.full((300, 300), 50.0, np.float32)
    data[290, 10] = np.nan
    path, planes = pyramid(V=data, I=data)
    assert max_zoom(path) == 1
    whole = TilePlan(path, LINEAR, planes).render(1, 0, 0, "png")
    alpha = read_png(whole)[..., 3]
    assert np.argwhere(alpha == 0).tolist() == [[9, 10]]
    assert media_type(TilePlan(path, LINEAR, planes).render(1, 0, 0)) == "image/png"
    jpeg = TilePlan(path, LINEAR, planes).render(1, 0, 0, "jpeg")
    assert media_type(jpeg) == "image/jpeg"
    assert np.abs(simplejpeg.decode_jpeg(jpeg)[100, 100].astype(int) - 128).max() <= 1
    assert media_type(TilePlan(path, LINEAR, planes).cutout(150, 150, 64)) == "image/jpeg"
    with pytest.raises(BadInput, match="webp"):
        TilePlan(path, LINEAR, planes).render(1, 0, 0, "webp")


def test_a_band_without_data_is_background_where_another_has_some(pyramid):
    v, i = np.full((64, 64), 50.0, np.float32), np.full((64, 64), 50.0, np.float32)
    v[:, :32] = np.nan
    i[:16] = np.nan
    path, planes = pyramid(V=v, I=i)
    recipe = Recipe("c", "C", (("V", 1.0), ("I", 1.0)), V, (("I", 1.0),), "linear", (0.0,) * 3, (100.0,) * 3)
    picture = read_png(TilePlan(path, recipe, planes).cutout(31.5, 31.5, 64, 1, "png"))
    bottom, top = picture[-1], picture[0]
    assert bottom[0].tolist() == [0, 0, 0, 0]  # no data in either
    assert bottom[-1].tolist() == [128, 128, 0, 255]  # V alone
    assert top[0].tolist() == [128, 0, 128, 255]  # I alone
    assert top[-1].tolist() == [255, 128, 128, 255]


@pytest.mark.parametrize("tile", [(2, 3, 0), (2, 0, 3), (3, 0, 0), (-1, 0, 0), (2, -1, 0), (0, 1, 0)])
def test_tiles_outside_are_refused(pyramid, tile):
    path, planes = pyramid(V=np.ones((700, 600), np.float32))
    with pytest.raises(TileOutside):
        TilePlan(path, LINEAR, planes).render(*tile)


def test_cutouts_beyond_the_image_and_beyond_reason(pyramid):
    path, planes = pyramid(V=np.full((50, 50), 100.0, np.float32))
    corner = read_png(TilePlan(path, LINEAR, planes).cutout(0, 0, 11, 1, "png"))
    assert (corner[:6, 5:, 0] == 255).all()
    assert corner[..., 3].sum() == 36 * 255
    assert read_png(TilePlan(path, LINEAR, planes).cutout(1e6, 0, 11, 1, "png")).max() == 0
    for position, size, zoom in (((0, 0), 0, 1), ((0, 0), 11, 0), ((0, 0), 5000, 1), ((float("nan"), 0), 11, 1)):
        with pytest.raises(BadInput, match="cut-out"):
            TilePlan(path, LINEAR, planes).cutout(*position, size, zoom)


def test_an_unknown_band_is_named(pyramid):
    path, planes = pyramid(V=np.ones((50, 50), np.float32))
    other = Recipe("i", "I", (("I", 1.0),), (("I", 1.0),), (("I", 1.0),))
    with pytest.raises(BadInput, match="no band I"):
        TilePlan(path, other, planes)


def test_readers_are_bounded_and_of_one_thread(tmp_path, pyramid):
    path, _ = pyramid(V=np.full((300, 300), 7.0, np.float32))
    copies = [tmp_path / f"{index}.tif" for index in range(4)]
    for copy in copies:
        copy.write_bytes(path.read_bytes())
    reader = NativeReader(max_open=2)
    first = reader.native(copies[0])
    for copy in copies[1:]:
        reader.window_codes(copy, (1,), 0, 0, 256)
    assert first.dataset.closed
    assert reader.native(copies[3]) is reader.native(copies[3])
    seen = []
    thread = threading.Thread(target=lambda: seen.append(reader.native(copies[3])))
    thread.start()
    thread.join()
    assert seen[0] is not reader.native(copies[3])
    reader.close()


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("folder", "bands"),
    [
        ("m51", {"B": "*_B_*", "V": "*_V_*", "R": "*_R_*"}),
        ("horseshoe", {f: f"*{f.lower()}*" for f in ("F475W", "F814W")}),
    ],
)
def test_real_renditions_are_neither_black_nor_burnt_out(sample_data, tmp_path, folder, bands):
    readers = {name: open_band(next((sample_data / folder).glob(glob)), name=name) for name, glob in bands.items()}
    opened = [reader.__enter__() for reader in readers.values()]
    write_science_cog(opened, tmp_path / "s.tif", quiet)
    statistics = dict(zip(bands, cog_statistics(tmp_path / "s.tif"), strict=True))
    scales = {name: DisplayScale(entry.background, entry.noise_sigma) for name, entry in statistics.items()}
    write_display_cog(tmp_path / "s.tif", scales, tmp_path / "d.tif", quiet)
    planes = planes_of(scales)
    with rasterio.open(tmp_path / "s.tif") as dataset:
        overview = dict(zip(bands, dataset.read(), strict=True))
    infos = [BandInfo(band.name, band.calibration.pivot_wavelength_nm, None, statistics[band.name]) for band in opened]
    height_px, width_px = opened[0].shape
    for recipe in default_recipes(infos, overview):
        picture = read_png(
            TilePlan(tmp_path / "d.tif", recipe, planes).cutout(width_px / 2, height_px / 2, 400, 1, "png")
        )
        levels = picture[..., :3]
        assert (levels.max(axis=-1) == 255).mean() < 0.02, recipe.slug
        assert 10 < np.median(levels) < 140, recipe.slug
        assert levels.max() > 200, recipe.slug
        if recipe.slug.startswith("colour"):
            assert np.ptp(levels.astype(int), axis=-1).max() > 60, recipe.slug
