"""A campaign's agreement by what is known of its sources: a measurement, their class, their field, the round's mode."""

from collections.abc import Mapping
from typing import TypeGuard

import numpy as np
from django.db.models import F
from django.db.models.fields.json import KeyTransform

from catalogs.models import Source
from galaxycat.accounts.models import User
from galaxycat.errors import BadInput
from labeling.agreement.counts import FloatArray, IntArray
from labeling.agreement.strata import agreement_by, by_field, by_quantiles, stratum_json
from labeling.dashboard.figures import SEED, TIE, Json
from labeling.dashboard.page import require_round
from labeling.dashboard.votes import CampaignVotes, read_votes_of
from labeling.models import Campaign, Level, RoundSource

CLASS, FIELD, MODE, ROUND, NEIGHBOUR = "class", "field", "mode", "round", "neighbour"
OWN_COLUMNS = (CLASS, FIELD, MODE, ROUND, NEIGHBOUR)
FIELDS_ACROSS = 4
MOST_RANGES = 20
LOOKED_AT = 100


def strata_of(
    campaign: Campaign,
    user: User,
    column: str,
    *,
    n_ranges: int = 4,
    level: Level = Level.LABEL,
    round_number: int | None = None,
) -> Json:
    """Agreement by `column`, of the rounds `user` sees, with N and intervals; the number of queries is fixed.

    Of the draws with the full overlap; their strata are those of all.

    A column is CLASS (of the majority), FIELD (of the image), MODE or ROUND; or NEIGHBOUR (the distance to the nearest source
    of the catalogue, in pixels: crowding) or a measurement of the catalogue, in `n_ranges` as equally filled as ties allow. Raises BadInput for another one, NotFound for a number that is no round.
    """
    votes = read_votes_of(campaign, user, round_number)
    require_round(votes, round_number)
    return strata_of_votes(votes, column, measured_units(votes), n_ranges=n_ranges, level=level)


def strata_of_votes(
    votes: CampaignVotes, column: str, units: Mapping[str, str], *, n_ranges: int = 4, level: Level = Level.LABEL
) -> Json:
    """The same of votes that are read already; `units` are those of `measured_units`."""
    if not 1 <= n_ranges <= MOST_RANGES:
        raise BadInput(f"ranges: {n_ranges} is not a number from 1 to {MOST_RANGES}")
    if column not in (*OWN_COLUMNS, *units):
        raise BadInput(f"column: {column[:40]!r} is not one of {', '.join([*OWN_COLUMNS, *units])}")
    counts, full = votes.counts(level), votes.draw_is_full
    codes, names = _strata(votes, column, counts, level, n_ranges)
    rows = agreement_by(counts[full], codes[full], names, np.random.default_rng(SEED), votes.draw_source[full])
    return {
        "column": column,
        "unit": "pix" if column == NEIGHBOUR else units.get(column, ""),
        "level": level.value,
        "columns": [*OWN_COLUMNS, *units],
        "n_unknown": int((codes[full] < 0).sum()),
        "strata": [stratum_json(row) for row in rows],
    }


def measured_units(votes: CampaignVotes) -> dict[str, str]:
    """What was measured of the drawn sources, as a look at some of them shows, by name with its unit, empty for none."""
    looked_at = Source.objects.filter(pk__in=votes.draw_source[:: max(1, len(votes.draw_source) // LOOKED_AT)].tolist())
    units: dict[str, str] = {}
    for measurements, of_catalog in looked_at.order_by("pk").values_list("measurements", "catalog__units"):
        units |= {name: of_catalog.get(name) or "" for name, value in measurements.items() if _is_number(value)}
    return dict(sorted(units.items()))  # the databases keep keys in orders of their own


def _strata(
    votes: CampaignVotes, column: str, counts: IntArray, level: Level, n_ranges: int
) -> tuple[IntArray, list[str]]:
    """Code of each draw, -1 for none, and the strata's names."""
    if column == CLASS:
        top = counts.max(axis=1, keepdims=True, initial=0)
        leaders = (counts == top).sum(axis=1)
        codes = np.where(leaders == 1, counts.argmax(axis=1), counts.shape[1])
        return np.where(counts.sum(axis=1) > 0, codes, -1), [*votes.names(level), TIE]
    if column == ROUND:
        return votes.draw_round, [f"round {round_.number}" for round_ in votes.rounds]
    if column == MODE:
        modes = sorted({round_.mode for round_ in votes.rounds})
        of_round = np.array([modes.index(round_.mode) for round_ in votes.rounds], dtype=np.int64)
        return of_round[votes.draw_round], modes
    if column == FIELD:
        galaxy = votes.campaign.galaxy
        x_px, y_px = (_of_draws(votes, F(f"source__{name}")) for name in ("x_px", "y_px"))
        return by_field(x_px, y_px, (galaxy.width_px, galaxy.height_px), FIELDS_ACROSS)
    values = (
        _neighbours(votes) if column == NEIGHBOUR else _of_draws(votes, KeyTransform(column, "source__measurements"))
    )
    codes, ranges = by_quantiles(values, n_ranges)
    return codes, [f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}" for low, high in ranges]


def _of_draws(votes: CampaignVotes, value: F | KeyTransform) -> FloatArray:
    """A number of each draw's source, (n_draws,); nan where it has none."""
    draws = RoundSource.objects.filter(round__in=votes.rounds).order_by().annotate(wanted=value)
    found = dict(draws.values_list("pk", "wanted"))
    numbers = [found.get(pk) for pk in votes.draw_pk.tolist()]
    return np.array([float(each) if _is_number(each) else np.nan for each in numbers])


def _neighbours(votes: CampaignVotes) -> FloatArray:
    """The distance of each draw's source to the nearest of its catalogue, in pixels; infinite where it is alone."""
    from scipy.spatial import cKDTree

    catalogs = {round_.catalog_id for round_ in votes.rounds}
    found = Source.objects.filter(catalog__in=catalogs).order_by("pk").values_list("pk", "catalog", "x_px", "y_px")
    table = np.array(list(found), dtype=np.float64).reshape(-1, 4)
    distance = np.full(len(table), np.inf)
    for catalog in catalogs:
        own = table[:, 1] == catalog
        # The nearest is the source itself.
        distance[own] = cKDTree(table[own, 2:]).query(table[own, 2:], k=2)[0][:, 1]
    return np.asarray(distance[np.searchsorted(table[:, 0], votes.draw_source)])


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
