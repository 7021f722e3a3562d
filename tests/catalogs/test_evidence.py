"""The evidence of a source over the API: its numbers against the science image, its caching, and what it never holds."""

import base64
import json
import uuid as uuids

import numpy as np
import pytest
import rasterio
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalogs.imagery.display import DisplayScale, decode
from catalogs.models import Catalog, Source

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
    source.measurements = source.measurements | {"class_mode": 3.25, "column_33": 4.75, "published_class": SECRET}
    source.save()
    body = fetch(client, source).content.decode()
    page = client.get(f"/sources/{source.uuid}/evidence/").content.decode()
    for text in (body, page):
        assert SECRET not in text
        assert "3.25" not in text
        assert "4.75" not in text
    assert set(json.loads(body)) == {
        "source", "image", "size_px", "left_px", "bottom_px", "pixel_scale_arcsec", "reference", "bands", "profile", "psf",
        "readings",
    }  # fmt: skip


def test_a_source_is_found_by_its_number_in_its_catalogue(world, client):
    source = world.catalog.sources.last()
    answered = client.get(f"/catalogs/{world.catalog.uuid}/sources/{source.number}/")
    assert (answered.status_code, answered["Location"]) == (302, f"/sources/{source.uuid}/evidence/")
    for number in (0, 10**6, 10**30):
        assert client.get(f"/catalogs/{world.catalog.uuid}/sources/{number}/").status_code == 404


def test_an_address_that_names_the_image_may_be_kept_for_good(world, client):
    source = world.catalog.sources.first()
    image = world.galaxy.latest_mosaic.science_sha256
    named = fetch(client, source, f"?image={image[:16]}")
    assert named["Cache-Control"] == "private, max-age=31536000, immutable"
    for query in ("", "?image=", "?image=ab", f"?image={'0' * 16}"):
        assert fetch(client, source, query)["Cache-Control"] == "private, no-cache"
    again = fetch(client, source, **{"If-None-Match": named["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


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
