"""`campaign_report`: everything in a folder, whole or not at all, and one clear line where it cannot."""

from pathlib import Path

import pytest
from django.core.management.base import CommandError

from tests.commands import run, run_json

pytestmark = pytest.mark.django_db


def test_everything_is_in_the_folder(rounds, tmp_path):
    folder = tmp_path / "new" / "report"
    result = run_json("campaign_report", "ngc-628", "--output", str(folder))
    assert {"report.html", "report.pdf", "report.tex", "fig-agreement.svg", "fig-agreement.pdf"} <= result[
        "paths"
    ].keys()
    assert {path.name for path in folder.iterdir()} == result["paths"].keys()
    assert all(Path(path).stat().st_size > 1000 for path in result["paths"].values())
    assert result["title"] == "NGC-628, Clusters: campaign report"
    assert "simulated" in result["notes"][0]


def test_one_round_by_name_into_the_folder_it_is_run_in(rounds, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = run("campaign_report", "ngc-628", "--campaign", "Clusters", "--round", "2")
    folder = tmp_path / "ngc-628_clusters_round-2_report"
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")
    assert "report.tex" in said


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["ngc-999"], "ngc-999: there is no such galaxy"),
        (["ngc-628", "--campaign", "Stars"], "--campaign: ngc-628 has no campaign Stars (known: Clusters)"),
        (["ngc-628", "--round", "9"], "round: Clusters has no round 9"),
        (["ngc-628", "--output", "FILE"], "is a file; name a folder"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(rounds, tmp_path, monkeypatch, arguments, named):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "FILE").write_text("mine")
    with pytest.raises(CommandError) as caught:
        run("campaign_report", *arguments)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["FILE"]
