"""The report of a campaign: its title, facts and sections, for one person or for an operator."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.text import slugify

from galaxycat.accounts.models import User, shown_name
from labeling.dashboard.page import require_round
from labeling.dashboard.votes import CampaignVotes, read_all_votes, read_votes_of
from labeling.models import Campaign
from labeling.reporting.blocks import Drawing, Section
from labeling.reporting.content import Content, content_of
from labeling.reporting.registry import Asked
from labeling.reporting.sections import sections_of
from labeling.reporting.wording import counted, minute, sentence


@dataclass(frozen=True)
class Report:
    """`notes` say what is left out, and what of it is simulated: they stand before everything else."""

    title: str
    file_stem: str
    as_of: datetime
    facts: list[tuple[str, str]]
    notes: list[str]
    sections: list[Section]

    @property
    def drawings(self) -> list[Drawing]:
        return [drawing for section in self.sections for drawing in section.drawings]

    def section(self, key: str) -> Section | None:
        return next((section for section in self.sections if section.key == key), None)


def report_of(campaign: Campaign, user: User, scope: int | None = None) -> Report:
    """The report of the rounds whose votes `user` may see; of one of them where `scope` is its number.

    Raises NotFound for a number that is no round of the campaign.
    """
    return _report(read_votes_of(campaign, user, scope), user, scope)


def report_for_operator(campaign: Campaign, scope: int | None = None) -> Report:
    """The same at the server's own terminal: nothing is hidden."""
    return _report(read_all_votes(campaign, scope), None, scope)


def _report(votes: CampaignVotes, user: User | None, scope: int | None) -> Report:
    require_round(votes, scope)
    content = content_of(votes, scope, timezone.now().replace(microsecond=0))
    campaign = votes.campaign
    stem = f"{campaign.galaxy.slug}_{slugify(campaign.name) or 'campaign'}{f'_round-{scope}' if scope else ''}_report"
    return Report(
        title=f"{campaign.galaxy.name}, {campaign.name}: campaign report",
        file_stem=stem,
        as_of=content.as_of,
        facts=_facts(content),
        notes=_notes(content, votes),
        sections=sections_of(Asked(content, votes, user)),
    )


def _facts(content: Content) -> list[tuple[str, str]]:
    galaxy = content.galaxy
    return [
        ("Galaxy", shown_name(galaxy["name"], galaxy["is_simulated"])),
        ("Campaign", content.campaign["name"]),
        ("Classes", content.scheme["name"]),
        ("Rounds", f"round {content.scope} only" if content.scope else "all rounds"),
        ("As of", minute(content.as_of)),
        ("Made by", f"GalaxyCat {content.version}"),
    ]


def _notes(content: Content, votes: CampaignVotes) -> list[str]:
    notes = []
    if content.galaxy["is_simulated"]:
        notes.append("The galaxy is simulated: nothing here was observed.")
    if content.n_programs:
        voters = counted(content.n_programs, "voter")
        notes.append(sentence(f"{voters} {'is' if content.n_programs == 1 else 'are'} simulated: programs, not people"))
    for round_, reason in votes.hidden:
        notes.append(f"Round {round_.number} is left out of everything here. {reason}")
    if n := votes.n_veiled:
        is_one = n == 1
        notes.append(
            f"{counted(n, 'source')} {'is' if is_one else 'are'} left out of everything here: you may still classify "
            f"{'it' if is_one else 'them'} in a round that is blind and open."
        )
    return notes
