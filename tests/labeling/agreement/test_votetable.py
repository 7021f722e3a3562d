"""Vote tables as people keep them, and what is said of those that are none."""

import time

import numpy as np
import pytest

from galaxycat.errors import BadInput
from labeling.agreement.votetable import SkippedRow, natural_order, read_multisets, read_truth, read_votes


@pytest.fixture
def table_of(tmp_path):
    """Writes a table of votes and gives its path."""

    def write(content: str | bytes, name: str = "votes.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def votes_of(table) -> set[tuple[str, str, str]]:
    return {
        (table.sources[s], table.annotators[a], table.labels[v])
        for s, a, v in zip(table.source, table.annotator, table.label, strict=True)
    }


EXPECTED_VOTES = {("s1", "ann", "1"), ("s1", "bob", "4"), ("s2", "ann", "10")}


@pytest.mark.parametrize(
    "content",
    [
        "source,annotator,label\ns1,ann,1\ns1,bob,4\ns2,ann,10\n",
        "Question,WORKER,answer\r\ns1,ann,1\r\ns1,bob,4\r\ns2,ann,10\r\n",
        "item;rater;rating\ns1;ann;1\ns1;bob;4\ns2;ann;10",
        "subject\tuser\tclass\ns1\tann\t1\ns1\tbob\t4\ns2\tann\t10\n",
        "\ufefflabel, subject ,rater\n1,s1,ann\n4,s1,bob\n10,s2,ann\n",
        '\n\n"source","annotator","label"\n"s1","ann","1"\n\n s1 , bob , 4 \n"s2","ann","10",\n',
        "source,annotator,label,note\rs1,ann,1,a\rs1,bob,4,\rs2,ann,10,c d\r",
    ],
)
def test_any_usual_table_reads_alike(table_of, content):
    table = read_votes(table_of(content))
    assert votes_of(table) == EXPECTED_VOTES
    assert table.sources == ("s1", "s2")
    assert table.annotators == ("ann", "bob")
    assert table.labels == ("1", "4", "10")
    assert table.counts().tolist() == [[1, 1, 0], [0, 0, 1]]
    assert table.skipped == ()


def test_unusable_rows_are_skipped_with_their_line_and_reason(table_of):
    table = read_votes(
        table_of(
            'source,annotator,label\n1,ann,x\n1,ann,y\n,ann,x\n2,,x\n2,bob,\n\n2,bob\n2,bob,x,7\n"2\n",bob,x\n3,ann,y\n'
        )
    )
    assert table.skipped == (
        SkippedRow(3, "annotator ann voted on source 1 twice: the first vote is kept"),
        SkippedRow(4, "empty source"),
        SkippedRow(5, "empty annotator"),
        SkippedRow(6, "empty label"),
        SkippedRow(8, "2 fields where the header has 3"),
        SkippedRow(9, "4 fields where the header has 3"),
    )
    assert str(table.skipped[0]) == "line 3: annotator ann voted on source 1 twice: the first vote is kept"
    assert votes_of(table) == {("1", "ann", "x"), ("2", "bob", "x"), ("3", "ann", "y")}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "votes.csv is empty: .*source,annotator,label is needed"),
        ("\n \n", "votes.csv is empty"),
        ("source,annotator,label\n", "holds no usable vote: it has no rows; .*source,annotator,label is needed"),
        ("source,annotator,label\n1,,x\n2,,x\n", "holds no usable vote; line 2: empty annotator"),
        ("id,worker\n1,2\n", r"header \(id, worker\) lacks .*source or question or item or subject; and .*label or"),
        ("1,2,3\n1,2,3\n", "votes.csv: its header .* lacks"),
        ("source,item,user,label\n1,1,2,3\n", "columns source and item could each be the source: rename all but one"),
        ("source,user,label,label\n1,1,2,3\n", "columns label and label could each be the label"),
        ('source,user,label\n1,1,"2\n2,2,2\n', "votes.csv, line 3: .*mend the quotes"),
        (b"SIMPLE  =                    T / FITS", "votes.csv is a FITS file: a CSV or TSV file"),
        (b"\x1f\x8b\x08\x00\x00source", "votes.csv is no UTF-8 text"),
        ("source,user,label\n1,1,\0\n", "votes.csv is no UTF-8 text"),
        ("source,user,label\n1,Zoë,2\n".encode("latin-1"), "saved as UTF-8"),
    ],
)
def test_what_is_no_vote_table_is_refused_in_one_line(table_of, content, message):
    with pytest.raises(BadInput, match=message) as caught:
        read_votes(table_of(content))
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(BadInput, match=r"none\.csv does not exist: .*source,annotator,label"):
        read_votes(tmp_path / "none.csv")
    with pytest.raises(BadInput, match="is a folder"):
        read_votes(tmp_path)
    with pytest.raises(BadInput, match=r"does not exist: .*source,truth"):
        read_truth(tmp_path / "none.csv")
    with pytest.raises(BadInput, match=r"does not exist: .*source,votes"):
        read_multisets(tmp_path / "none.csv", "votes")


def test_labels_that_are_no_labels_are_refused_before_they_fill_the_memory(table_of):
    rows = "\n".join(f"{number},ann,free text {number}" for number in range(7100))
    with pytest.raises(BadInput, match="7100 different labels on 7100 sources: is that the label column"):
        read_votes(table_of(f"source,annotator,label\n{rows}\n"))


def test_votes_are_split_by_a_column_with_their_own_people_and_sources(table_of):
    path = table_of("source,annotator,label,Field\n1,ann,x,b\n2,ann,y,a\n2,bob,x,b\n3,cy,x,\n")
    table = read_votes(path, by="field")
    parts = table.split()
    assert list(parts) == ["(empty)", "a", "b"]
    assert votes_of(parts["b"]) == {("1", "ann", "x"), ("2", "bob", "x")}
    assert (parts["b"].sources, parts["b"].annotators) == (("1", "2"), ("ann", "bob"))
    assert votes_of(parts["a"]) == {("2", "ann", "y")}
    assert parts["a"].counts().tolist() == [[0, 1]]
    assert read_votes(path).split() == {}
    with pytest.raises(BadInput, match="lacks a column named galaxy"):
        read_votes(path, by="galaxy")


def test_each_vote_goes_to_its_group(table_of):
    table = read_votes(table_of("source,annotator,label\n1,a,1\n1,b,2\n1,c,4\n2,a,3\n"))
    binary = table.grouped({"1": "cluster", "2": "cluster", "3": "non-cluster", "4": "non-cluster"})
    assert binary.labels == ("cluster", "non-cluster")
    assert binary.counts().tolist() == [[2, 1], [0, 1]]
    with pytest.raises(BadInput, match="no group for label 4"):
        table.grouped({"1": "cluster", "2": "cluster", "3": "non-cluster"})


def test_multisets_are_nameless_votes_and_ambiguous_rows_are_counted(table_of):
    path = table_of(
        "field,id,n_candidate_multisets,votes\n"
        "a,1,1,1/1/2\na,2,2,1/4/4/4 2/3/4/4\na,3,2,1/2\nb,1,,4\nb,2,1,\nb,3,1,1//2\nb,4,1, 2/2 \n"
    )
    table = read_multisets(path, "Votes", by="field")
    assert (table.annotators, table.annotator, table.ambiguous) == (None, None, 2)
    assert table.labels == ("1", "2", "4")
    assert table.counts().tolist() == [[2, 1, 0], [0, 0, 1], [0, 2, 0]]
    assert [row.line for row in table.skipped] == [6, 7]
    assert "no votes like 1/1/2 in Votes: '1//2'" in table.skipped[1].reason
    assert {value: len(part.sources) for value, part in table.split().items()} == {"a": 1, "b": 2}


def test_multisets_name_their_sources_where_they_can(table_of):
    table = read_multisets(table_of("source,votes\ns1,1/2\ns1,1/1\n,2/2\ns2,2\n"), "votes")
    assert table.sources == ("s1", "s2")
    assert [str(row) for row in table.skipped] == [
        "line 3: source s1 stands here twice: the first row is kept",
        "line 4: empty source",
    ]


def test_multisets_that_are_all_ambiguous_are_refused(table_of):
    with pytest.raises(BadInput, match="no usable unambiguous multiset in votes"):
        read_multisets(table_of("source,votes\ns1,1/2 2/2\n"), "votes")


def test_truth_keeps_the_first_row_of_a_source(table_of):
    known = read_truth(table_of("question,truth\n1,x\n2,y\n1,z\n3,\n"))
    assert known.truth == {"1": "x", "2": "y"}
    assert [row.line for row in known.skipped] == [4, 5]
    assert read_truth(table_of("Item\tClass\n1\tx\n")).truth == {"1": "x"}
    with pytest.raises(BadInput, match=r"lacks a column named truth or label or answer or rating or class"):
        read_truth(table_of("question,gold\n1,x\n"))


def test_natural_order_has_numbers_first_and_by_size():
    values = ["b", "10", "nan", "2", "a", "-1"]
    assert sorted(values, key=natural_order) == ["-1", "2", "10", "a", "b", "nan"]


def test_a_hundred_thousand_votes_are_read_in_seconds(table_of):
    rows = "\n".join(f"{number % 20_000},{number // 20_000},{number % 4}" for number in range(100_000))
    path = table_of(f"source,annotator,label\n{rows}\n")
    started = time.process_time()
    table = read_votes(path)
    assert time.process_time() - started < 2
    assert (len(table.sources), len(table.annotators), table.counts().sum()) == (20_000, 5, 100_000)


@pytest.mark.realdata
def test_the_dog_votes(sample_data):
    table = read_votes(sample_data / "crowd/dog/answer.csv")
    assert (len(table.sources), len(table.annotators), len(table.label)) == (807, 109, 8070)
    assert np.array_equal(np.unique(table.counts().sum(axis=1)), [10])
    assert table.skipped == ()
    assert len(read_truth(sample_data / "crowd/dog/truth.csv").truth) == 807


@pytest.mark.realdata
def test_the_reconstructed_legus_votes(sample_data):
    table = read_multisets(sample_data / "legus/reconstructed_votes.csv", "candidate_vote_multisets")
    assert (len(table.sources), table.ambiguous, table.skipped) == (3764, 292, ())
