"""What Dawid and Skene's model makes of a campaign's votes: how each person answers, and where it differs from the majority."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalogs.models import Source
from galaxycat.accounts.models import User
from labeling.agreement.counts import FloatArray, IntArray
from labeling.agreement.dawid_skene import ConfusionIntervals, DawidSkene, confusion_intervals, dawid_skene, thin_data
from labeling.dashboard.figures import SEED, Json, who_json
from labeling.dashboard.page import require_round
from labeling.dashboard.votes import CampaignVotes, read_votes_of
from labeling.models import Campaign, Level
from labeling.pooling import Pooled, consensus_of_counts

SHOWN = 50


@dataclass(frozen=True)
class _Columns:
    """Votes as codes (n_votes,) of `sources` (keys), people and labels."""

    sources: IntArray
    source: IntArray
    person: IntArray
    label: IntArray


def latent_of(campaign: Campaign, user: User, level: Level = Level.LABEL, round_number: int | None = None) -> Json:
    """The model fitted to the votes of the rounds that `user` sees, ready for JSON; `model` is None without votes.

    `people` have rows of true labels, columns of answers, each cell with its 95 % interval; `sources` are up to SHOWN of
    those to which the model gives another label than the majority, the surest first. `warning` says why it should not be
    trusted, where it should not. The number of queries is fixed. Raises NotFound for a number that is no round.
    """
    votes = read_votes_of(campaign, user, round_number)
    require_round(votes, round_number)
    names = votes.names(level)
    head: Json = {"level": level.value, "labels": names, "warning": None, "model": None}
    if not len(votes.counted):
        return head
    columns = _columns(votes, level)
    model = dawid_skene(
        columns.source, columns.person, columns.label, len(names),
        n_sources=len(columns.sources), n_annotators=len(votes.people),
    )  # fmt: skip
    rng = np.random.default_rng(SEED)
    intervals = confusion_intervals(model, columns.source, columns.person, columns.label, rng)
    majority = consensus_of_counts(_counts(columns, len(names)))
    return head | {"warning": thin_data(columns.person), "model": _model_json(model, columns, names)} | {
        "people": _people_json(votes, columns, model, intervals),
        **_against_majority(columns, model, majority, names),
    }  # fmt: skip


def _columns(votes: CampaignVotes, level: Level) -> _Columns:
    sources, source = np.unique(votes.draw_source[votes.draw[votes.counted]], return_inverse=True)
    return _Columns(sources, source, votes.person[votes.counted], votes.codes(level))


def _counts(columns: _Columns, n_labels: int) -> npt.NDArray[np.int64]:
    cells = np.bincount(columns.source * n_labels + columns.label, minlength=len(columns.sources) * n_labels)
    return cells.astype(np.int64).reshape(-1, n_labels)


def _model_json(model: DawidSkene, columns: _Columns, names: list[str]) -> Json:
    return {
        "n_sources": len(columns.sources),
        "n_votes": len(columns.label),
        "priors": dict(zip(names, model.priors.tolist(), strict=True)),
        "iterations": model.iterations,
        "converged": model.converged,
    }


def _people_json(
    votes: CampaignVotes, columns: _Columns, model: DawidSkene, intervals: ConfusionIntervals
) -> list[Json]:
    """Each person with votes, by name. `accuracy` is the mean of their diagonal weighted by the priors."""
    n_votes = np.bincount(columns.person, minlength=len(votes.people))
    return [
        who_json(person)
        | {
            "n_votes": int(n_votes[code]),
            "accuracy": float(model.priors @ np.diagonal(model.confusion[code])),
            "confusion": model.confusion[code].tolist(),
            "low": intervals.low[code].tolist(),
            "high": intervals.high[code].tolist(),
            "answers": intervals.answers[code].tolist(),
        }
        for code, person in enumerate(votes.people)
        if n_votes[code]
    ]


def _against_majority(columns: _Columns, model: DawidSkene, majority: Pooled, names: list[str]) -> Json:
    called, sure = model.posterior.argmax(axis=1), model.posterior.max(axis=1)
    differs = (majority.mode >= 0) & (majority.mode != called)
    return {
        "n_other": int(differs.sum()),
        "n_ties": int(majority.is_tie.sum()),
        "n_sure": int((sure >= 0.95).sum()),
        "sources": _sources_json(columns, differs, called, sure, majority, names),
    }


def _sources_json(
    columns: _Columns, differs: np.ndarray, called: IntArray, sure: FloatArray, majority: Pooled, names: list[str]
) -> list[Json]:
    rows = np.flatnonzero(differs)
    rows = rows[np.argsort(-sure[rows], kind="stable")][:SHOWN]
    found = Source.objects.in_bulk(columns.sources[rows].tolist())
    return [
        {
            "source": str(found[int(columns.sources[row])].uuid),
            "number": found[int(columns.sources[row])].number,
            "majority": names[majority.mode[row]],
            "votes": dict(zip(names, majority.counts[row].tolist(), strict=True)),
            "label": names[called[row]],
            "probability": float(sure[row]),
        }
        for row in rows
    ]
