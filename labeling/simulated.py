"""Voters that are programs, for the demo and for trying a workflow. They are labelled as simulated wherever they show."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

import numpy as np

from galaxycat.accounts.models import User
from labeling.assignments import MAX_HELD, claim
from labeling.models import Round, Vote
from labeling.voting import cast_vote

# Row: what the source is, column: what a voter calls it, in the order of LEGUS' classes. Chosen by hand so that
# three voters agree with their mode on about 87 % of binary votes, as LEGUS' inspectors do.
LEGUS_CONFUSION = np.array(
    [
        [0.80, 0.13, 0.02, 0.05],
        [0.14, 0.66, 0.10, 0.10],
        [0.02, 0.12, 0.72, 0.14],
        [0.04, 0.06, 0.09, 0.81],
    ]
)
LEGUS_SHARES = np.array([0.2, 0.2, 0.2, 0.4])
UNSURE_SHARE = 0.01
SKIP_SHARE = 0.01


def vote_in_simulation(
    *, round_: Round, voters: Sequence[User], truth: Mapping[int, str], rng: np.random.Generator
) -> int:
    """Each simulated voter classifies all it is handed, by the same verbs as a person; returns the votes cast.

    `truth` maps a source's key to its class; a source not in it gets a class drawn from LEGUS' shares, the same for
    all voters. Raises ValueError for a voter that is a person.
    """
    if people := [voter for voter in voters if not voter.is_simulated]:
        raise ValueError(f"{people[0]} is a person")
    values = list(round_.campaign.scheme.labels.values_list("value", flat=True))
    drawn = {
        pk: values.index(truth[pk]) if pk in truth else int(rng.choice(len(values), p=LEGUS_SHARES))
        for pk in round_.draw.order_by("position").values_list("source", flat=True)
    }
    return sum(_vote_all(round_, voter, drawn, values, rng) for voter in voters)


def _vote_all(
    round_: Round, voter: User, classes: Mapping[int, int], values: Sequence[str], rng: np.random.Generator
) -> int:
    cast = 0
    while assignments := claim(round_=round_, annotator=voter, count=MAX_HELD):
        for assignment in assignments:
            outcome, label = _answer(classes[assignment.draw.source_id], values, rng)
            cast_vote(
                client_id=uuid4(),
                assignment=assignment,
                annotator=voter,
                outcome=outcome,
                label=label,
                seconds_spent=round(float(rng.lognormal(1.2, 0.5)), 1),
                shown={"simulated": True},
            )
            cast += 1
    return cast


def _answer(true_class: int, values: Sequence[str], rng: np.random.Generator) -> tuple[str, str | None]:
    lot = rng.random()
    if lot < SKIP_SHARE:
        return Vote.Outcome.SKIPPED, None
    if lot < SKIP_SHARE + UNSURE_SHARE:
        return Vote.Outcome.UNSURE, None
    return Vote.Outcome.LABELED, values[int(rng.choice(len(values), p=LEGUS_CONFUSION[true_class]))]
