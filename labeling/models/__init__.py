"""Schemes, campaigns, rounds with their draw, assignments, votes, consensus, remarks, decisions."""

from labeling.models.assignment import Assignment
from labeling.models.consensus import Consensus, Level
from labeling.models.decision import Decision
from labeling.models.remark import Remark
from labeling.models.round import Anchor, Campaign, Observer, Round, RoundSource
from labeling.models.scheme import Label, SchemeVersion
from labeling.models.vote import Vote

__all__ = [
    "Anchor",
    "Assignment",
    "Campaign",
    "Consensus",
    "Decision",
    "Label",
    "Level",
    "Observer",
    "Remark",
    "Round",
    "RoundSource",
    "SchemeVersion",
    "Vote",
]
