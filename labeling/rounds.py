"""Opening and closing a round."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from catalogs.models import Catalog
from galaxycat.accounts.models import User
from galaxycat.errors import BadInput
from labeling.drawing import candidates_of, clean_sampler, draw_sources, store_draw
from labeling.models import Campaign, Round, SchemeVersion
from labeling.retirement import Agreeing, OneCoin, Rule, rule_of
from labeling.storable import require_storable

MAX_OVERLAP = 1000
MAX_BATCH = 1000
CONTROL_SHARE = 0.2
MAX_SEED = 2**53 - 1  # what JSON carries without loss


@transaction.atomic
def open_round(
    *,
    catalog: Catalog,
    scheme: SchemeVersion,
    campaign_name: str,
    n_sources: int,
    opened_by: User | None,
    regions: Mapping[str, Any] | None = None,
    overlap: int | None = None,
    retirement: str = "",
    control_share: float = CONTROL_SHARE,
    mode: str = Round.Mode.BLIND,
    among_previous: bool = False,
    sampler: str = "random",
    sampler_parameters: Mapping[str, Any] | None = None,
    n_anchors: int = 0,
    shows_predictions: bool = False,
    batch_size: int = 50,
    seed: int | None = None,
    is_simulated: bool = False,
) -> Round:
    """Draw `n_sources` of a catalogue inside the regions and open a round on them.

    `regions` is GeoJSON in pixels (whole image when None); `overlap` is how many people classify each source
    (everyone when None). An informed round shows the consensus of the campaign's round before it;
    `among_previous` draws from that round's sources only. `n_anchors` more sources are the campaign's anchors: drawn
    with its first round that asks for them, the same in every later one. Only an informed round `shows_predictions`.
    `retirement` is the version of a rule that retires sources early, whose most votes are the overlap; `control_share`
    of the draw, and the anchors, have the full overlap all the same.
    Raises BadInput("<argument>: why and the mend") where the draw cannot be made.
    """
    require_storable("regions", regions)
    require_storable("sampler_parameters", sampler_parameters)
    campaign = _campaign(catalog, scheme, campaign_name, opened_by)
    previous = campaign.rounds.order_by("-number").first()
    _require_previous(mode, among_previous, previous)
    rule = _rule(retirement, overlap, control_share, n_anchors, scheme)
    overlap = rule.most if rule else overlap
    _require_ranges(overlap, batch_size)
    if shows_predictions and mode != Round.Mode.INFORMED:
        raise BadInput("shows_predictions: a blind round shows none; open an informed round for them")
    parameters = clean_sampler(sampler, catalog, campaign, sampler_parameters)
    seed = secrets.randbelow(MAX_SEED) if seed is None else seed
    candidates = candidates_of(catalog, regions, previous if among_previous else None)
    drawn = draw_sources(
        campaign=campaign,
        catalog=catalog,
        candidates=candidates,
        n_sources=n_sources,
        n_anchors=n_anchors,
        sampler=sampler,
        parameters=parameters,
        seed=seed,
        control_share=control_share if rule else None,
    )
    round_ = Round.objects.create(
        campaign=campaign,
        number=(campaign.rounds.aggregate(last=Max("number"))["last"] or 0) + 1,
        catalog=catalog,
        mode=mode,
        previous=previous if mode == Round.Mode.INFORMED else None,
        shows_predictions=shows_predictions,
        overlap=overlap,
        retirement=rule.version if rule else "",
        batch_size=batch_size,
        sampler=sampler,
        seed=seed,
        parameters={
            "n_sources": n_sources,
            "n_anchors": n_anchors,
            "n_candidates": len(candidates),
            "among_previous": among_previous,
            "sampler": parameters,
        }
        | ({"control_share": control_share} if rule else {}),
        regions=regions,
        is_simulated=is_simulated,
        opened_by=opened_by,
    )
    store_draw(round_, drawn)
    return round_


def _require_previous(mode: str, among_previous: bool, previous: Round | None) -> None:
    if mode == Round.Mode.INFORMED and previous is None:
        raise BadInput(
            "mode: an informed round shows the previous round's consensus, and there is none yet; open a blind round first"
        )
    if mode == Round.Mode.INFORMED and previous is not None and previous.is_open:
        raise BadInput(f"mode: {previous} is still open, and its votes would show in an informed round; close it first")
    if among_previous and previous is None:
        raise BadInput("among_previous: this campaign has no round yet whose sources could be drawn again")


def _rule(
    version: str, overlap: int | None, control_share: float, n_anchors: int, scheme: SchemeVersion
) -> Agreeing | OneCoin | None:
    """The rule of this version; None where there is none. Raises BadInput for one that a round cannot have."""
    if not version:
        return None
    try:
        rule = rule_of(version)
    except ValueError as error:
        raise BadInput(f"retirement: {error}") from error
    if not isinstance(rule, Agreeing | OneCoin):
        raise BadInput("retirement: a fixed overlap is no rule; leave it empty and give the overlap")
    if overlap not in (None, rule.most):
        raise BadInput(
            f"overlap: {overlap} is not {rule.most}, the most votes of the rule; leave it out, or make them the same"
        )
    require_telling(rule, scheme.labels.count())
    if not 0 <= control_share < 1:
        raise BadInput("control_share: choose 0 to below 1, the share of the draw that is never retired early")
    if not control_share and not n_anchors:
        raise BadInput(
            "control_share: without anchors it must be above 0, or no source is left to report agreement from"
        )
    return rule


def require_telling(rule: Rule, n_labels: int) -> None:
    """Raises BadInput for an accuracy with which a vote speaks for any other label than the one it names."""
    if isinstance(rule, OneCoin) and rule.accuracy * n_labels <= 1:
        raise BadInput(f"accuracy: {rule.accuracy} is no better than chance on {n_labels} labels; give more")


def _require_ranges(overlap: int | None, batch_size: int) -> None:
    if overlap is not None and not 1 <= overlap <= MAX_OVERLAP:
        raise BadInput(f"overlap: 1 to {MAX_OVERLAP} people classify each source; leave it empty for everyone")
    if not 1 <= batch_size <= MAX_BATCH:
        raise BadInput(f"batch_size: a break comes after 1 to {MAX_BATCH} sources")


def lock_round(round_: Round) -> Round:
    """The round as it is now, held until the transaction ends.

    Claims, votes and closing take turns on this one lock, so slots, consensus and closing never race and no two
    transactions wait for each other. It admits rows that refer to the round meanwhile.
    """
    return Round.objects.select_for_update(no_key=True).get(pk=round_.pk)


def lock_campaign(campaign: Campaign) -> Campaign:
    """The campaign as it is now, held until the transaction ends: openings and decisions take turns on it."""
    return Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)


@transaction.atomic
def close_round(*, round_: Round) -> Round:
    """Take no more votes. Closing a closed round changes nothing."""
    round_ = lock_round(round_)
    if round_.is_open:
        round_.closed_at = timezone.now()
        round_.save(update_fields=["closed_at"])
    return round_


def _campaign(catalog: Catalog, scheme: SchemeVersion, name: str, opened_by: User | None) -> Campaign:
    name = name.strip()
    if not name:
        raise BadInput("campaign_name: give the campaign a name")
    campaign, _ = Campaign.objects.get_or_create(
        galaxy=catalog.galaxy, name=name, defaults={"scheme": scheme, "created_by": opened_by}
    )
    if campaign.scheme_id != scheme.pk:
        raise BadInput(
            f"campaign_name: {name!r} uses the scheme {campaign.scheme}; start a new campaign for another scheme"
        )
    # Two rounds opened at once get two numbers.
    return lock_campaign(campaign)


def open_round_on(catalog: Catalog) -> str | None:
    """Why the catalogue cannot be withdrawn, where a round on it is open."""
    round_ = Round.objects.open().filter(catalog=catalog).select_related("campaign").first()
    return f"{round_} is open on it; close that first" if round_ else None
