"""A campaign's rounds on a catalogue as draws with known probabilities, and what people said of the sources drawn."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from catalogs.models import Catalog
from galaxycat.errors import BadInput
from labeling.countedvotes import counted_votes
from labeling.counting import BoolArray, Draw
from labeling.models import Campaign, Decision, Round, RoundSource, Vote
from labeling.pooling import Pooled
from labeling.sampling import FloatArray, IntArray


@dataclass(frozen=True)
class LabelledDraws:
    """What estimates for a catalogue rest on; rows are its sources by number, (n_sources, ...).

    `by_label` and `by_group` are the people's shares of each of `labels` and `groups`, NaN without votes: 1 for the
    decided class or the mode, even shares in a tie. `notes` say what was left out or taken for granted.
    """

    labels: Sequence[str]
    groups: Sequence[str]
    group_of: IntArray
    on_image: BoolArray
    by_label: FloatArray
    by_group: FloatArray
    draws: Sequence[Draw]
    rounds: Sequence[int]
    notes: Sequence[str]


@dataclass(frozen=True)
class _RoundDraw:
    """One round: its drawn sources (n,) as rows, their probabilities, which anchor, and who has votes (n_sources,)."""

    round: Round
    rows: IntArray
    probabilities: FloatArray
    is_anchor: BoolArray
    voted: BoolArray


def labelled_draws(campaign: Campaign, catalog: Catalog, numbers: Collection[int] = ()) -> LabelledDraws:
    """The draws of these rounds of the campaign on the catalogue, all where none is named, with their votes.

    Votes cast with a prediction in sight are left out: an estimate corrects the model by them. Raises BadInput for a
    number that is no such round, and where no round is.
    """
    rounds = _rounds(campaign, catalog, numbers)
    sources = list(catalog.sources.order_by("number").values_list("pk", "is_outside"))
    keys = [pk for pk, _ in sources]
    votes = counted_votes(campaign, rounds, keys).unaided()
    row_of = {pk: row for row, pk in enumerate(keys)}
    labels = [label.value for label in votes.labels]
    group_of = np.array([votes.groups.index(label.group) for label in votes.labels], dtype=np.int64)
    by_label, by_group = _shares(votes.by_label()), _shares(votes.by_group())
    for source, label in _decided(campaign):
        if source in row_of and np.isfinite(by_label[row_of[source], 0]):
            by_label[row_of[source]] = np.arange(len(labels)) == labels.index(label)
            by_group[row_of[source]] = np.arange(len(votes.groups)) == group_of[labels.index(label)]
    draws, notes = _in_order([_round_draw(each, row_of) for each in rounds], _anchors_are_of_all(campaign))
    return LabelledDraws(
        labels=labels,
        groups=votes.groups,
        group_of=group_of,
        on_image=~np.array([is_outside for _, is_outside in sources], dtype=bool),
        by_label=by_label,
        by_group=by_group,
        draws=draws,
        rounds=[each.number for each in rounds],
        notes=notes,
    )


def _rounds(campaign: Campaign, catalog: Catalog, numbers: Collection[int]) -> list[Round]:
    """The rounds in the order in which they were drawn."""
    rounds = list(campaign.rounds.filter(catalog=catalog).order_by("number"))
    known = [each.number for each in rounds]
    if not rounds:
        raise BadInput(f"--campaign: {campaign} has no round on {catalog.name}; open one, or name another campaign")
    if strangers := sorted(set(numbers) - set(known)):
        there = ", ".join(map(str, known))
        raise BadInput(f"--round {strangers[0]}: is no round of {campaign} on {catalog.name} (there are: {there})")
    return [each for each in rounds if not numbers or each.number in numbers]


def _shares(pooled: Pooled) -> FloatArray:
    """1 for the mode, even shares of those tied for it; NaN without votes."""
    leads = (pooled.counts == pooled.top[:, None]) & (pooled.n_votes > 0)[:, None]
    shares = np.full(leads.shape, np.nan)
    np.divide(leads, leads.sum(axis=1, keepdims=True), out=shares, where=leads.any(axis=1, keepdims=True))
    return shares


def _decided(campaign: Campaign) -> Iterator[tuple[int, str]]:
    """Source key and label of each standing decision."""
    yield from Decision.objects.standing().filter(campaign=campaign).values_list("source", "label__value")


def _round_draw(round_: Round, row_of: dict[int, int]) -> _RoundDraw:
    drawn = RoundSource.objects.filter(round=round_).order_by("pk").values_list("source", "probability", "is_anchor")
    rows = [(row_of[source], probability, is_anchor) for source, probability, is_anchor in drawn]
    columns = np.array(rows, dtype=np.float64).reshape(-1, 3)
    voted = np.zeros(len(row_of), dtype=bool)
    unaided = Vote.objects.of_round(round_).counted().filter(saw_prediction=False)
    voted[[row_of[pk] for pk in unaided.order_by().values_list("assignment__draw__source", flat=True).distinct()]] = (
        True
    )
    return _RoundDraw(round_, columns[:, 0].astype(np.int64), columns[:, 1], columns[:, 2].astype(bool), voted)


def _is_of_all(round_: Round) -> bool:
    """Whether the round could draw every source on the image."""
    return round_.regions is None and not round_.parameters.get("among_previous")


def _anchors_are_of_all(campaign: Campaign) -> bool:
    first = campaign.rounds.filter(draw__is_anchor=True).order_by("number").first()
    return first is not None and _is_of_all(first)


def _in_order(rounds: Sequence[_RoundDraw], anchors_are_of_all: bool) -> tuple[list[Draw], list[str]]:
    """The draws one after the other: what has a label by an earlier one is known and leaves the frame of a later one.

    Anchors are a draw of their own, ahead of that of the first round which holds them. A round that could not draw
    everything says nothing of the rest: its labels are known to later draws, and nothing else.
    """
    known = np.zeros(len(rounds[0].voted), dtype=bool)
    anchors_voted = np.any([_only(each.rows[each.is_anchor], each.voted) for each in rounds], axis=0)
    draws: list[Draw] = []
    notes: list[str] = []
    anchors_seen = False
    for each in rounds:
        parts = [(~each.is_anchor, each.voted, _is_of_all(each.round), f"round {each.round.number}")]
        if each.is_anchor.any() and not anchors_seen:
            anchors_seen = True
            parts.insert(0, (each.is_anchor, anchors_voted, anchors_are_of_all, "the anchors"))
        for chosen, voted, is_of_all, name in parts:
            rows, probabilities = each.rows[chosen], each.probabilities[chosen]
            labelled = voted[rows]
            if not is_of_all:
                notes.append(f"{name}: drawn from a part of the catalogue, so not counted as a draw of it")
            elif not labelled.any():
                notes.append(f"{name}: none of the {len(rows)} drawn sources has a label that counts; left out")
            else:
                if not labelled.all():
                    notes.append(
                        f"{name}: {(~labelled).sum()} of {len(rows)} drawn sources have no label; taken as missing by chance"
                    )
                free = labelled & ~known[rows]
                draws.append(Draw(rows[free], probabilities[free] * labelled.mean(), ~known))
            known = known | _only(rows, voted)
    return draws, notes


def _only(rows: IntArray, voted: BoolArray) -> BoolArray:
    chosen = np.zeros_like(voted)
    chosen[rows] = voted[rows]
    return chosen
