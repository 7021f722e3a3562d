"""A release rebuilt: the same bytes whatever is voted later, in another process, and each change is named."""

import hashlib
import os
import subprocess
import sys
from uuid import uuid4

import numpy as np
import pytest
from django.core.management.base import CommandError

from catalogs.models import Source
from catalogs.releases.columns import Column
from catalogs.releases.files import RELEASE_FORMATS, file_bytes, release_table
from catalogs.releases.making import build
from catalogs.releases.verifying import verify_release
from catalogs.storage import release_storage
from labeling.deciding import decide
from labeling.rounds import close_round
from mlops.fitting import train_campaign
from tests.commands import run, run_json
from tests.conftest import ROOT
from tests.factories import make_round
from tests.mlops.factories import make_voter, vote_for_truth


def hashes(built):
    return {format_: hashlib.sha256(data).hexdigest() for format_, data in built.files.items()}


def test_two_builds_give_the_same_bytes(case):
    release = case.release()
    assert hashes(build(release)) == hashes(build(release))
    assert {format_: file["sha256"] for format_, file in release.manifest["files"].items()} == hashes(build(release))


def test_later_votes_decisions_rounds_and_models_change_nothing(case):
    release = case.release()
    decide(
        campaign=case.round.campaign, source=case.catalog.sources.get(number=5), label="4", reason="a star",
        decided_by=case.curator,
    )  # fmt: skip
    later = make_round(catalog=case.catalog, n_sources=60)
    vote_for_truth(later, make_voter(later), 30)
    train_campaign(campaign=case.round.campaign)
    assert verify_release(release).to_json()["differences"] == []
    close_round(round_=later)
    assert verify_release(release).is_same
    second = case.release()
    assert second.manifest["files"]["ecsv"]["sha256"] != release.manifest["files"]["ecsv"]["sha256"]
    assert verify_release(second).is_same


def test_a_changed_source_is_named_by_file_column_and_row(case):
    release = case.release()
    source = case.catalog.sources.get(number=4)
    Source.objects.filter(pk=source.pk).update(measurements=source.measurements | {"mag_v": 99.0})
    report = verify_release(release)
    assert not report.is_same
    first = report.differences[0]
    assert first.startswith(f"{case.galaxy.slug}_{case.catalog.name}_v1.ecsv: rebuilt from the database it differs")
    assert "column mag_v, row 4:" in first
    assert first.endswith("and 99.0")
    assert sum("column mag_v, row 4" in line for line in report.differences) == 3
    with pytest.raises(CommandError, match=r"column mag_v, row 4") as failure:
        run("verify_release", case.galaxy.slug, "1")
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize("format_", ["ecsv", "fits", "votable", "geojson"])
def test_a_damaged_or_missing_file_is_named(case, format_):
    release = case.release()
    path = release_storage().path_of(release.manifest["files"][format_]["sha256"])
    whole = path.read_bytes()
    path.write_bytes(whole[:-40] + b"x" * 40)
    (line,) = verify_release(release).differences
    assert f".{RELEASE_FORMATS[format_][1]}: the kept file was changed" in line
    path.unlink()
    (line,) = verify_release(release).differences
    assert "the file is gone" in line
    release_storage().keep(whole)
    assert verify_release(release).is_same


def test_a_renamed_galaxy_is_named_in_the_manifest(case):
    release = case.release()
    case.galaxy.name = "Another"
    case.galaxy.save()
    release.refresh_from_db()
    assert any("galaxy.name was" in line for line in verify_release(release).differences)


def test_the_commands_make_and_verify(case):
    made = run_json("release", case.galaxy.slug, case.catalog.name, "--campaign", "Clusters")
    assert (made["version"], made["sources"]) == (1, 60)
    assert made["files"].keys() == {"ecsv", "votable", "fits", "geojson"}
    report = run_json("verify_release", case.galaxy.slug, "1")
    assert (report["is_same"], len(report["files"])) == (True, 4)
    assert "is the same" in run("verify_release", case.galaxy.slug, "1")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["release", "nothing", "x"], "no such galaxy"),
        (["release", "{slug}", "nothing"], "no such catalogue"),
        (["release", "{slug}", "{catalog}", "--campaign", "None such"], "known: Clusters"),
        (["verify_release", "{slug}", "3"], "no release 3"),
    ],
)
def test_the_commands_refuse_in_one_line(case, arguments, message):
    filled = [each.format(slug=case.galaxy.slug, catalog=case.catalog.name) for each in arguments]
    with pytest.raises(CommandError, match=message) as failure:
        run(*filled)
    assert "\n" not in str(failure.value)


SCRIPT = """
import django, hashlib, sys
django.setup()
from tests.catalogs.releases.test_verifying import sample_files
print(*(hashlib.sha256(data).hexdigest() for data in sample_files().values()))
"""


def sample_files() -> dict[str, bytes]:
    """Files of columns of every kind, without a database."""
    columns = [
        Column("number", np.arange(1, 5), "", "number", "meta.id;meta.main"),
        Column("flux", np.array([1.5, np.nan, 1e-7, -2.0]), "electron / s", "light", "phot.count"),
        Column("odd", np.array([1.0, 2.0, 3.0, 0.1 + 0.2]), "furlong", "a unit nobody knows", "meta.record"),
        Column("is_tie", np.array([True, False, True, False]), "", "tie", "meta.code"),
        Column("text", np.array(["", "é", "b", "<c>"]), "", "words", "meta.note"),
        Column("none", np.array(["", "", "", ""]), "", "no words", "meta.note"),
    ]
    table = release_table(columns, {"galaxy": "x", "release": "u", "simulated": True, "description": "d"})
    return {format_: file_bytes(table, format_) for format_ in RELEASE_FORMATS}


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_another_process_with_another_hash_seed_gives_the_same_bytes(seed):
    environment = os.environ | {
        "PYTHONHASHSEED": seed,
        "DJANGO_SETTINGS_MODULE": "galaxycat.settings",
        "TZ": "Asia/Tokyo",
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == [hashlib.sha256(data).hexdigest() for data in sample_files().values()]


def test_files_are_kept_by_content_and_only_keys_name_them(case):
    first, again = release_storage().keep(b"abc"), release_storage().keep(b"abc")
    assert first == again == hashlib.sha256(b"abc").hexdigest()
    assert release_storage().read(first) == b"abc"
    assert release_storage().read("0" * 64) is None
    for wrong in ("../../etc/passwd", first.upper(), str(uuid4())):
        with pytest.raises(ValueError, match="64 hexadecimal"):
            release_storage().path_of(wrong)
