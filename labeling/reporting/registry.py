"""Sections that higher layers add to a campaign's report, in `AppConfig.ready()`. Light: every process imports it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from galaxycat.accounts.models import User
    from labeling.dashboard.votes import CampaignVotes
    from labeling.reporting.blocks import Section
    from labeling.reporting.content import Content


@dataclass(frozen=True)
class Asked:
    """What a section is made from: the votes that `user` may see and what was gathered of them.

    `user` is None for an operator at the server's terminal, from whom nothing is hidden. A section that shows more than
    these votes must ask itself whether the user may see it.
    """

    content: "Content"
    votes: "CampaignVotes"
    user: "User | None"


@dataclass(frozen=True)
class Provider:
    """A section at its place among the others; `make` returns None where there is nothing to say."""

    order: int
    make: "Callable[[Asked], Section | None]"


REPORT_SECTIONS: dict[str, Provider] = {}
