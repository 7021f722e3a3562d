"""`replay_retirement` on tables and on rounds."""

from uuid import uuid4

import pytest
from django.core.management.base import CommandError

from labeling.assignments import claim
from labeling.voting import cast_vote
from tests.commands import run, run_json
from tests.factories import make_member, make_round

# In the order cast: a: c c n, b: c n n, d: n n.
VOTES = "source,annotator,label\na,x,c\nb,x,c\na,y,c\nb,y,n\na,z,n\nb,z,n\nd,x,n\nd,y,n\n"


@pytest.fixture
def votes(tmp_path):
    path = tmp_path / "votes.csv"
    path.write_text(VOTES)
    return str(path)


def test_what_a_rule_would_have_saved_and_changed(votes):
    result = run_json("replay_retirement", votes, "--overlap", "1")
    assert result["rule"] == "fixed-overlap/1 overlap=1"
    assert (result["n_sources"], result["n_votes"], result["n_retired"], result["votes_saved"]) == (3, 8, 3, 5)
    assert result["share_saved"] == 5 / 8
    assert (result["n_changed"], result["n_ties_hidden"], result["n_ties_left"]) == (1, 0, 0)
    assert result["changed"] == [{"source": "b", "votes": 1, "label": "c", "full_votes": 3, "full_label": "n"}]
    assert result["retired"] == [{"source": each, "votes": 1} for each in "abd"]
    assert "fixed in advance" in result["caution"]
    assert result["order"] == "the rows of the table"


def test_agreeing_votes_save_what_would_not_have_mattered(votes):
    result = run_json("replay_retirement", votes, "--agreeing", "2", "--most", "3")
    assert (result["votes_saved"], result["n_retired"], result["n_shortened"], result["n_changed"]) == (1, 3, 1, 0)
    assert result["retired"] == [{"source": "a", "votes": 2}]


def test_posterior_by_one_coin_or_by_matrices_that_say_where_they_come_from(votes):
    coin = run_json("replay_retirement", votes, "--posterior", "0.9", "--most", "3", "--accuracy", "0.8")
    assert (coin["votes_saved"], coin["warnings"]) == (1, [])
    learnt = run_json("replay_retirement", votes, "--posterior", "0.9", "--most", "3")
    assert learnt["rule"].startswith("confused/1 above=0.9 most=3 matrices=")
    assert "learnt from these same votes" in learnt["warnings"][0]


def test_votes_are_put_in_the_order_cast(tmp_path):
    path = tmp_path / "votes.csv"
    path.write_text("source,annotator,label,cast_at\na,x,c,2026-01-03\na,y,n,2026-01-01\na,z,n,2026-01-02\n")
    result = run_json("replay_retirement", str(path), "--overlap", "1")
    assert (result["order"], result["n_changed"]) == ("by cast_at", 0)
    by_name = run_json("replay_retirement", str(path), "--overlap", "1", "--order", "annotator")
    assert (by_name["order"], by_name["n_changed"]) == ("by annotator", 1)


@pytest.mark.parametrize(
    "moments",
    [
        ("2026-01-10T01:00:00+02:00", "2026-01-09T23:30:00+00:00", "2026-01-10T00:15:00+00:00"),
        ("2026-01-09T12:00:00Z", "2026-01-09T14:00:00.25+02:00", "2026-01-09T12:00:00.5Z"),
        ("9", "9.5", "10"),
    ],
)
def test_moments_are_put_in_order_whatever_their_offsets_and_their_text(tmp_path, moments):
    """Given here as they were cast; as text another one than the first would come first."""
    path = tmp_path / "votes.csv"
    assert min(moments) != moments[0]
    rows = [f"a,{k},{'c' if k == 0 else 'n'},{at}" for k, at in enumerate(moments)]
    path.write_text("\n".join(["source,annotator,label,cast_at", *reversed(rows)]))
    result = run_json("replay_retirement", str(path), "--overlap", "1")
    assert [each["label"] for each in result["changed"]] == ["c"]


@pytest.mark.parametrize(
    ("moments", "message"),
    [
        (["2026-1-9", "2026-01-10"], "^cast_at: Invalid isoformat string: '2026-1-9'; write moments as 2026-01-09T"),
        (["2026-01-09T12:00:00Z", "2026-01-09T12:00:00"], "^cast_at: some moments have an offset"),
    ],
)
def test_moments_that_cannot_be_put_in_order_are_refused(tmp_path, moments, message):
    path = tmp_path / "votes.csv"
    path.write_text("source,annotator,label,cast_at\n" + "".join(f"a,{k},n,{at}\n" for k, at in enumerate(moments)))
    with pytest.raises(CommandError, match=message):
        run("replay_retirement", str(path), "--overlap", "1")


def test_the_summary_is_one_to_read(votes):
    text = run("replay_retirement", votes, "--overlap", "1")
    assert "would have retired 3 of 3 sources and saved 5 of 8 votes (62.5 %)," in text
    assert "  b: c after 1 votes, n after all" in text


@pytest.mark.django_db
def test_a_round_is_replayed_in_the_order_of_its_votes():
    round_ = make_round(n_sources=6)
    for label in ("1", "3", "3"):
        voter = make_member(round_.galaxy.team)
        while handed := claim(round_=round_, annotator=voter, count=10):
            for each in handed:
                cast_vote(client_id=uuid4(), assignment=each, annotator=voter, outcome="labeled", label=label)
    slug = round_.galaxy.slug
    result = run_json("replay_retirement", "--galaxy", slug, "--round", "1", "--overlap", "1")
    assert (result["n_sources"], result["n_votes"], result["votes_saved"], result["n_changed"]) == (6, 18, 12, 6)
    assert result["order"].startswith("as cast in Clusters, round 1")
    with pytest.raises(CommandError, match=rf"^--round 2: {slug} has no such round \(there are: 1\)$"):
        run("replay_retirement", "--galaxy", slug, "--round", "2", "--overlap", "1")
    with pytest.raises(CommandError, match="has no such round of Other"):
        run("replay_retirement", "--galaxy", slug, "--round", "1", "--campaign", "Other", "--overlap", "1")


@pytest.mark.django_db
def test_a_round_without_votes_is_refused():
    round_ = make_round()
    with pytest.raises(CommandError, match="has no vote with a label yet"):
        run("replay_retirement", "--galaxy", round_.galaxy.slug, "--round", "1", "--overlap", "1")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--agreeing", "2"], "^--most: --agreeing needs the number of votes"),
        (["--agreeing", "4", "--most", "3"], "^--agreeing: agreeing 4 must be 1 to 3"),
        (["--overlap", "0"], "^--overlap: overlap 0 must be at least 1"),
        (["--overlap", "2", "--most", "3"], "^--most: --overlap is its own limit"),
        (["--overlap", "2", "--accuracy", "0.5"], "^--accuracy: goes with --posterior alone"),
        (["--posterior", "1.5", "--most", "3", "--accuracy", "0.8"], "^--posterior: posterior 1.5 must lie"),
        (["--posterior", "0.9", "--most", "3", "--accuracy", "1"], "^--posterior: accuracy 1.0 must lie"),
    ],
)
def test_rules_that_make_no_sense_are_refused(votes, options, message):
    with pytest.raises(CommandError, match=message):
        run("replay_retirement", votes, *options)


def test_a_table_or_a_round_is_needed(votes):
    with pytest.raises(CommandError, match="not both"):
        run("replay_retirement", "--overlap", "1")
    with pytest.raises(CommandError, match=r"nowhere\.csv does not exist"):
        run("replay_retirement", "nowhere.csv", "--overlap", "1")
