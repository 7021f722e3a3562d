"""Counting votes: what is added vote by vote equals what is counted at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.ledger import Ledger, VoteRow

LABELS = ("1", "2", "3")


def ledger() -> Ledger:
    return Ledger({10: 0, 20: 1, 30: 2}, LABELS)


def test_a_superseded_vote_is_not_counted_and_a_withdrawn_one_neither():
    book = ledger()
    book.add([
        VoteRow(1, None, 10, "1", False, False),
        VoteRow(2, None, 20, "2", False, True),
        VoteRow(3, 1, 10, "3", True, False),
        VoteRow(4, 2, 20, None, False, True),
    ])  # fmt: skip
    assert book.counts.tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 0]]
    assert book.unaided.sum() == 0
    assert (book.cut, book.n_rows, book.n_votes, book.n_simulated) == (4, 4, 1, 0)
    assert book.labelled.tolist() == [0]
    assert book.n_classes == 1


def test_a_vote_on_an_unknown_label_is_an_error():
    with pytest.raises(KeyError):
        ledger().add([VoteRow(1, None, 10, "9", False, False)])


@given(
    st.lists(st.tuples(st.sampled_from([10, 20, 30]), st.sampled_from([*LABELS, None]), st.booleans()), max_size=30),
    st.integers(0, 30),
)
def test_votes_added_in_two_parts_count_as_in_one(answers, cut):
    rows, last_of = [], {}
    for pk, (source, label, saw) in enumerate(answers, 1):
        rows.append(VoteRow(pk, last_of.get(source), source, label, saw, False))
        last_of[source] = pk
    whole, parts = ledger(), ledger()
    whole.add(rows)
    parts.add(rows[:cut])
    parts.add(rows[cut:])
    assert np.array_equal(whole.counts, parts.counts)
    assert np.array_equal(whole.unaided, parts.unaided)
    # One person's chain a source: at most one live vote each.
    assert whole.n_votes == sum(answers_of[-1] is not None for answers_of in _by_source(answers).values())
    assert whole.counts.sum() == whole.n_votes


def _by_source(answers):
    found = {}
    for source, label, _ in answers:
        found.setdefault(source, []).append(label)
    return found
