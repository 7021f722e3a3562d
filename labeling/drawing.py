"""The draw of a round: which sources may be drawn, the campaign's anchors, the sampler, the shuffled order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from catalogs.models import Catalog
from catalogs.regions.inside import points_in_regions
from catalogs.selecting import within_box
from galaxycat.errors import BadInput
from labeling.models import Anchor, Campaign, Consensus, Level, Round, RoundSource
from labeling.samplers import SAMPLERS
from labeling.sampling import random_sample, regions_from_geojson

# Anchors have a stream of chance of their own: asking for them changes nothing else that the seed decides.
ANCHOR_STREAM = 1
# As have the sources that no rule retires early.
CONTROL_STREAM = 2


@dataclass(frozen=True)
class Drawn:
    """Primary keys of sources in the order they are shown, each one's inclusion probability and whether it anchors.

    `has_full_overlap` are those that no rule retires early: all of them in a round without one.
    """

    sources: np.ndarray
    probabilities: np.ndarray
    is_anchor: np.ndarray
    has_full_overlap: np.ndarray


def candidates_of(catalog: Catalog, regions: Mapping[str, Any] | None, among: Round | None) -> np.ndarray:
    """Primary keys of the catalogue's sources on the image and inside the regions, in order of their number."""
    sources = catalog.sources.on_image()
    if among is not None:
        sources = sources.filter(draws__round=among)
    polygons = None if regions is None else regions_from_geojson(regions)
    if polygons is not None:
        sources = within_box(sources, np.concatenate(polygons))
    rows = np.array(list(sources.order_by("number").values_list("pk", "x_px", "y_px")), dtype=float).reshape(-1, 3)
    if polygons is not None:
        rows = rows[points_in_regions(rows[:, 1], rows[:, 2], polygons)]
    return rows[:, 0].astype(np.int64)


def clean_sampler(
    sampler: str, catalog: Catalog, campaign: Campaign, parameters: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The sampler's parameters as the round keeps them. Raises BadInput."""
    if sampler not in SAMPLERS:
        raise BadInput(f"sampler: {sampler!r} is not known; choose one of {', '.join(SAMPLERS)}")
    entry = SAMPLERS[sampler]
    if reason := entry.why_not(catalog.galaxy):
        raise BadInput(f"sampler: {entry.title} cannot be chosen now: {reason}")
    try:
        return entry.clean(catalog, campaign, parameters or {})
    except BadInput as error:
        raise BadInput(f"sampler_parameters.{error}") from error


def draw_sources(
    *,
    campaign: Campaign,
    catalog: Catalog,
    candidates: np.ndarray,
    n_sources: int,
    n_anchors: int,
    sampler: str,
    parameters: Mapping[str, Any],
    seed: int,
    control_share: float | None = None,
) -> Drawn:
    """The campaign's anchors, if any are asked for, and `n_sources` others by the sampler, shuffled together.

    An anchor's probability is that of its own draw; the others' that of theirs among the candidates that are no
    anchors. With a `control_share` that share of the others, chosen at random, and the anchors have the full overlap;
    without one all have it. The caller holds the campaign's lock. Raises BadInput where the draw cannot be made.
    """
    anchors = _anchors(campaign, catalog, candidates, n_anchors, seed) if n_anchors else {}
    others = candidates[~np.isin(candidates, np.array(list(anchors), dtype=np.int64))]
    if not 0 < n_sources <= len(others):
        beside = " beside the anchors" if anchors else ""
        raise BadInput(
            f"n_sources: choose 1 to {len(others)}, the sources of {catalog.name} that the draw may take{beside}"
        )
    rng = np.random.default_rng(seed)
    draw = SAMPLERS[sampler].draw(catalog, others, n_sources, rng, parameters)
    # The order says nothing: not who anchors, nor what a sampler weighs.
    order = rng.permutation(len(anchors) + len(draw.indices))
    is_control = _controls(len(draw.indices), control_share, seed)
    return Drawn(
        sources=np.concatenate([np.array(list(anchors), dtype=np.int64), others[draw.indices]])[order],
        probabilities=np.concatenate([list(anchors.values()), draw.probabilities])[order],
        is_anchor=np.repeat([True, False], [len(anchors), len(draw.indices)])[order],
        has_full_overlap=np.concatenate([np.ones(len(anchors), dtype=bool), is_control])[order],
    )


def _controls(n_sources: int, share: float | None, seed: int) -> np.ndarray:
    """(n_sources,) Which sources have the full overlap: all without a `share`, at least one where it is above 0."""
    if share is None:
        return np.ones(n_sources, dtype=bool)
    n_controls = max(1, round(share * n_sources)) if share > 0 else 0
    chosen = np.random.default_rng([seed, CONTROL_STREAM]).permutation(n_sources)[:n_controls]
    return np.isin(np.arange(n_sources), chosen)


def store_draw(round_: Round, drawn: Drawn) -> None:
    """The draw's rows, and the empty consensus rows that votes will move."""
    columns = zip(drawn.sources, drawn.probabilities, drawn.is_anchor, drawn.has_full_overlap, strict=True)
    draws = RoundSource.objects.bulk_create(
        RoundSource(
            round=round_,
            source_id=int(pk),
            position=position,
            probability=float(probability),
            is_anchor=bool(anchors),
            has_full_overlap=bool(is_full),
        )
        for position, (pk, probability, anchors, is_full) in enumerate(columns)
    )
    Consensus.objects.bulk_create(Consensus(draw=draw, level=level) for draw in draws for level in Level)


def _anchors(
    campaign: Campaign, catalog: Catalog, candidates: np.ndarray, n_anchors: int, seed: int
) -> dict[int, float]:
    """Source key -> inclusion probability of the campaign's anchors: drawn now when it has none, else those it has."""
    known = list(campaign.anchors.values_list("source", "source__catalog", "probability"))
    if not known:
        return _new_anchors(campaign, candidates, n_anchors, seed)
    if len(known) != n_anchors:
        raise BadInput(
            f"n_anchors: the campaign's anchors are {len(known)} sources; choose {len(known)}, or 0 for none"
        )
    if any(owner != catalog.pk for _, owner, _ in known):
        raise BadInput(
            "n_anchors: the campaign's anchors are sources of another catalogue; choose that one, or 0 anchors"
        )
    return {source: probability for source, _, probability in known}


def _new_anchors(campaign: Campaign, candidates: np.ndarray, n_anchors: int, seed: int) -> dict[int, float]:
    if not 0 < n_anchors < len(candidates):
        raise BadInput(f"n_anchors: choose 0 to {max(len(candidates) - 1, 0)}, so that a source is left for the draw")
    rng = np.random.default_rng([seed, ANCHOR_STREAM])
    indices, probability = random_sample(len(candidates), n_anchors, rng)
    sources = [int(pk) for pk in candidates[indices]]
    Anchor.objects.bulk_create(
        Anchor(campaign=campaign, source_id=source, probability=probability) for source in sources
    )
    return dict.fromkeys(sources, probability)
