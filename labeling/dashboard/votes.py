"""A campaign's votes as arrays, read at one moment in a fixed number of queries: what one person may see of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt
from django.db.models import Case, Field, FloatField, Func, IntegerField, QuerySet, When

from galaxycat.accounts.models import User
from labeling.access import waiting_blind, why_hidden
from labeling.models import Campaign, Label, Level, Round, RoundSource, Vote

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
NO_LABEL = -1


class Epoch(Func):
    """A moment as seconds since 1970, computed by the database: tens of thousands of datetimes would take longer."""

    template = "EXTRACT(EPOCH FROM %(expressions)s)"
    output_field: Field = FloatField()

    def as_sqlite(self, compiler, connection, **context):  # type: ignore[no-untyped-def]
        template = "((julianday(%(expressions)s) - 2440587.5) * 86400.0)"
        return self.as_sql(compiler, connection, template=template, **context)


@dataclass(frozen=True)
class CampaignVotes:
    """Columns of codes from 0: draws of the rounds this person sees, and the last word of each assignment on them.

    `rounds` are those that are seen and in scope, `hidden` (round, reason) those that are not seen. Sources that wait
    for this person in an open blind round are left out, `n_veiled` of them. `people` are in order of their names.
    `draw_is_full` are the draws with the full overlap, from which agreement is reported, `draw_is_retired` those of which
    a rule asks no more votes. `label` is a code into `labels`, -1 for unsure without a label and for skipped.
    """

    campaign: Campaign
    labels: Sequence[Label]
    all_rounds: Sequence[Round]
    hidden: Sequence[tuple[Round, str]]
    rounds: Sequence[Round]
    n_veiled: int
    people: Sequence[User]
    draw_pk: IntArray
    draw_round: IntArray
    draw_source: IntArray
    draw_is_anchor: npt.NDArray[np.bool_]
    draw_is_full: npt.NDArray[np.bool_]
    draw_is_retired: npt.NDArray[np.bool_]
    draw: IntArray
    person: IntArray
    label: IntArray
    is_skip: npt.NDArray[np.bool_]
    vote_pk: IntArray
    at_s: FloatArray
    spent_s: FloatArray

    def names(self, level: Level) -> list[str]:
        """Labels or groups, in the scheme's order."""
        return list(dict.fromkeys(_name(label, level) for label in self.labels))

    def codes(self, level: Level) -> IntArray:
        """The code among `names(level)` of each vote with a label, in the order of `counted`."""
        names = self.names(level)
        code_of = np.array([names.index(_name(label, level)) for label in self.labels], dtype=np.int64)
        return np.asarray(code_of[self.label[self.counted]])

    @cached_property
    def counted(self) -> IntArray:
        """Places of the votes with a label: the ones that enter consensus and agreement."""
        return np.flatnonzero(self.label != NO_LABEL)

    @cached_property
    def counted_of_full(self) -> npt.NDArray[np.bool_]:
        """Of the `counted` votes, those on draws with the full overlap."""
        return np.asarray(self.draw_is_full[self.draw[self.counted]])

    def counts(self, level: Level) -> IntArray:
        """Votes for each name on each draw, (n_draws, n_names): what the consensus rows hold, of the same moment."""
        width = len(self.names(level))
        cells = self.draw[self.counted] * width + self.codes(level)
        found = np.bincount(cells, minlength=len(self.draw_pk) * width)
        return found.astype(np.int64).reshape(len(self.draw_pk), width)


def _name(label: Label, level: Level) -> str:
    return label.value if level == Level.LABEL else label.group


def read_votes_of(campaign: Campaign, user: User, round_number: int | None = None) -> CampaignVotes:
    """What `user` may see of the campaign's votes; of one round only where `round_number` says so."""
    everything = _rounds(campaign)
    return _read(campaign, everything, why_hidden(everything, user), waiting_blind(user), round_number)


def read_all_votes(campaign: Campaign, round_number: int | None = None) -> CampaignVotes:
    """The campaign's votes as an operator at the server's own terminal sees them: nothing is hidden."""
    everything = _rounds(campaign)
    return _read(campaign, everything, {}, RoundSource.objects.none(), round_number)


def _rounds(campaign: Campaign) -> list[Round]:
    return list(campaign.rounds.select_related("campaign__galaxy__team", "catalog").order_by("number"))


def _read(
    campaign: Campaign,
    everything: Sequence[Round],
    reasons: Mapping[int, str | None],
    veiled: QuerySet[RoundSource],
    round_number: int | None,
) -> CampaignVotes:
    """The votes of the rounds without a reason to hide them, but for the veiled sources."""
    hidden = [(round_, reason) for round_ in everything if (reason := reasons.get(round_.pk))]
    seen = [round_ for round_ in everything if not reasons.get(round_.pk)]
    rounds = [round_ for round_ in seen if round_number in (None, round_.number)]
    draws, n_veiled = _draws(rounds, veiled)
    votes = _votes(rounds, draws[:, 0])
    person_pks, person = np.unique(votes[:, 1].astype(np.int64), return_inverse=True)
    found = User.objects.in_bulk(person_pks.tolist())
    by_name = sorted(found.values(), key=lambda one: (one.label.casefold(), one.pk))
    place = {one.pk: code for code, one in enumerate(by_name)}
    labels = list(campaign.scheme.labels.all())
    code_of = {label.pk: code for code, label in enumerate(labels)}
    label_pks, label = np.unique(np.nan_to_num(votes[:, 2], nan=NO_LABEL), return_inverse=True)
    return CampaignVotes(
        campaign=campaign,
        labels=labels,
        all_rounds=everything,
        hidden=hidden,
        rounds=rounds,
        n_veiled=n_veiled,
        people=by_name,
        draw_pk=draws[:, 0],
        draw_round=draws[:, 1],
        draw_source=draws[:, 2],
        draw_is_anchor=draws[:, 3].astype(bool),
        draw_is_full=draws[:, 4].astype(bool),
        draw_is_retired=draws[:, 5].astype(bool),
        draw=votes[:, 0].astype(np.int64),
        person=np.array([place[pk] for pk in person_pks], dtype=np.int64)[person],
        label=np.array([code_of.get(int(pk), NO_LABEL) for pk in label_pks], dtype=np.int64)[label],
        is_skip=votes[:, 3].astype(bool),
        at_s=votes[:, 4],
        spent_s=votes[:, 5],
        vote_pk=votes[:, 6].astype(np.int64),
    )


def _draws(rounds: Sequence[Round], waiting: QuerySet[RoundSource]) -> tuple[IntArray, int]:
    """(key, code of its round, key of its source, anchors, full, retired) of each draw that is seen; how many sources are not."""
    is_retired = Case(When(retired_at=None, then=0), default=1, output_field=IntegerField())
    code_of = {round_.pk: code for code, round_ in enumerate(rounds)}
    chosen = RoundSource.objects.filter(round__in=rounds).order_by("pk")
    fields = ("pk", "round", "source", "is_anchor", "has_full_overlap", is_retired)
    table = np.array(list(chain.from_iterable(chosen.values_list(*fields))), dtype=np.int64).reshape(-1, len(fields))
    keys, code = np.unique(table[:, 1], return_inverse=True)
    table[:, 1] = np.array([code_of[int(key)] for key in keys], dtype=np.int64)[code]
    waiting = waiting.filter(source__in=chosen.order_by().values("source")).order_by()
    veiled = np.array(list(waiting.values_list("source", flat=True).distinct()), dtype=np.int64)
    return table[~np.isin(table[:, 2], veiled)], len(veiled)


def _votes(rounds: Sequence[Round], draw_pks: IntArray) -> FloatArray:
    """(code of its draw, annotator, label, is skip, moment, seconds, key) of each live vote on one of the draws."""
    is_skip = Case(When(outcome=Vote.Outcome.SKIPPED, then=1), default=0, output_field=IntegerField())
    fields = ("assignment__draw", "assignment__annotator", "label", is_skip, Epoch("cast_at"), "seconds_spent", "pk")
    chosen = Vote.objects.live().filter(assignment__round__in=rounds).order_by().values_list(*fields)
    # Flat and all numbers, so that numpy takes them in one pass; None becomes nan, and float64 holds any key below 2^53.
    table = np.array(list(chain.from_iterable(chosen)), dtype=np.float64).reshape(-1, len(fields))
    place = np.searchsorted(draw_pks, table[:, 0])
    table = table[np.append(draw_pks, -1)[place] == table[:, 0]]
    table[:, 0] = np.searchsorted(draw_pks, table[:, 0])
    return table
