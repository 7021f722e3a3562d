"""What a release holds: every number in every format, checksums, immutability, what is refused."""

import hashlib
import json
import warnings
from io import BytesIO
from uuid import uuid4

import astropy
import numpy as np
import pytest
from astropy.io import fits, votable
from astropy.io.votable.ucd import check_ucd
from astropy.table import Table
from django.db import DatabaseError, connection, transaction

from catalogs.models import Release
from catalogs.releases.columns import RELEASE_COLUMNS, Column, Provider
from catalogs.releases.publishing import publish_release, withdraw_release
from catalogs.storage import release_storage
from catalogs.withdrawing import withdraw_catalog
from galaxycat.errors import BadInput, Conflict
from labeling.models import Vote
from tests.factories import make_catalog, make_galaxy, make_round

FORMATS = ("ecsv", "votable", "fits", "geojson")


def content(release, format_):
    return release_storage().read(release.manifest["files"][format_]["sha256"])


def opened(release, format_):
    data = content(release, format_)
    if format_ == "ecsv":
        return Table.read(data.decode().splitlines(), format="ascii.ecsv")
    if format_ == "votable":
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return votable.parse_single_table(BytesIO(data), verify="exception").to_table()
    if format_ == "fits":
        return Table.read(BytesIO(data), format="fits", hdu=1)
    rows = [feature["properties"] for feature in json.loads(data, parse_constant=pytest.fail)["features"]]
    return Table({name: [row[name] for row in rows] for name in rows[0]})


def texts(column):
    """Plain texts: readers give bytes or mask what is empty."""
    return [str(value) for value in np.ma.filled(np.ma.asarray(column), "").astype(str)]


@pytest.mark.parametrize("format_", FORMATS)
def test_every_number_agrees_with_the_database(case, format_):
    table = opened(case.release(), format_)
    sources = list(case.catalog.sources.order_by("number"))
    assert len(table) == len(sources) == 60
    for row, source in zip(table, sources, strict=True):
        assert (row["number"], str(row["uuid"])) == (source.number, str(source.uuid))
        assert (row["x_px"], row["y_px"]) == (source.x_px, source.y_px)
        assert (row["X_IMAGE"], row["Y_IMAGE"]) == (source.x_px + 1, source.y_px + 1)
        assert row["mag_v"] == source.measurements["mag_v"]
        assert row["concentration_index"] == source.measurements["concentration_index"]
    votes = {vote.assignment.draw.source_id: vote.label.value for vote in Vote.objects.counted()}
    expected = [votes.get(source.pk, "") for source in sources]
    assert texts(table["mode"]) == expected
    assert table["n_votes"].tolist() == [int(source.pk in votes) for source in sources]
    assert (texts(table["final_class"])[2], texts(table["adjudicated"])[2]) == ("2", "2")
    scores = np.array([table[f"score_{label}"] for label in "1234"], dtype=float)
    assert scores.sum(axis=0) == pytest.approx(np.ones(60), abs=1e-5)


@pytest.mark.parametrize("format_", ["ecsv", "votable", "fits"])
def test_missing_values_are_missing(case, format_):
    source = case.catalog.sources.get(number=7)
    source.measurements = {"concentration_index": 1.5}
    source.save()
    case.catalog.units |= {"concentration_index": "electron / s"}
    case.catalog.save()
    column = opened(case.release(), format_)["mag_v"]
    assert np.ma.is_masked(column[6]) or np.isnan(column[6])
    assert np.isfinite(np.ma.filled(np.ma.asarray(column, dtype=float), np.nan)).sum() == 59


def test_columns_have_units_descriptions_and_ucds_in_every_format(case):
    release = case.release()
    described = {column["name"]: column for column in release.manifest["columns"]}
    assert (described["mag_v"]["unit"], described["mag_v"]["from"], described["n_votes"]["from"]) == (
        "mag", "catalogs", "labeling",
    )  # fmt: skip
    assert described["score_1"]["from"] == "mlops"
    for column in described.values():
        assert column["description"]
        assert check_ucd(column["ucd"], check_controlled_vocabulary=True, has_colon=True), column
    ecsv, vo, table = (opened(release, format_) for format_ in ("ecsv", "votable", "fits"))
    header = fits.getheader(BytesIO(content(release, "fits")), 1)
    features = json.loads(content(release, "geojson"))
    assert list(described) == ecsv.colnames == vo.colnames == table.colnames
    for number, (name, column) in enumerate(described.items(), start=1):
        assert ecsv[name].description == column["description"]
        assert ecsv[name].meta["ucd"] == vo[name].meta["ucd"] == header[f"TUCD{number}"] == column["ucd"]
        assert features["ucds"][name] == column["ucd"]
        assert " ".join(vo[name].description.split()) == column["description"]
        assert str(ecsv[name].unit or "") == str(vo[name].unit or "") == str(table[name].unit or "") == column["unit"]
    assert number == len(described) > 25


def test_fits_verifies_and_keeps_other_letters_as_escapes(case):
    data = content(case.release(), "fits")
    with fits.open(BytesIO(data)) as hdus:
        hdus.verify("exception")
        assert hdus[1].name == "SOURCES"
        assert hdus[1].data["decision_reason"][2] == "two cores, says \\xe9"
    assert b"DATE" not in data[:5760]


def test_files_name_their_release_and_no_version_of_a_library(case):
    release = case.release()
    for format_ in FORMATS:
        data = content(release, format_)
        assert str(release.uuid).encode() in data
        assert astropy.__version__.encode() not in data


def test_the_manifest_names_everything_with_checksums(case):
    release = case.release()
    manifest = release.manifest
    assert manifest["files"].keys() == set(FORMATS)
    for format_, file in manifest["files"].items():
        data = content(release, format_)
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (file["sha256"], file["bytes"])
    assert (manifest["n_rows"], manifest["version"], manifest["galaxy"]["slug"]) == (60, 1, case.galaxy.slug)
    assert manifest["provenance"]["labeling"]["campaign"]["uuid"] == case.options["campaign"]
    assert manifest["provenance"]["labeling"]["scheme"]["slug"] == "legus"
    assert [each["number"] for each in manifest["provenance"]["labeling"]["rounds"]] == [1]
    assert manifest["provenance"]["mlops"]["model"] == "clusters@1"
    assert manifest["software"].keys() >= {"galaxycat", "astropy", "numpy", "python"}
    assert hashlib.sha256(release.manifest_text.encode()).hexdigest() == release.content_sha256
    assert Release.objects.get().manifest == manifest


def test_versions_count_in_a_galaxy_and_a_repeated_uuid_makes_one(case):
    wanted = uuid4()
    first = case.release(uuid=wanted)
    assert case.release(uuid=wanted).pk == first.pk
    assert case.release().version == 2
    assert Release.objects.count() == 2


def test_a_release_without_a_campaign_has_the_catalogue_alone(case):
    release = case.release(options={})
    assert {column["from"] for column in release.manifest["columns"]} == {"catalogs"}
    assert release.options == {}


def test_what_is_refused(case):
    with pytest.raises(BadInput, match="is no catalogue of"):
        case.release(catalog=make_catalog(make_galaxy(case.galaxy.team)))
    empty = make_catalog(case.galaxy, 0)
    with pytest.raises(BadInput, match="no sources"):
        case.release(catalog=empty)
    withdraw_catalog(catalog=empty)
    empty.refresh_from_db()
    with pytest.raises(BadInput, match="withdrawn"):
        case.release(catalog=empty)
    with pytest.raises(BadInput, match="campaign"):
        case.release(options={"campaign": str(uuid4())})
    make_round(catalog=case.catalog, n_sources=60)
    with pytest.raises(Conflict, match="blind and open"):
        case.release()
    assert not Release.objects.exists()
    assert not [path for path in release_storage().path_of("0" * 64).parent.parent.rglob("*") if path.is_file()]


def test_two_columns_of_one_name_are_refused(case, monkeypatch):
    def twice(catalog, options):
        return [Column("MAG_V", np.zeros(60), "mag", "again", "phot.mag")], {}

    monkeypatch.setitem(RELEASE_COLUMNS, "other", Provider(order=5, collect=twice))
    with pytest.raises(ValueError, match="a name that another column has"):
        case.release()


class TestForGood:
    def test_the_model_refuses_changes(self, case):
        release = case.release()
        for change in (
            release.save,
            release.delete,
            lambda: release.save(update_fields=["manifest_text"]),
            lambda: Release.objects.update(version=9),
            lambda: Release.objects.all().delete(),
        ):
            with pytest.raises(TypeError, match="for good"):
                change()
        assert Release.objects.get().version == 1

    @pytest.mark.parametrize("column", ["manifest_text", "content_sha256", "version", "options"])
    def test_the_database_refuses_changes(self, case, column):
        case.release()
        with pytest.raises(DatabaseError, match="for good"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE catalogs_release SET {column} = {column}")  # noqa: S608 - a name of ours

    def test_publishing_is_one_way(self, case):
        release = publish_release(release=case.release())
        when = release.published_at
        assert publish_release(release=release).published_at == when
        with pytest.raises(DatabaseError, match="for good"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE catalogs_release SET published_at = NULL")
        assert Release.objects.get().published_at == when
        case.galaxy.refresh_from_db()
        assert case.galaxy.published_at is None

    def test_the_image_is_published_only_where_it_is_chosen(self, case):
        publish_release(release=case.release(), with_image=True)
        case.galaxy.refresh_from_db()
        assert case.galaxy.published_at is not None

    def test_withdrawing_needs_a_reason_and_happens_once(self, case):
        release = case.release()
        with pytest.raises(BadInput, match="because"):
            withdraw_release(release=release, because="  ")
        withdrawn = withdraw_release(release=release, because="wrong zero point")
        assert withdraw_release(release=release, because="another").withdrawn_because == "wrong zero point"
        with pytest.raises(Conflict, match="was withdrawn"):
            publish_release(release=withdrawn)
