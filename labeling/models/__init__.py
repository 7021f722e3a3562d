"""Schemes, campaigns, rounds with their draw, assignments, votes, consensus."""

from labeling.models.assignment import Assignment
from labeling.models.consensus import Consensus, Level
from labeling.models.round import Campaign, Observer, Round, RoundSource
from labeling.models.scheme import Label, SchemeVersion
from labeling.models.vote import Vote

__all__ = [
    "Assignment",
    "Campaign",
    "Consensus",
    "Label",
    "Level",
    "Observer",
    "Round",
    "RoundSource",
    "SchemeVersion",
    "Vote",
]
