"""When a source has votes enough: rules, and what they would have done to votes that were cast. Pure numpy.

Votes that a rule saves are those that would have disagreed as well as those that would have agreed, and a rule stops
where they agree so far. So agreement of votes under a rule is inflated, and is reported from sources whose overlap was
fixed in advance: `full_overlap`.
"""

import dataclasses
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from labeling.pooling import BoolArray, FloatArray, IntArray, Pooled, consensus_of_counts

# Of a posterior: sums in another order differ in the last digits, and "at or above 0.8" is to mean what it says.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Running:
    """Votes source by source, each source's in the order cast, and where it stood after each.

    `source`, `annotator`, `label` (n_votes,) are codes from 0; `number` (n_votes,) counts a source's votes from 1;
    `counts` (n_votes, n_labels) are its votes up to and with this one; `starts` (n_votes,) the row of its first.
    `annotator` is None for nameless voters.
    """

    source: IntArray
    annotator: IntArray | None
    label: IntArray
    number: IntArray
    counts: npt.NDArray[np.int32]
    starts: IntArray

    def summed(self, terms: FloatArray) -> FloatArray:
        """The sums of `terms` (n_votes, k) over each source's votes up to and with this one."""
        total = np.cumsum(terms, axis=0)
        return np.asarray(total - (total[self.starts] - terms[self.starts]))


class Rule(Protocol):
    """What stops the votes on a source. A change of what a rule does is a new version."""

    @property
    def version(self) -> str: ...

    @property
    def words(self) -> str:
        """When it stops, as the end of a sentence that begins "A source is retired ..."."""

    def stops(self, running: Running) -> BoolArray:
        """(n_votes,) Whether the source needs no vote after this one; only the first True of a source matters."""


@dataclass(frozen=True)
class FixedOverlap:
    """`overlap` votes on each source, whatever they say."""

    overlap: int

    def __post_init__(self) -> None:
        _require(self.overlap >= 1, f"overlap {self.overlap} must be at least 1")

    @property
    def version(self) -> str:
        return f"fixed-overlap/1 overlap={self.overlap}"

    @property
    def words(self) -> str:
        return f"after {_n_votes(self.overlap)}"

    def stops(self, running: Running) -> BoolArray:
        return np.asarray(running.number >= self.overlap)


@dataclass(frozen=True)
class Agreeing:
    """`agreeing` votes for one label, whichever comes first of that and `most` votes."""

    agreeing: int
    most: int

    def __post_init__(self) -> None:
        _require(1 <= self.agreeing <= self.most, f"agreeing {self.agreeing} must be 1 to {self.most}, the most votes")

    @property
    def version(self) -> str:
        return f"agreeing/1 agreeing={self.agreeing} most={self.most}"

    @property
    def words(self) -> str:
        return f"when {_n_votes(self.agreeing)} agree, at the latest after {self.most}"

    def stops(self, running: Running) -> BoolArray:
        return np.asarray((running.counts.max(axis=1) >= self.agreeing) | (running.number >= self.most))


@dataclass(frozen=True)
class OneCoin:
    """The most probable label's posterior at or above `above`, or `most` votes. Labels are equally likely beforehand.

    Everybody is right with probability `accuracy`, and wrong evenly over the other labels:
    P(k) ~ accuracy^n_k ((1 - accuracy) / (n_labels - 1))^(n - n_k).
    """

    above: float
    most: int
    accuracy: float

    def __post_init__(self) -> None:
        _require(0 < self.above < 1, f"posterior {self.above} must lie between 0 and 1")
        _require(0 < self.accuracy < 1, f"accuracy {self.accuracy} must lie between 0 and 1")
        _require(self.most >= 1, f"most {self.most} must be at least 1")

    @property
    def version(self) -> str:
        return f"one-coin/1 above={float(self.above)} most={self.most} accuracy={float(self.accuracy)}"

    @property
    def words(self) -> str:
        known = f"if everybody is right with {float(self.accuracy)}"
        return (
            f"when a label's posterior reaches {float(self.above)} {known}, at the latest after {_n_votes(self.most)}"
        )

    def stops(self, running: Running) -> BoolArray:
        n_labels = running.counts.shape[1]
        if n_labels < 2:
            return np.ones(len(running.number), dtype=bool)
        gain = np.log(self.accuracy) - np.log((1 - self.accuracy) / (n_labels - 1))
        return np.asarray(_reaches(running.counts * gain, self.above) | (running.number >= self.most))


@dataclass(frozen=True, eq=False)
class Confused:
    """As OneCoin, by each annotator's own confusion matrix, after Dawid and Skene 1979 (doi:10.2307/2346806).

    `confusion` (n_annotators, n_labels, n_labels): probability of [:, true, answer], above 0; `priors` (n_labels,).
    """

    above: float
    most: int
    confusion: FloatArray
    priors: FloatArray

    def __post_init__(self) -> None:
        _require(0 < self.above < 1, f"posterior {self.above} must lie between 0 and 1")
        _require(self.most >= 1, f"most {self.most} must be at least 1")
        fits = self.confusion.ndim == 3 and self.confusion.shape[1:] == (len(self.priors),) * 2
        _require(fits, f"confusion {self.confusion.shape} and priors {self.priors.shape} do not fit")
        _require(bool((self.confusion > 0).all() and (self.priors > 0).all()), "no probability may be 0")

    @property
    def version(self) -> str:
        content = (
            np.ascontiguousarray(self.confusion, "<f8").tobytes() + np.ascontiguousarray(self.priors, "<f8").tobytes()
        )
        digest = hashlib.sha256(content).hexdigest()[:12]
        return f"confused/1 above={float(self.above)} most={self.most} matrices={digest}"

    @property
    def words(self) -> str:
        known = "by each annotator's matrix"
        return (
            f"when a label's posterior reaches {float(self.above)} {known}, at the latest after {_n_votes(self.most)}"
        )

    def stops(self, running: Running) -> BoolArray:
        if running.annotator is None:
            raise ValueError("confusion matrices need to know who voted")
        told = np.log(self.confusion)[running.annotator, :, running.label]  # (n_votes, n_labels)
        joint = running.summed(told) + np.log(self.priors)
        return np.asarray(_reaches(joint, self.above) | (running.number >= self.most))


# What a version may name. Matrices are not in their rule's version: it can be replayed, not be made from it.
RULES: Mapping[str, type[FixedOverlap] | type[Agreeing] | type[OneCoin]] = {
    "fixed-overlap/1": FixedOverlap,
    "agreeing/1": Agreeing,
    "one-coin/1": OneCoin,
}


def rule_of(version: str) -> FixedOverlap | Agreeing | OneCoin:
    """The rule of which this is the version. Raises ValueError for a name, number or parameter that is not known."""
    name, *given = version.split() or [""]
    if name not in RULES:
        raise ValueError(f"{name!r} is no rule that a round can have; choose one of {', '.join(RULES)}")
    kinds = {field.name: field.type for field in dataclasses.fields(RULES[name])}
    found = dict(each.partition("=")[::2] for each in given)
    if len(found) != len(given) or found.keys() != kinds.keys():
        needed = " ".join(f"{parameter}=..." for parameter in kinds)
        raise ValueError(f"{version!r} must give each parameter of {name} once: {name} {needed}")
    make: Callable[..., FixedOverlap | Agreeing | OneCoin] = RULES[name]
    return make(**{parameter: _number(parameter, text, kinds[parameter]) for parameter, text in found.items()})


def _number(parameter: str, text: str, kind: object) -> int | float:
    """An int or a float of ASCII digits as a version has them: no signs, blanks, underscores or other words."""
    if not re.fullmatch(r"[0-9]{1,9}" if kind is int else r"[0-9]*\.?[0-9]+(e-[0-9]+)?", text, re.ASCII):
        raise ValueError(f"{parameter} {text[:20]!r} is no {'whole ' if kind is int else ''}number")
    return int(text) if kind is int else float(text)


def stops_at(rule: Rule, counts: Sequence[int]) -> bool:
    """Whether a source with these votes for each of the labels (n_labels,) needs no more, as a replay decides it."""
    row = np.zeros(1, dtype=np.int64)
    tally = np.array([counts], dtype=np.int32)
    # The order of the votes is not known here, and rules that a round can have do not ask for it.
    return bool(rule.stops(Running(row, None, row, tally.sum(axis=1), tally, row))[0])


@dataclass(frozen=True)
class Replay:
    """What a rule would have done to votes that were cast.

    `retired_at` (n_sources,): the votes a source had when the rule stopped it, 0 where it never did. `kept` (n_votes,):
    votes, in the order given, that would have been asked for. `before` and `full`: the majority of the kept votes and
    of all.
    """

    rule: str
    retired_at: IntArray
    kept: BoolArray
    before: Pooled
    full: Pooled

    @property
    def votes_saved(self) -> int:
        return int((~self.kept).sum())

    @property
    def is_shortened(self) -> BoolArray:
        """(n_sources,) Sources on which votes would have been saved."""
        return self.before.n_votes < self.full.n_votes

    @property
    def is_changed(self) -> BoolArray:
        """(n_sources,) Another label than that of all votes; ties are no labels."""
        return np.asarray((self.before.mode >= 0) & (self.full.mode >= 0) & (self.before.mode != self.full.mode))

    @property
    def hides_a_tie(self) -> BoolArray:
        """(n_sources,) A label where all votes tie, so that it would not have gone to adjudication."""
        return (self.before.mode >= 0) & self.full.is_tie

    @property
    def leaves_a_tie(self) -> BoolArray:
        """(n_sources,) A tie where all votes have a label."""
        return self.before.is_tie & (self.full.mode >= 0)


def replay(
    source: IntArray, label: IntArray, rule: Rule, *, n_sources: int, n_labels: int, annotator: IntArray | None = None
) -> Replay:
    """Stop each source's votes where the rule does. Codes (n_votes,) from 0, votes in the order cast.

    It knows only the votes there are: a source that the rule would have kept open longer stays as it is. Raises
    ValueError on codes out of range and arrays of different length.
    """
    return replays(source, label, [rule], n_sources=n_sources, n_labels=n_labels, annotator=annotator)[0]


def replays(
    source: IntArray,
    label: IntArray,
    rules: Iterable[Rule],
    *,
    n_sources: int,
    n_labels: int,
    annotator: IntArray | None = None,
) -> list[Replay]:
    """What `replay` gives of each rule; the votes are sorted and counted once for all of them."""
    _require_codes(source, n_sources, "source")
    _require_codes(label, n_labels, "label")
    _require(len(source) == len(label), f"{len(source)} sources and {len(label)} labels: a vote has one of each")
    _require(annotator is None or len(annotator) == len(source), "a vote has one annotator")
    order = np.argsort(source, kind="stable")
    running = _running(source[order], label[order], None if annotator is None else annotator[order], n_labels)
    full = _consensus(source, label, n_sources, n_labels)
    found = []
    for rule in rules:
        retired_at = _retired_at(running, rule.stops(running), n_sources)
        kept = np.empty(len(source), dtype=bool)
        kept[order] = (retired_at[running.source] == 0) | (running.number <= retired_at[running.source])
        before = _consensus(source[kept], label[kept], n_sources, n_labels)
        found.append(Replay(rule.version, retired_at, kept, before, full))
    return found


def _retired_at(running: Running, stops: BoolArray, n_sources: int) -> IntArray:
    retired, first = np.unique(running.source[stops], return_index=True)
    retired_at = np.zeros(n_sources, dtype=np.int64)
    retired_at[retired] = running.number[stops][first]
    return retired_at


def full_overlap(source: IntArray, n_sources: int, overlap: int, exempt: BoolArray | None = None) -> BoolArray:
    """(n_sources,) The sources that agreement may be reported from: at least `overlap` votes, fixed in advance.

    Where a rule was at work, `exempt` (n_sources,) are the sources that it was kept from, chosen before anybody voted
    (anchors, say): those that merely happen to have all votes are the ones on which people disagreed.
    """
    enough = np.bincount(source, minlength=n_sources) >= overlap
    return np.asarray(enough if exempt is None else enough & exempt)


def _running(source: IntArray, label: IntArray, annotator: IntArray | None, n_labels: int) -> Running:
    """Votes that are sorted by source already."""
    rows = np.arange(len(source))
    starts = np.maximum.accumulate(np.where(np.diff(source, prepend=-1) != 0, rows, 0)) if len(rows) else rows
    votes = np.zeros((len(source), n_labels), dtype=np.int32)
    votes[rows, label] = 1
    total = np.cumsum(votes, axis=0, dtype=np.int32)
    counts = total - (total[starts] - votes[starts])
    return Running(source, annotator, label, rows - starts + 1, counts, starts)


def _reaches(joint: FloatArray, posterior: float) -> BoolArray:
    """(n,) Whether the largest of each row's probabilities, from their logarithms (n, k) up to a constant, does."""
    above = joint - joint.max(axis=1, keepdims=True)
    return np.asarray(1 / np.exp(above).sum(axis=1) >= posterior - ROUNDING)


def _n_votes(n: int) -> str:
    return f"{n} vote{'' if n == 1 else 's'}"


def _consensus(source: IntArray, label: IntArray, n_sources: int, n_labels: int) -> Pooled:
    cells = np.bincount(source * n_labels + label, minlength=n_sources * n_labels)
    return consensus_of_counts(cells.astype(np.int64).reshape(n_sources, n_labels))


def _require_codes(codes: IntArray, size: int, name: str) -> None:
    if len(codes) and (codes.min() < 0 or codes.max() >= size):
        raise ValueError(f"{name} codes {codes.min()} to {codes.max()} do not fit 0 to {size - 1}")


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise ValueError(message)
