"""Rounds with a retirement rule, for their tests."""

from uuid import uuid4

from labeling.assignments import claim
from labeling.voting import cast_vote
from tests.factories import make_member, make_round, make_user

TWO_OF_FIVE = "agreeing/1 agreeing=2 most=5"
COIN = "one-coin/1 above=0.95 most=5 accuracy=0.8"
LABELS = ["1", "2", "3", "4"]


def ruled(team, retirement=TWO_OF_FIVE, n_sources=5, control_share=0.2, **fields):
    return make_round(team, n_sources=n_sources, retirement=retirement, control_share=control_share, **fields)


def answer(assignment, what="1"):
    outcome, label = ("labeled", what) if what.isdecimal() else (what, None)
    return cast_vote(
        client_id=uuid4(), assignment=assignment, annotator=assignment.annotator, outcome=outcome, label=label
    )


def held_by_all(round_, n_people):
    """[person] -> {key of a draw: their assignment}, all of it handed out before anybody votes."""
    people = [make_member(round_.galaxy.team) for _ in range(n_people)]
    n_sources = round_.draw.count()
    return [{each.draw_id: each for each in claim(round_=round_, annotator=who, count=n_sources)} for who in people]


def retired(round_):
    return set(round_.draw.exclude(retired_at=None).values_list("pk", flat=True))


def short(round_):
    """The draws that the rule may retire, by key."""
    return list(round_.draw.filter(has_full_overlap=False).order_by("pk").values_list("pk", flat=True))


def robots(n):
    return [make_user(f"robot{uuid4().hex[:8]}", is_simulated=True) for _ in range(n)]
