"""Opening and closing a round."""

import secrets
from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from catalogs.models import Catalog
from galaxycat.accounts.models import User
from galaxycat.errors import BadInput
from labeling.models import Campaign, Consensus, Level, Round, RoundSource, SchemeVersion
from labeling.samplers import SAMPLERS
from labeling.sampling import points_in_regions, regions_from_geojson
from labeling.storable import require_storable

MAX_OVERLAP = 1000
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
    mode: str = Round.Mode.BLIND,
    among_previous: bool = False,
    sampler: str = "random",
    seed: int | None = None,
    is_simulated: bool = False,
) -> Round:
    """Draw `n_sources` of a catalogue inside the regions and open a round on them.

    `regions` is GeoJSON in pixels (whole image when None); `overlap` is how many people classify each source
    (everyone when None). An informed round shows the consensus of the campaign's round before it;
    `among_previous` draws from that round's sources only. Raises BadInput where the draw cannot be made.
    """
    require_storable("regions", regions)
    campaign = _campaign(catalog, scheme, campaign_name, opened_by)
    previous = campaign.rounds.order_by("-number").first()
    if mode == Round.Mode.INFORMED and previous is None:
        raise BadInput(
            "mode: an informed round shows the previous round's consensus, and there is none yet; open a blind round first"
        )
    if mode == Round.Mode.INFORMED and previous is not None and previous.is_open:
        raise BadInput(f"mode: {previous} is still open, and its votes would show in an informed round; close it first")
    if among_previous and previous is None:
        raise BadInput("among_previous: this campaign has no round yet whose sources could be drawn again")
    if overlap is not None and overlap < 1:
        raise BadInput("overlap: at least one person must classify each source; leave it empty for everyone")
    if sampler not in SAMPLERS:
        raise BadInput(f"sampler: {sampler!r} is not known; choose one of {', '.join(SAMPLERS)}")
    seed = secrets.randbelow(MAX_SEED) if seed is None else seed
    candidates = _candidates(catalog, regions, previous if among_previous else None)
    if not 0 < n_sources <= len(candidates):
        raise BadInput(
            f"n_sources: choose 1 to {len(candidates)}, the sources of {catalog.name} that the draw may take"
        )
    rng = np.random.default_rng(seed)
    draw = SAMPLERS[sampler](catalog, candidates, n_sources, rng, {})
    round_ = Round.objects.create(
        campaign=campaign,
        number=(campaign.rounds.aggregate(last=Max("number"))["last"] or 0) + 1,
        catalog=catalog,
        mode=mode,
        previous=previous if mode == Round.Mode.INFORMED else None,
        overlap=overlap,
        sampler=sampler,
        seed=seed,
        parameters={"n_sources": n_sources, "n_candidates": len(candidates), "among_previous": among_previous},
        regions=regions,
        is_simulated=is_simulated,
        opened_by=opened_by,
    )
    _store_draw(round_, candidates[draw.indices], draw.probabilities)
    return round_


def lock_round(round_: Round) -> Round:
    """The round as it is now, held until the transaction ends.

    Claims, votes and closing take turns on this one lock, so slots, consensus and closing never race and no two
    transactions wait for each other. It admits rows that refer to the round meanwhile.
    """
    return Round.objects.select_for_update(no_key=True).get(pk=round_.pk)


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
        raise BadInput("campaign: give the campaign a name")
    campaign, _ = Campaign.objects.get_or_create(
        galaxy=catalog.galaxy, name=name, defaults={"scheme": scheme, "created_by": opened_by}
    )
    if campaign.scheme_id != scheme.pk:
        raise BadInput(f"campaign: {name!r} uses the scheme {campaign.scheme}; start a new campaign for another scheme")
    # Locked, so that two rounds opened at once get two numbers.
    return Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)


def _candidates(catalog: Catalog, regions: Mapping[str, Any] | None, among: Round | None) -> np.ndarray:
    """Primary keys of the catalogue's sources on the image and inside the regions, in order of their number."""
    sources = catalog.sources.on_image()
    if among is not None:
        sources = sources.filter(draws__round=among)
    rows = np.array(list(sources.order_by("number").values_list("pk", "x_px", "y_px")), dtype=float).reshape(-1, 3)
    if regions is not None:
        rows = rows[points_in_regions(rows[:, 1], rows[:, 2], regions_from_geojson(regions))]
    return rows[:, 0].astype(np.int64)


def _store_draw(round_: Round, source_pks: np.ndarray, probabilities: np.ndarray) -> None:
    draws = RoundSource.objects.bulk_create(
        RoundSource(round=round_, source_id=int(pk), position=position, probability=float(probability))
        for position, (pk, probability) in enumerate(zip(source_pks, probabilities, strict=True))
    )
    Consensus.objects.bulk_create(Consensus(draw=draw, level=level) for draw in draws for level in Level)


def open_round_on(catalog: Catalog) -> str | None:
    """Why the catalogue cannot be withdrawn, where a round on it is open."""
    round_ = Round.objects.open().filter(catalog=catalog).select_related("campaign").first()
    return f"{round_} is open on it; close that first" if round_ else None
