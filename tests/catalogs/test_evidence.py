"""The evidence of a source over the API: its numbers against the science image, its caching, and what it never holds."""

import base64
import json
import uuid as uuids

import numpy as np
import pytest
import rasterio
from astropy.io import fits
from astropy.table import Table
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from scipy.ndimage import gaussian_filter

from catalogs.evidence import VERSION
from catalogs.imagery.display import DisplayScale, decode
from catalogs.imagery.fitsband import BandArgument
from catalogs.importing import import_catalog
from catalogs.ingest import ingest_galaxy
from catalogs.models import Catalog, Galaxy, Source
from catalogs.views.evidence import evidence_url
from galaxycat.accounts.models import Role
from tests.factories import make_catalog, make_member, make_team

pytestmark = pytest.mark.django_db
SECRET = "class-four-7f3a"


@pytest.fixture(scope="module")
def world(shared_world):
    return shared_world


@pytest.fixture
def client(world):
    client = Client()
    client.force_login(world.people["annotator"])
    return client


def fetch(client, source, query="", **headers):
    return client.get(f"/api/v1/sources/{source.uuid}/evidence/{query}", headers=headers)


def test_the_pixels_are_those_of_the_science_image(world, client):
    source = world.catalog.sources.order_by("number").first()
    found = fetch(client, source).json()
    with rasterio.open(world.galaxy.latest_mosaic.science_path) as dataset:
        image = dataset.read()[:, ::-1]
    assert [band["name"] for band in found["bands"]] == ["F555W", "F814W"]
    assert found["reference"] == "F555W"
    left, bottom, size = found["left_px"], found["bottom_px"], found["size_px"]
    for k, band in enumerate(found["bands"]):
        codes = np.frombuffer(base64.b64decode(band["codes"]), "<u2").reshape(size, size)
        for j in range(size):
            for i in range(size):
                x, y = left + i, bottom + j
                if not (0 <= x < image.shape[2] and 0 <= y < image.shape[1]):
                    assert codes[j, i] == 0
        inside = codes > 0
        values = decode(codes, DisplayScale.from_json(band["scale"]))
        y, x = np.nonzero(inside)
        expected = image[k, bottom + y, left + x]
        noise = band["scale"]["noise"]
        # 2,048 codes to one asinh step of the noise: half a code is 1/4096 of the value's distance in noises.
        assert values[inside] == pytest.approx(expected, rel=3e-4, abs=5e-4 * noise)


def test_the_card_of_a_source_says_what_the_evidence_says_of_it(world, client):
    source = world.catalog.sources.order_by("number")[5]
    source.measurements |= {"mag_f555w": 21.5, "mag_f555w_error": 0.03, "mag_i": 20.25}
    source.save()
    with CaptureQueriesContext(connection) as queries:
        card = client.get(f"/api/v1/catalogs/{world.catalog.uuid}/card/?number={source.number}").json()
    assert len(queries) < 12
    assert (card["uuid"], card["x_px"], card["published_label"]) == (
        str(source.uuid),
        source.x_px,
        source.published_label,
    )
    evidence = {reading["name"]: reading["value"] for reading in fetch(client, source).json()["readings"]}
    assert [reading["name"] for reading in card["readings"]] == ["V", "I", "CI", "FWHM"]
    assert [card["readings"][0]["value"], card["readings"][2]["value"]] == [evidence["V"], evidence["CI"]]
    assert evidence["V"] == 21.5
    missing = client.get(f"/api/v1/catalogs/{world.catalog.uuid}/card/?number=999999")
    assert missing.status_code == 404


def test_who_asks_next_gets_what_was_measured_for_the_first(world, client, monkeypatch):
    source = world.catalog.sources.order_by("number")[3]
    first = fetch(client, source).json()

    def must_not_measure(*_):
        raise AssertionError("measured again")

    monkeypatch.setattr("catalogs.evidence.measured_evidence", must_not_measure)
    assert fetch(client, source).json() == first
    with pytest.raises(AssertionError, match="measured again"):
        fetch(client, source, "?field=wide")


def test_a_star_has_the_width_of_the_stars_it_is_compared_with(world, client):
    # The world's stars are Gaussians of sigma sqrt(1.5) px.
    found = fetch(client, world.catalog.sources.order_by("number").first()).json()
    numbers = {each["name"]: each for each in found["readings"]}
    assert numbers["FWHM"]["value"] == pytest.approx(2.3548 * np.sqrt(1.5), rel=0.05)
    assert numbers["FWHM / PSF"]["value"] == pytest.approx(1, abs=0.06)
    assert found["psf"]["origin"] in ("estimated", "catalogue")


def test_an_imported_catalogue_of_few_sources_has_no_point_source_and_says_so(world, client):
    lone = Catalog.objects.create(galaxy=world.galaxy, name="lone", kind="reference", method="test")
    source = Source.objects.create(catalog=lone, number=1, x_px=100, y_px=100)
    found = fetch(client, source).json()
    assert found["psf"] is None
    ratio = next(each for each in found["readings"] if each["name"] == "FWHM / PSF")
    assert ratio["value"] is None
    assert "Too few" in ratio["reason"]


def test_the_point_source_of_an_imported_catalogue_is_there_before_anybody_looks(world, client, tmp_path, monkeypatch):
    stars = world.catalog.sources.on_image().order_by("number").values_list("x_px", "y_px")
    table = tmp_path / "stars.csv"
    Table(np.array(stars), names=["x_px", "y_px"]).write(table)
    catalog = import_catalog(galaxy=world.galaxy, path=table, name="stars").catalog

    def must_not_estimate(*_):
        raise AssertionError("estimated while somebody waits")

    monkeypatch.setattr("catalogs.evidence._estimated_star", must_not_estimate)
    found = fetch(client, catalog.sources.get(number=1)).json()
    assert found["psf"]["origin"] == "estimated"
    # A Gaussian of sigma sqrt(1.5) px.
    assert found["psf"]["fwhm_px"] == pytest.approx(2.3548 * np.sqrt(1.5), rel=0.05)
    # Of another image, and by other rules, it is estimated anew.
    catalog.refresh_from_db()
    estimated = catalog.parameters["estimated_psf"]
    for number, other in enumerate(({"image": "0" * 64}, {"version": estimated["version"] - 1}), start=2):
        Catalog.objects.filter(pk=catalog.pk).update(parameters={"estimated_psf": estimated | other})
        with pytest.raises(AssertionError, match="estimated while"):
            fetch(client, catalog.sources.get(number=number))


def test_the_catalogues_own_point_source_is_taken_where_it_has_one(world, client):
    psf = {"F555W": {"fwhm_px": 2.2, "width_px": 2.5, "radii_px": [0, 1, 2], "profile": [1, 0.5, 0.1], "n_stars": 9}}
    own = Catalog.objects.create(
        galaxy=world.galaxy, name="own", kind="detected", method="test", parameters={"psf": psf}
    )
    source = Source.objects.create(catalog=own, number=1, x_px=100, y_px=100, measurements={"fwhm_px": 5.0})
    found = fetch(client, source).json()
    assert found["psf"] == psf["F555W"] | {"origin": "catalogue"}
    assert [e["value"] for e in found["readings"] if e["name"] == "FWHM / PSF"] == [2.0]


def test_a_catalogue_measured_here_without_a_point_source_has_none(world, client):
    parameters = {"band_background_rms": {"F555W": 1.0}}
    own = Catalog.objects.create(
        galaxy=world.galaxy, name="starless", kind="detected", method="test", parameters=parameters
    )
    stars = world.catalog.sources.order_by("number").values_list("number", "x_px", "y_px")
    Source.objects.bulk_create(Source(catalog=own, number=n, x_px=x, y_px=y) for n, x, y in stars)
    assert fetch(client, own.sources.first()).json()["psf"] is None


def test_a_source_off_the_image_has_empty_pixels_and_no_profile(world, client):
    source = Source.objects.create(catalog=world.catalog, number=10**6, x_px=-900, y_px=10, is_outside=True)
    found = fetch(client, source).json()
    assert found["profile"] is None
    assert not np.frombuffer(base64.b64decode(found["bands"][0]["codes"]), "<u2").any()


def test_nothing_that_anybody_said_of_the_source_is_in_it(world, client):
    source = world.catalog.sources.order_by("number").last()
    source.published_label = SECRET
    source.measurements = source.measurements | {
        "class_mode": 611.953125,
        "column_33": 733.265625,
        "published_class": SECRET,
    }
    source.save()
    body = fetch(client, source).content.decode()
    page = client.get(f"/sources/{source.uuid}/evidence/").content.decode()
    for text in (body, page):
        assert SECRET not in text
        assert "611.95" not in text
        assert "733.26" not in text
    assert set(json.loads(body)) == {
        "source", "image", "size_px", "left_px", "bottom_px", "pixel_scale_arcsec", "reference", "bands", "profile", "psf",
        "readings", "growth", "sed", "neighbours",
    }  # fmt: skip


def test_a_source_is_found_by_its_number_in_its_catalogue(world, client):
    source = world.catalog.sources.last()
    answered = client.get(f"/catalogs/{world.catalog.uuid}/sources/{source.number}/")
    assert (answered.status_code, answered["Location"]) == (302, f"/sources/{source.uuid}/evidence/")
    for number in (0, 10**6, 10**30):
        assert client.get(f"/catalogs/{world.catalog.uuid}/sources/{number}/").status_code == 404


def test_an_address_that_names_image_and_form_may_be_kept_for_good(world, client):
    source = world.catalog.sources.first()
    image = world.galaxy.latest_mosaic.content_sha256
    address = evidence_url(world.galaxy.latest_mosaic)
    assert address.endswith(f"?image={image[:16]}&v={VERSION}")
    named = fetch(client, source, address[address.index("?") :])
    assert named["Cache-Control"] == "private, max-age=31536000, immutable"
    for query in (
        "",
        "?image=",
        "?image=ab",
        f"?image={'0' * 16}&v={VERSION}",
        f"?image={image}",
        f"?image={image}&v={VERSION - 1}",
    ):
        assert fetch(client, source, query)["Cache-Control"] == "private, no-cache"
    again = fetch(client, source, **{"If-None-Match": named["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_version_of_the_same_pixels_in_another_unit_is_another_answer(band, db):
    team = make_team()
    galaxy = ingest_galaxy(slug="ngc-1", bands=[BandArgument("V", band)], team=team).mosaic.galaxy
    catalog = make_catalog(galaxy, 1)
    source, client = catalog.sources.get(), Client()
    client.force_login(make_member(team, Role.ANNOTATOR))
    address = evidence_url(galaxy.latest_mosaic)
    before = fetch(client, source, address[address.index("?") :])
    told = ingest_galaxy(slug="ngc-1", bands=[BandArgument("V", band, unit="MJy/sr")], team=team)
    assert told.is_new
    assert told.mosaic.science_sha256 == galaxy.mosaics.get(version=1).science_sha256
    assert evidence_url(galaxy.latest_mosaic) != address
    after = fetch(client, source, **{"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert [answer.json()["bands"][0]["unit"] for answer in (before, after)] == ["ELECTRONS/S", "MJy/sr"]
    assert fetch(client, source, address[address.index("?") :])["Cache-Control"] == "private, no-cache"


def test_a_point_source_measured_on_another_image_is_not_compared_with_this_one(band, tmp_path, db):
    team = make_team()
    mosaic = ingest_galaxy(slug="ngc-1", bands=[BandArgument("V", band)], team=team).mosaic
    psf = {"V": {"fwhm_px": 2.2, "width_px": 2.5, "radii_px": [0, 1, 2], "profile": [1, 0.5, 0.1], "n_stars": 9}}
    catalog = make_catalog(mosaic.galaxy, 1, mosaic=mosaic, parameters={"psf": psf, "band_background_rms": {"V": 1.0}})
    Source.objects.update(measurements={"fwhm_px": 2.3})
    source, client = catalog.sources.get(), Client()
    client.force_login(make_member(team, Role.ANNOTATOR))
    assert fetch(client, source).json()["psf"]["origin"] == "catalogue"
    ingest_galaxy(slug="ngc-1", bands=[BandArgument("V", band, unit="MJy/sr")], team=team)
    assert fetch(client, source).json()["psf"]["origin"] == "catalogue"  # the pixels are the same
    smoother = tmp_path / "smoother.fits"
    fits.writeto(smoother, gaussian_filter(fits.getdata(band), 2), fits.getheader(band))
    ingest_galaxy(slug="ngc-1", bands=[BandArgument("V", smoother)], team=team)
    found = fetch(client, source).json()
    assert found["psf"] is None  # one source is too few to know it anew
    assert {each["name"]: each["value"] for each in found["readings"]}["FWHM"] != 2.3


def test_a_magnitude_below_three_times_its_error_is_drawn_as_a_limit(world, client):
    source = make_catalog(world.galaxy, 1).sources.get()
    source.measurements = {"mag_f555w": 25.0, "mag_f555w_error": 0.6, "mag_f814w": 24.0, "mag_f814w_error": 0.1}
    source.save()
    found = fetch(client, source).json()
    faint, seen = found["sed"]
    assert (faint["is_limit"], faint["error"], seen["is_limit"], seen["error"]) == (True, None, False, 0.1)
    assert faint["magnitude"] == pytest.approx(25.0 - 2.5 * np.log10(3 * 0.6 * np.log(10) / 2.5))
    (colour,) = [each for each in found["readings"] if each["name"] == "V − I"]
    assert (colour["value"], colour["reason"]) == (None, "Below three times its error in V: no colour")


@pytest.mark.parametrize("who", ["annotator", "pi"])
def test_an_answer_is_of_one_version_though_another_comes_meanwhile(world, who, monkeypatch):
    asked, latest = [], Galaxy.latest_mosaic.fget
    monkeypatch.setattr(Galaxy, "latest_mosaic", property(lambda galaxy: asked.append(galaxy) or latest(galaxy)))
    client = Client()
    client.force_login(world.people[who])
    addresses = [
        "/galaxies/ngc-0001/",
        "/api/v1/galaxies/ngc-0001/",
        f"/sources/{world.catalog.sources.first().uuid}/evidence/",
    ]
    for address in [*addresses, f"/rounds/{world.round.uuid}/label/"]:
        asked.clear()
        assert client.get(address).status_code == 200
        assert len(asked) == 1, address


def test_the_queries_do_not_grow_with_the_catalogue(world, client):
    source = world.catalog.sources.first()
    fetch(client, source)
    with CaptureQueriesContext(
        connection,
    ) as few:
        fetch(client, source)
    Source.objects.bulk_create(
        Source(catalog=world.catalog, number=5000 + n, x_px=50, y_px=50, uuid=uuids.uuid4()) for n in range(50)
    )
    with CaptureQueriesContext(connection) as many:
        fetch(client, source)
    assert len(few) == len(many) <= 8
    cache.clear()


def test_the_curve_of_growth_ends_at_the_light_of_the_star(world, client):
    # A star of the world holds 200 * 3 pi of light in a Gaussian of sigma sqrt(1.5) px; the sky's sigma is 1.
    source = _lone_star(world)
    growth = fetch(client, source).json()["growth"]
    at_6_px = growth["radius_px"].index(6.0)
    assert growth["flux"][at_6_px] == pytest.approx(200 * 3 * np.pi, rel=0.03)
    assert growth["error"][at_6_px] == pytest.approx(6 * np.sqrt(np.pi), rel=0.15)
    assert growth["star"][at_6_px] == pytest.approx(1, abs=0.03)


def _lone_star(world):
    places = np.array(world.catalog.sources.values_list("x_px", "y_px"))
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) + 1e9 * np.eye(len(places))
    return list(world.catalog.sources.all())[int(apart.min(axis=1).argmax())]


def test_magnitudes_by_wavelength_are_the_catalogues(world, client):
    source = Source.objects.create(
        catalog=Catalog.objects.create(
            galaxy=world.galaxy, name="sed", kind="reference", method="test",
            descriptions={"mag_f814w": "AB magnitude, aperture 3 px"},
        ),
        number=1, x_px=100, y_px=100, measurements={"mag_f814w": 21.5, "mag_f814w_error": 0.04},
    )  # fmt: skip
    v, i = fetch(client, source).json()["sed"]
    assert (v["band"], v["magnitude"]) == ("F555W", None)
    assert v["reason"]
    assert (i["band"], i["magnitude"], i["error"], i["system"]) == ("F814W", 21.5, 0.04, "AB")


def test_neighbours_are_the_nearest_of_the_same_catalogue(world, client):
    own = Catalog.objects.create(galaxy=world.galaxy, name="near", kind="reference", method="test")
    arcsec = 1 / 3600
    places = {1: (0, 0), 2: (-6, 0), 3: (0, 8), 4: (60, 0), 5: (3, -4)}  # pixels east of and above the first are -x, y
    made = {
        number: Source.objects.create(
            catalog=own, number=number, x_px=150 + dx, y_px=150 + dy,
            ra_deg=24.0 - 0.05 * dx * arcsec / np.cos(np.radians(15.0)), dec_deg=15.0 + 0.05 * dy * arcsec,
        )
        for number, (dx, dy) in places.items()
    }  # fmt: skip
    found = fetch(client, made[1]).json()["neighbours"]
    assert [each["number"] for each in found] == [5, 2, 3]
    assert [each["distance_px"] for each in found] == [5, 6, 8]
    assert [each["position_angle_deg"] for each in found] == pytest.approx([216.9, 90, 0], abs=0.2)
    assert found[0]["uuid"] == str(made[5].uuid)


def test_a_wide_field_has_the_same_source_in_more_pixels(world, client):
    source = _lone_star(world)
    usual, wide = fetch(client, source).json(), fetch(client, source, "?field=wide").json()
    assert (usual["size_px"], wide["size_px"]) == (48, 144)
    assert wide["left_px"] == usual["left_px"] - 48
    assert wide["readings"] == usual["readings"]
    assert fetch(client, source, "?field=wide")["ETag"] != fetch(client, source)["ETag"]


def test_an_unknown_field_is_refused(world, client):
    answer = fetch(client, world.catalog.sources.first(), "?field=huge")
    assert answer.status_code == 422
    assert "usual, wide" in answer.json()["detail"]
