"""DS9's region files against positions worked out by astropy alone, and every shape out and in again."""

import contextlib
import time

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS

from catalogs.regions.drawing import Imported
from catalogs.regions.ds9 import Labelled, read_ds9, write_ds9
from catalogs.regions.shapes import Box, Circle, Ellipse, Point, Polygon, from_json, outline, to_json
from galaxycat.errors import BadInput
from tests.world import sky_header

SHAPES = [
    Point(12.25, 280.5),
    Circle(100.0, 120.0, 21.5),
    Ellipse(150.0, 60.0, 40.0, 12.5, 33.0),
    Box(200.0, 220.0, 60.0, 20.0, 110.0),
    Polygon(((10.0, 10.0), (90.5, 14.0), (60.0, 71.25), (30.0, 50.0))),
]
FROM_DS9 = """# Region file format: DS9 version 4.1
global color=green dashlist=8 3 width=1 select=1 edit=1 move=1 include=1 source=1
fk5
circle(1:36:41.76,+15:46:58.8,3.5") # color=red text={cluster A}
image
box(100,120,20,10,45) # text={the bar}
polygon(1,1,10,1,10,10)
point(5,5) # point=cross
"""
SAVED_BY_DS9 = """# Region file format: DS9 version 4.1
global color=green dashlist=8 3 width=1 font="helvetica 10 normal roman" select=1 highlite=1 dash=0 fixed=0 edit=1 move=1 delete=1 include=1 source=1
physical
circle(100,120,21.5) # text={arm; physical; inner}
ellipse(150,60,40,12.5,33)
box(200,220,60,20,110)
polygon(10,10,90.5,14,60,71.25)
point(12.25,280.5)
"""
IN_PHYSICAL = "physical coordinates were taken as image coordinates"


@pytest.fixture(scope="module")
def wcs() -> WCS:
    return WCS(sky_header())


def test_a_file_as_ds9_writes_it(wcs):
    file = read_ds9(FROM_DS9, wcs)
    circle, box, polygon, point = file.found
    assert file.left_out == []
    assert file.notes == ["colours and point symbols are not kept"]
    # 0.05 arcsec a pixel; the centre by astropy alone.
    x_px, y_px = wcs.world_to_pixel(SkyCoord("1:36:41.76 +15:46:58.8", unit=(u.hourangle, u.deg), frame="fk5"))
    assert (circle.shape.x_px, circle.shape.y_px) == pytest.approx((float(x_px), float(y_px)), abs=1e-3)
    assert circle.shape.radius_px == pytest.approx(70.0, rel=1e-4)
    assert circle.label == "cluster A"
    # DS9 counts pixels from 1, we from 0.
    assert box == Labelled(Box(99.0, 119.0, 20.0, 10.0, 45.0), "the bar")
    assert polygon.shape == Polygon(((0.0, 0.0), (9.0, 0.0), (9.0, 9.0)))
    assert point.shape == Point(4.0, 4.0)


@pytest.mark.parametrize("frame", ["icrs", "image"])
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: type(shape).__name__)
def test_every_shape_comes_back_from_a_file(wcs, frame, shape):
    text = write_ds9([Labelled(shape, "arm {inner}")], wcs, frame)
    assert text.splitlines()[:2] == ["# Region file format: DS9 version 4.1", frame]
    file = read_ds9(text, wcs)
    (back,) = file.found
    assert (back.label, file.left_out, file.notes) == ("arm (inner)", [], [])
    assert np.abs(outline(back.shape) - outline(shape)).max() < 0.01
    # In a file of several each keeps its own label.
    several = read_ds9(write_ds9([Labelled(shape, "a"), Labelled(shape, "a"), Labelled(shape, "")], wcs, frame), wcs)
    assert [each.label for each in several.found] == ["a", "a", ""]


@pytest.mark.parametrize("header", ["icrs", "galactic", "flipped"])
@pytest.mark.parametrize("frame", ["icrs", "fk5", "galactic"])
def test_an_angle_counts_from_the_axes_of_its_own_frame(frame, header):
    """As DS9 defines it: an angle of 30 degrees turns the width from the frame's west 30 degrees towards its north."""
    wcs = WCS(sky_header())
    if header == "galactic":
        wcs.wcs.ctype, wcs.wcs.crval = ["GLON-TAN", "GLAT-TAN"], [120.0, -40.0]
    if header == "flipped":
        wcs.wcs.cdelt = [-wcs.wcs.cdelt[0], wcs.wcs.cdelt[1]]
    centre = wcs.pixel_to_world(100, 120).transform_to(frame)
    tip = centre.directional_offset_by((30 - 90) * u.deg, 1.5 * u.arcsec)
    x_px, y_px = wcs.world_to_pixel(tip)
    place = centre.to_string(precision=9).replace(" ", ",")
    (box,) = read_ds9(f'{frame}\nbox({place},3",1",30)', wcs).found
    middle = outline(box.shape)[1:3].mean(axis=0)
    assert middle == pytest.approx((float(x_px), float(y_px)), abs=0.02)
    # Out in icrs, where north is another one than the header's, and in again.
    (back,) = read_ds9(write_ds9([box], wcs, "icrs"), wcs).found
    assert np.abs(outline(back.shape) - outline(box.shape)).max() < 0.01


def test_a_file_as_ds9_saves_it_unasked_is_in_physical_and_the_same_as_in_image(wcs):
    file = read_ds9(SAVED_BY_DS9, wcs)
    assert (file.left_out, file.notes) == ([], [IN_PHYSICAL])
    assert file.found[0] == Labelled(Circle(99.0, 119.0, 21.5), "arm; physical; inner")
    in_image = read_ds9(SAVED_BY_DS9.replace("\nphysical\n", "\nimage\n"), wcs)
    assert (in_image.found, in_image.notes) == (file.found, [])
    assert read_ds9(write_ds9(file.found, wcs, "image"), wcs).found == file.found
    assert read_ds9(SAVED_BY_DS9.replace("\n", "\r\n"), None) == file


@pytest.mark.parametrize(
    "text",
    [
        "physical;circle(50,60,3)",
        "PHYSICAL; CIRCLE(50,60,3)",
        "Physical\nCircle(50,60,3)",
        "  physical # as saved\n\ncircle 50 60 3",
        "fk5;physical;circle(50,60,3)",
        "physical\n+circle(50,60,3)",
    ],
)
def test_physical_however_it_is_written(text):
    file = read_ds9(text, None)
    assert (file.found, file.left_out) == ([Labelled(Circle(49.0, 59.0, 3.0), "")], [])
    assert file.notes == [IN_PHYSICAL]


def test_a_file_of_several_frames(wcs):
    sky = 'fk5;circle(1:36:41.76,+15:46:58.8,3.5")'
    file = read_ds9(f"{sky}\nphysical;circle(50,60,3)\n{sky}\nimage;circle(50,60,3)\n", wcs)
    on_sky, physical, again, image = [each.shape for each in file.found]
    assert physical == image == Circle(49.0, 59.0, 3.0)
    assert on_sky == again
    assert on_sky.radius_px == pytest.approx(70.0, rel=1e-4)
    assert (file.left_out, file.notes) == ([], [IN_PHYSICAL])


@pytest.mark.parametrize("words", ["text={a;physical;b}", "text = 'a;physical;b'", 'text="a; physical"'])
def test_physical_in_a_label_is_no_frame(words):
    file = read_ds9(f"image\ncircle(50,60,3) # {words}\ncircle(50,60,4)\n# physical\n", None)
    assert [each.shape.radius_px for each in file.found] == [3.0, 4.0]
    assert "physical" in file.found[0].label
    assert file.notes == []


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("global color=green width=1\nimage\ncircle(5,5,3)", []),
        ("global color=green\nimage\ncircle(5,5,3) # color=Green text={color=red}", []),
        ("global color=red\nimage\ncircle(5,5,3)", ["colours are not kept"]),
        ("image\ncircle(5,5,3) # color=#ff0000\nbox(5,5,3,2,0) # color=blue", ["colours are not kept"]),
        ("image\n# text(10,20) text={n} color=red", ["colours are not kept"]),
        ("image\ncircle(5,5,3) # tag={arm 1} tag={arm 2}\ncircle(5,5,4) # tag={arm 1}", ["tags are not kept"]),
        ("image\npoint(5,5) # point=boxcircle 20", ["point symbols are not kept"]),
        ("image\ncircle(5,5,3) # color=red\ncircle(5,5,4) # tag={a}", ["colours and tags are not kept"]),
        (
            "physical\npoint(5,5) # point=x color=red tag={a}",
            [IN_PHYSICAL, "colours, tags and point symbols are not kept"],
        ),
    ],
)
def test_what_is_told_besides_shape_and_label_is_named_once(text, notes):
    file = read_ds9(text, None)
    assert (file.left_out, file.notes) == ([], notes)


def test_what_a_person_is_told_of_a_file():
    assert Imported(1, 0, [], []).sentence == "1 region imported"
    file = read_ds9("physical\ncircle(5,5,3) # color=red\nline(1,2,3,4)\n", None)
    said = Imported(len(file.found), 2, file.left_out, file.notes).sentence
    assert said.startswith("1 region imported, 2 had been there already, left out: region 2: a line is not kept")
    assert said.endswith(". Physical coordinates were taken as image coordinates. Colours are not kept")


def test_a_text_is_a_point_with_its_words(wcs):
    file = read_ds9("image\n# text(10,20) text={the nucleus}\n", wcs)
    assert file.found == [Labelled(Point(9.0, 19.0), "the nucleus")]


def test_a_unit_that_does_not_fit_its_frame_is_said(wcs):
    text = 'image\ncircle(9,9,3")\ncircle(50,50,3) # text={a} text={b}\ndetector\ncircle(9,9,3)\n'
    file = read_ds9(text, wcs)
    assert file.found == [Labelled(Circle(49.0, 49.0, 3.0), "a")]
    assert any("angular units" in why for why in file.left_out)
    assert any("detector" in why for why in file.left_out)
    assert not any("metadata" in why for why in file.left_out)


def test_what_cannot_be_kept_is_said_and_the_rest_is_kept(wcs):
    text = "image\nannulus(5,5,2,4)\nline(1,2,3,4)\n-circle(9,9,3)\nfoo(1,2)\ncircle(50,50,3)\ncircle(nan,50,3)\n"
    file = read_ds9(text, wcs)
    assert file.found == [Labelled(Circle(49.0, 49.0, 3.0), "")]
    assert len(file.left_out) == 5
    assert any("annulus is not kept" in why for why in file.left_out)
    assert any("excluded" in why for why in file.left_out)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no region"),
        ("garbage", "no region"),
        ("image\ncircle(a,b,c)", "not a region file"),
        ("image\ncircle(1,1,-2)", "not a region file"),
        ("image\ncircle(5000000,1,2)", "within 1,000,000"),
        ("image\n" + "circle(1,1,2)\n" * 80_000, "at most 1,000,000"),
        ("fk5;circle(10,5,2);" * 20_000, "has 40,000 lines.* as a catalogue instead"),
        ("image\n" + "circle(1,1,2)\n" * 1_001, "has 1,001 regions.*catalogue instead .*x_px,y_px.*ra_deg,dec_deg"),
    ],
)
def test_a_broken_file_gets_one_line(wcs, text, why):
    with pytest.raises(BadInput, match=why) as caught:
        read_ds9(text, wcs)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        "image;circle(1,1,2) # " + 900_000 * "a",
        "image;circle(1,1,2) # " + 300_000 * "a={",
        "image;circle(1,1,2) # b=text='" + 200_000 * "a={;",
        "image;circle(1,1,2) # " + 100_000 * "text={;",
        "image;circle(1,1,2) # " + 225_000 * "a=1 ",
        "global " + 100_000 * "abcdefgh ",
        "image;circle(1,1,2) # a" + 900_000 * " ",
        "image;circle(" + 450_000 * "1,",
        "image;polygon(1,1" + 400_000 * " " + "2)",
        "image;" + 900_000 * "(",
        900_000 * "#",
        "image;text(1,1) # " + 400_000 * "''",
        "image" + 900_000 * " " + "physical",
        "{" + 450_000 * "text={",
    ],
    ids=lambda line: line[:24],
)
def test_a_line_made_to_be_slow_is_read_or_refused_at_once(wcs, line):
    began = time.thread_time()
    with contextlib.suppress(BadInput):
        read_ds9(line, wcs)
    assert time.thread_time() - began < 10  # minutes to days, where the line goes to the parser


def test_a_thousand_regions_with_all_that_ds9_writes_are_read(wcs):
    look = (
        'color=red dashlist=8 3 width=2 font="helvetica 10 normal roman" select=1 highlite=1 dash=0 fixed=0 edit=1 move=1 delete=1 '
        "include=1 source=1 tag={Group 1} tag={Group 2}"
    )
    text = "image\n" + "\n".join(
        f"circle({i % 90 + 1},{i // 90 + 1},2) # {look} text={{cluster {i}}}" for i in range(1000)
    )
    assert len(read_ds9(text, wcs).found) == 1000


def test_an_image_without_world_coordinates_takes_pixels_only():
    assert read_ds9("image\ncircle(5,5,3)", None).found[0].shape == Circle(4.0, 4.0, 3.0)
    with pytest.raises(BadInput, match="sky coordinates"):
        read_ds9('fk5\ncircle(10,5,3")', None)
    with pytest.raises(BadInput, match="frame=image"):
        write_ds9([], None, "icrs")
    with pytest.raises(BadInput, match="not one of icrs, image"):
        write_ds9([], None, "fk4")


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: type(shape).__name__)
def test_json_there_and_back(shape):
    assert from_json(to_json(shape)) == shape


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ([], "give an object"),
        ({"kind": "annulus"}, "not one of point"),
        ({"kind": "circle", "x_px": 1, "y_px": 2}, "radius_px"),
        ({"kind": "point", "x_px": 1, "y_px": 2, "z": 3}, "look at z"),
        ({"kind": "circle", "x_px": 1, "y_px": 2, "radius_px": 0}, "above 0"),
        ({"kind": "point", "x_px": True, "y_px": 2}, "x_px is 'True'"),
        ({"kind": "point", "x_px": float("nan"), "y_px": 2}, "x_px is 'nan'"),
        ({"kind": "polygon", "corners": [[0, 0], [1, 1], [0, 0]]}, "3 to 500 corners"),
        ({"kind": "polygon", "corners": [[0, 0], 5]}, "a list of"),
    ],
)
def test_a_shape_that_cannot_be_is_refused_by_field(data, why):
    with pytest.raises(BadInput, match=why):
        from_json(data)


def test_outlines_turn_counter_clockwise():
    corners = outline(Box(10.0, 20.0, 8.0, 2.0, 90.0))
    assert np.ptp(corners, axis=0) == pytest.approx([2.0, 8.0])
    ellipse = outline(Ellipse(0.0, 0.0, 10.0, 1.0, 45.0))
    assert ellipse[0] == pytest.approx([np.sqrt(50), np.sqrt(50)])
