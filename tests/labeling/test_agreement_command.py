"""The `agreement` command: its figures on real votes, its keys, its errors."""

import json
import os
import re
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.labeling.agreement.test_human_to_mode import KRIPPENDORFF_EXAMPLE

ROOT = Path(__file__).resolve().parents[2]
BINARY = ["cluster=1,2", "non-cluster=3,4"]
KEYS = {
    "n_sources", "n_annotators", "n_votes", "ties", "human_to_mode", "human_to_mode_leave_one_out",
    "human_to_mode_chance", "fleiss_kappa", "krippendorff_alpha", "gwet_ac1", "per_class",
}  # fmt: skip


def agreement_json(*args, **options) -> dict:
    output = StringIO()
    call_command("agreement", *map(str, args), json=True, stdout=output, **options)
    return json.loads(output.getvalue())


def agreement_text(*args, **options) -> str:
    output = StringIO()
    call_command("agreement", *map(str, args), stdout=output, **options)
    return output.getvalue()


@pytest.fixture
def votes(tmp_path):
    path = tmp_path / "votes.csv"
    path.write_text("source,annotator,label,field\n1,a,1,n\n1,b,1,n\n1,c,2,n\n2,a,3,s\n2,b,4,s\n2,b,4,s\n3,a,3,s\n")
    return path


@pytest.mark.realdata
def test_dog_votes_with_truth(sample_data):
    dog = sample_data / "crowd/dog"
    found = agreement_json(dog / "answer.csv", truth=str(dog / "truth.csv"))
    assert found.keys() >= KEYS
    assert (found["n_sources"], found["n_annotators"], found["n_votes"]) == (807, 109, 8070)
    assert found["human_to_mode"] == pytest.approx(0.7633, abs=5e-5)
    assert found["majority_accuracy"] == pytest.approx(0.8222, abs=5e-5)
    # 680 of 807: two points above the majority, with any smoothing from 1e-6 to 1.
    assert found["dawid_skene_accuracy"] == pytest.approx(680 / 807, abs=2 / 807)
    assert found["fleiss_kappa"] == pytest.approx(found["krippendorff_alpha"], abs=1e-3)
    assert found["gwet_ac1"] == pytest.approx(0.5222, abs=5e-5)
    assert {label: row["n_votes"] for label, row in found["per_class"].items()} == {
        "0": 1900, "1": 1699, "2": 2167, "3": 2304,
    }  # fmt: skip
    assert sum(row["n_sources"] for row in found["per_class"].values()) == 807 - found["ties"]
    assert found["skipped"] == []


@pytest.mark.realdata
def test_reconstructed_legus_votes(sample_data):
    found = agreement_json(
        sample_data / "legus/reconstructed_votes.csv",
        multisets="candidate_vote_multisets",
        groups=BINARY,
        by="field",
    )
    assert (found["n_sources"], found["n_annotators"], found["ties"]) == (3764, None, 66)
    assert found["ambiguous"] == 292
    assert found["human_to_mode"] == pytest.approx(0.8263, abs=5e-5)
    assert found["groups"]["human_to_mode"] == pytest.approx(0.9077, abs=5e-5)
    assert found["fleiss_kappa"] is None
    assert found["groups"].keys() == KEYS | {"n_compared", "n_compared_votes"}
    assert sorted(found["by"]) == ["ngc1313-e", "ngc1705", "ngc3344", "ngc3738", "ngc628-c", "ngc628-e", "ngc6503"]
    assert sum(part["n_votes"] for part in found["by"].values()) == found["n_votes"]
    assert all(part.keys() >= KEYS | {"groups"} for part in found["by"].values())


@pytest.mark.realdata
def test_it_starts_and_finishes_within_two_seconds_and_needs_no_database(sample_data, tmp_path):
    dog = sample_data / "crowd/dog"
    command = [sys.executable, "manage.py", "agreement", dog / "answer.csv", "--truth", dog / "truth.csv", "--json"]
    environment = os.environ | {"GALAXYCAT_HOME": str(tmp_path / "home")}
    before = os.times()
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    wall, after = time.perf_counter() - started, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    # Processor time, so that a busy machine does not decide; the wall is a bound against waiting.
    assert cpu < 2
    assert wall < 20
    assert json.loads(done.stdout)["n_votes"] == 8070
    assert not list((tmp_path / "home").glob("*.sqlite3"))


def test_votes_skipped_rows_groups_and_parts(votes):
    found = agreement_json(votes, groups=BINARY, by="field")
    assert (found["n_sources"], found["n_annotators"], found["n_votes"], found["ties"]) == (3, 3, 6, 1)
    assert found["human_to_mode"] == 3 / 5
    assert found["human_to_mode_leave_one_out"] == 1 / 5
    assert found["groups"]["human_to_mode"] == 1.0
    assert found["groups"]["ties"] == 0
    assert found["by"]["s"]["groups"]["human_to_mode"] == 1.0
    assert (found["by"]["n"]["n_annotators"], found["by"]["s"]["n_annotators"]) == (3, 2)
    assert found["skipped"] == [{"line": 7, "reason": "annotator b voted on source 2 twice: the first vote is kept"}]
    assert "majority_accuracy" not in found


def test_truth_counts_ties_by_their_share_and_groups_too(votes, tmp_path):
    truth = tmp_path / "truth.csv"
    truth.write_text("source,label\n1,1\n2,4\n3,2\n9,1\n")
    found = agreement_json(votes, truth=str(truth), groups=BINARY, by="field")
    assert found["n_truth"] == 3
    assert found["majority_accuracy"] == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert found["groups"]["majority_accuracy"] == pytest.approx(2 / 3)
    assert found["by"]["n"]["majority_accuracy"] == 1.0
    assert 0 <= found["dawid_skene_accuracy"] <= 1


def test_nameless_voters_have_no_confusion_matrix(tmp_path):
    path, truth = tmp_path / "multisets.csv", tmp_path / "truth.csv"
    path.write_text("source,votes\n1,1/1/2\n2,2/2/1\n")
    truth.write_text("source,truth\n1,1\n2,1\n")
    found = agreement_json(path, multisets="votes", truth=str(truth))
    assert (found["majority_accuracy"], found["dawid_skene_accuracy"]) == (0.5, None)


def test_labels_nobody_voted_are_a_warning(votes, tmp_path):
    truth = tmp_path / "truth.csv"
    truth.write_text("source,label\n1,1.0\n")
    found = agreement_json(votes, groups=["cluster=1,1.0,2", "non-cluster=3,4,5"], truth=str(truth))
    *labels, thin = found["warnings"]
    assert labels == [
        "truth: label 1.0 occurs in no vote",
        "--groups: label 1.0 occurs in no vote",
        "--groups: label 5 occurs in no vote",
    ]
    assert "Dawid and Skene's model has too little to learn people by" in thin


@pytest.mark.realdata
def test_dog_intervals_and_pairs(sample_data):
    answers = sample_data / "crowd/dog/answer.csv"
    found = agreement_json(answers, intervals=True, pairs=True)
    plain = agreement_json(answers)
    # What is wanted beside them changes no figure.
    assert {key: value for key, value in found.items() if key in plain} == plain
    assert found.keys() - plain.keys() == {"intervals", "cohen_kappa"}
    names = ["fleiss_kappa", "gwet_ac1", "human_to_mode", "human_to_mode_leave_one_out", "krippendorff_alpha"]
    assert sorted(found["intervals"]) == names
    for name, (low, high) in found["intervals"].items():
        assert low < found[name] < high
        assert 0.01 < high - low < 0.05
    kappa, shared = found["cohen_kappa"]["kappa"], found["cohen_kappa"]["shared"]
    assert len(found["cohen_kappa"]["annotators"]) == len(kappa) == len(shared) == 109
    # Each photograph has ten votes: 90 ordered pairs.
    assert sum(map(sum, shared)) == 807 * 90
    assert all(kappa[person][person] is None for person in range(109))
    assert kappa[3][8] == kappa[8][3]


def test_the_same_votes_give_the_same_intervals(votes):
    first, second = (agreement_json(votes, intervals=True, by="field", groups=BINARY) for _ in range(2))
    assert first == second
    assert first["intervals"]["human_to_mode"] is not None
    assert first["groups"]["intervals"]["human_to_mode"] == [1.0, 1.0]
    # One source with two votes: a figure without an interval.
    assert first["by"]["n"]["intervals"]["human_to_mode"] is None


@pytest.fixture
def ratings(tmp_path):
    """Krippendorff 2011: four observers, twelve units, five values."""
    path = tmp_path / "ratings.csv"
    rows = [
        f"{unit},{observer},{value}\n"
        for observer, values in enumerate(KRIPPENDORFF_EXAMPLE)
        for unit, value in enumerate(values)
        if value
    ]
    path.write_text("source,annotator,label\n" + "".join(rows))
    return path


def test_alpha_by_rank_and_by_difference(ratings):
    found = agreement_json(ratings, ordinal=True, interval=True, intervals=True, groups=["low=1,2,3", "high=4,5"])
    assert found["krippendorff_alpha"] == pytest.approx(0.7434, abs=5e-5)
    assert found["krippendorff_alpha_ordinal"] == pytest.approx(0.8154, abs=5e-5)
    assert found["krippendorff_alpha_interval"] == pytest.approx(0.8491, abs=5e-5)
    assert found["gwet_ac1"] == pytest.approx(0.7754, abs=5e-5)
    for name in ("krippendorff_alpha_ordinal", "krippendorff_alpha_interval"):
        low, high = found["intervals"][name]
        assert low < found[name] < high
        assert found["groups"][name] is None
        assert name not in found["groups"]["intervals"]
    assert "krippendorff_alpha_ordinal" not in agreement_json(ratings)


def test_numeric_labels_are_sorted_as_numbers(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text("source,annotator,label\n1,a,2\n1,b,10\n2,a,9\n2,b,10\n3,a,2\n3,b,2\n")
    # Totals 3, 1, 2 of 2, 9, 10 give mean ranks 1.5, 3.5, 5; of 2 and 10: 3.5 apart, of 9 and 10: 1.5.
    within = 2 * 3.5**2 + 2 * 1.5**2
    overall = 2 * (3 * 1 * 2**2 + 3 * 2 * 3.5**2 + 1 * 2 * 1.5**2)
    found = agreement_json(path, ordinal=True)
    assert found["krippendorff_alpha_ordinal"] == pytest.approx(1 - 5 * within / overall)


def test_classes_are_counted_by_hand(votes):
    found = agreement_json(votes, groups=BINARY)
    # Source 1: 1, 1, 2; source 2: 3, 4; source 3 has one vote and is not compared.
    assert found["per_class"] == {
        "1": {"n_votes": 2, "specific_agreement": 0.5, "n_sources": 1, "human_to_mode": 2 / 3},
        "2": {"n_votes": 1, "specific_agreement": 0.0, "n_sources": 0, "human_to_mode": None},
        "3": {"n_votes": 1, "specific_agreement": 0.0, "n_sources": 0, "human_to_mode": None},
        "4": {"n_votes": 1, "specific_agreement": 0.0, "n_sources": 0, "human_to_mode": None},
    }
    assert found["groups"]["per_class"]["cluster"] == {
        "n_votes": 3, "specific_agreement": 1.0, "n_sources": 1, "human_to_mode": 1.0,
    }  # fmt: skip


def test_people_read_classes_intervals_and_pairs(ratings):
    text = agreement_text(ratings, ordinal=True, intervals=True, pairs=True, groups=["low=1,2,3", "high=4,5"])
    lines = text.splitlines()
    assert lines[0].split()[-5:] == ["Krippendorff", "ordinal", "alpha", "Gwet", "AC1"]
    assert [line.split()[0] for line in lines[5:12]] == ["1", "2", "3", "4", "5", "high", "low"]
    assert any(line.startswith("95 % interval of ordinal alpha, all votes: ") for line in lines)
    assert any(line.startswith("95 % interval of human-to-mode, all votes, grouped: ") for line in lines)
    # Of the six pairs of observers two share ten units, the others eight or nine.
    assert any(
        line.startswith("Cohen's kappa, all votes, of the 2 pairs that share at least 10 sources") for line in lines
    )
    assert any(line.startswith("Cohen's kappa, all votes, grouped, of the 2 pairs") for line in lines)
    assert "nan" not in text


def test_people_get_an_aligned_table(votes):
    text = agreement_text(votes, groups=BINARY)
    header, first, second = text.splitlines()[:3]
    assert len(header) == len(first) == len(second)
    assert header.split()[:5] == ["sources", "annotators", "votes", "ties", "human-to-mode"]
    assert first.split()[:9] == ["all", "votes", "3", "3", "6", "1", "60.00", "%", "20.00"]
    assert second.startswith("all votes, grouped")
    assert "100.00 %" in second
    assert "votes, line 7 skipped: annotator b voted on source 2 twice" in text
    assert "nan" not in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": ["cluster=1,2"]}, "--groups: no group for label 3, 4"),
        ({"groups": ["cluster"]}, "--groups 'cluster' is not GROUP=LABEL,...: write cluster=1,2 non-cluster=3,4"),
        ({"groups": ["cluster=1,,2"]}, "is not GROUP=LABEL"),
        ({"groups": ["=1,2"]}, "is not GROUP=LABEL"),
        ({"groups": ["a=1,2", "b=2,3,4"]}, "label 2 is in a and again in b"),
        ({"groups": ["a=1,2", "a=3,4"]}, "group a is given twice"),
        ({"by": "galaxy"}, "lacks a column named galaxy"),
        ({"pairs": True, "multisets": "label"}, "--pairs takes votes with annotators: those of --multisets have none"),
        ({"multisets": "votes"}, "lacks a column named votes"),
        ({"truth": "none.csv"}, "none.csv does not exist"),
    ],
)
def test_bad_options_are_one_clear_line(votes, options, message):
    with pytest.raises(CommandError) as caught:
        agreement_json(votes, **options)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("option", ["ordinal", "interval"])
@pytest.mark.parametrize("label", ["high", "nan", "inf", "1.0"])
def test_labels_that_are_no_scale_are_refused(tmp_path, option, label):
    path = tmp_path / "votes.csv"
    path.write_text(f"source,annotator,label\n1,a,1\n1,b,{label}\n")
    refused = f"--{option} takes labels that are different numbers, not 1, {label}"
    with pytest.raises(CommandError, match=re.escape(refused)):
        agreement_json(path, **{option: True})


def test_truth_of_other_sources_and_without_a_group_is_refused(votes, tmp_path):
    truth = tmp_path / "truth.csv"
    truth.write_text("source,truth\nx1,1\n")
    with pytest.raises(CommandError, match=r"truth\.csv has no source of .*votes\.csv"):
        agreement_json(votes, truth=str(truth))
    truth.write_text("source,truth\n1,7\n")
    with pytest.raises(CommandError, match="--groups: no group for label 7"):
        agreement_json(votes, truth=str(truth), groups=BINARY)


def test_strata_are_rows_with_intervals_and_a_table(tmp_path):
    votes, sources = tmp_path / "votes.csv", tmp_path / "sources.csv"
    lines = [
        f"{source},{person},{'c' if source < 60 or (source + person) % 2 else 'n'}"
        for source in range(120)
        for person in range(4)
    ]
    votes.write_text("source,annotator,label\n" + "\n".join(lines) + "\n")
    rows = [f"{source},{20 + source / 20},{'west' if source % 2 else 'east'}" for source in range(110)]
    sources.write_text("source,mag,field\n" + "\n".join(rows) + "\n")
    found = agreement_json(votes, strata=[str(sources), "mag"], ranges=2)["strata"]
    assert found["column"] == "mag"
    assert [(row["n_compared"], row["n_votes"], row["is_thin"]) for row in found["rows"]] == [(55, 220, False)] * 2
    bright, faint = (row["human_to_mode_leave_one_out"] for row in found["rows"])
    assert bright["value"] == 1
    assert faint["high"] < bright["low"]
    text = agreement_text(votes, strata=[str(sources), "field"])
    assert any(line.split()[:3] == ["field", "sources", "votes"] for line in text.splitlines())
    assert any(line.split()[:3] == ["west", "55", "220"] for line in text.splitlines())


@pytest.mark.parametrize(
    ("column", "ranges", "message"),
    [("colour", 4, "lacks a column named colour"), ("mag", 0, "--ranges 0"), ("other", 4, "name their sources alike")],
)
def test_strata_that_cannot_be_made_are_one_line(votes, tmp_path, column, ranges, message):
    sources = tmp_path / "sources.csv"
    sources.write_text(f"source,mag,other\n{'1' if column != 'other' else '99'},20.5,a\n")
    with pytest.raises(CommandError, match=message):
        agreement_json(votes, strata=[str(sources), column], ranges=ranges)
