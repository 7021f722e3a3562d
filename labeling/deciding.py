"""A curator's decision on a source, and taking it back: links of one chain, under the campaign's lock."""

from uuid import UUID

from django.db import transaction

from catalogs.models import Source
from galaxycat.accounts.models import Role, User
from galaxycat.errors import BadInput, Forbidden
from labeling.access import rounds_with_results, waiting_blind
from labeling.errors import DecidedMeanwhile, UnknownLabel
from labeling.models import Campaign, Decision, RoundSource
from labeling.rounds import lock_campaign
from labeling.storable import require_storable

MAX_REASON = 2000


@transaction.atomic
def decide(
    *, campaign: Campaign, source: Source, label: str, reason: str, decided_by: User, supersedes: UUID | None = None
) -> Decision:
    """Say what a source of the campaign is, with a reason; it overrides the votes until it is taken back.

    `supersedes` is the last link of the source's chain that was looked at, None where there was none. Raises
    DecidedMeanwhile when another has come since, Forbidden for whom the source's votes are hidden from,
    UnknownLabel and BadInput.
    """
    reason = _reason(reason)
    campaign = lock_campaign(campaign)
    _require_sight(campaign, source, decided_by)
    found = campaign.scheme.labels.filter(value=label).first()
    if found is None:
        known = ", ".join(campaign.scheme.labels.values_list("value", flat=True))
        raise UnknownLabel(f"label: {label!r} is not in the scheme {campaign.scheme}; choose one of {known}")
    last = _last_link(campaign, source)
    if (last and last.uuid) != supersedes:
        raise DecidedMeanwhile(_meanwhile(last))
    return Decision.objects.create(
        campaign=campaign, source=source, label=found, reason=reason, supersedes=last, decided_by=decided_by
    )


@transaction.atomic
def withdraw_decision(*, decision: Decision, reason: str, withdrawn_by: User) -> Decision:
    """Take a standing decision back, with a reason: the votes count again. Returns the withdrawal.

    Raises DecidedMeanwhile where it stands no more, Forbidden for whom the source's votes are hidden from, and BadInput.
    """
    reason = _reason(reason)
    campaign = lock_campaign(decision.campaign)
    _require_sight(campaign, decision.source, withdrawn_by)
    last = _last_link(campaign, decision.source)
    if last is None or last.pk != decision.pk or last.is_withdrawal:
        raise DecidedMeanwhile(_meanwhile(last))
    return Decision.objects.create(
        campaign=campaign,
        source=decision.source,
        reason=reason,
        is_withdrawal=True,
        supersedes=last,
        decided_by=withdrawn_by,
    )


def _last_link(campaign: Campaign, source: Source) -> Decision | None:
    chain = campaign.decisions.filter(source=source, superseded_by=None)
    return chain.select_related("label", "decided_by", "source").first()


def _require_sight(campaign: Campaign, source: Source, user: User) -> None:
    if not campaign.galaxy.team.has_role(user, Role.CURATOR):
        raise Forbidden(f"Only curators and PIs of {campaign.galaxy.team} decide")
    # First, so that the answer tells nothing of a source that waits.
    if waiting_blind(user).filter(source=source).exists():
        raise Forbidden(
            f"Source {source.number} waits for you in a round that is blind and open: classify it first, or watch that round"
        )
    if not RoundSource.objects.filter(source=source, round__in=rounds_with_results(campaign, user)).exists():
        raise BadInput(f"source: {source.number} is in no round of {campaign} whose votes you may see")


def _reason(reason: str) -> str:
    reason = reason.strip()
    require_storable("reason", reason)
    if not 0 < len(reason) <= MAX_REASON:
        raise BadInput(f"reason: write why, in 1 to {MAX_REASON} characters; it is kept with the decision")
    return reason


def _meanwhile(last: Decision | None) -> str:
    if last is None:
        return "Nothing is decided on this source; look at it again"
    what = "took the decision back" if last.is_withdrawal else f"decided class {last.label and last.label.value}"
    return f"{last.decided_by.label} {what} on source {last.source.number} meanwhile ({last.reason}); look at it again"
