"""All that a campaign's report says, gathered once as plain data, in a number of queries that no row adds to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from catalogs.models import Catalog
from galaxycat.templatetags.about import version
from labeling.agreement.classes import class_agreement
from labeling.dashboard.comparison import comparison_of_votes
from labeling.dashboard.constancy import repeats_json
from labeling.dashboard.figures import LEVELS, Json, Mask
from labeling.dashboard.page import dashboard_of_votes
from labeling.dashboard.strata import CLASS, measured_units, strata_of_votes
from labeling.dashboard.votes import CampaignVotes
from labeling.models import Level, Round
from labeling.samplers import SAMPLERS
from labeling.sampling import regions_from_geojson

N_MEASUREMENTS = 3
FIRST = ("mag", "concentration", "ci", "fwhm", "flux")


@dataclass(frozen=True)
class Content:
    """What the report says. `dashboard` is what the campaign's page draws, of the same votes and the same moment."""

    as_of: datetime
    version: str
    scope: int | None
    campaign: Json
    galaxy: Json
    scheme: Json
    catalogs: Sequence[Json]
    rounds: Sequence[Json]
    dashboard: Json
    strata: Mapping[str, Sequence[Json]]
    classes: Mapping[str, Sequence[Json]]
    comparison: Json | None
    repeats: Mapping[str, Json]
    n_voted_sources: int

    @property
    def n_people(self) -> int:
        return sum(not each["is_simulated"] for each in self.dashboard["people"])

    @property
    def n_programs(self) -> int:
        return len(self.dashboard["people"]) - self.n_people

    @property
    def is_simulated(self) -> bool:
        """Whether anything of it was not observed, or not voted by people."""
        rounds = any(each["is_simulated"] for each in self.rounds)
        return rounds or self.n_programs > 0 or bool(self.galaxy["is_simulated"])


def content_of(votes: CampaignVotes, scope: int | None, as_of: datetime) -> Content:
    """The content of votes that are read already. Raises NotFound for a scope that is no round of the campaign."""
    campaign = votes.campaign
    return Content(
        as_of=as_of,
        version=version(),
        scope=scope,
        campaign={"uuid": str(campaign.uuid), "name": campaign.name},
        dashboard=dashboard_of_votes(votes, scope, as_of),
        galaxy=_galaxy(votes),
        scheme=_scheme(votes),
        catalogs=_catalogs(votes),
        rounds=[_round(votes, code) for code in range(len(votes.rounds))],
        strata=_strata(votes),
        classes={level.value: _classes(votes, level) for level in LEVELS},
        comparison=_comparison(votes),
        repeats={level.value: repeats_json(votes, level) for level in LEVELS},
        n_voted_sources=len(np.unique(votes.draw_source[votes.draw[votes.counted]])),
    )


def _galaxy(votes: CampaignVotes) -> Json:
    galaxy = votes.campaign.galaxy
    mosaic = galaxy.latest_mosaic
    return {
        "slug": galaxy.slug,
        "name": galaxy.name,
        "is_simulated": galaxy.is_simulated,
        "distance_mpc": galaxy.distance_mpc,
        "pixel_scale_arcsec": galaxy.pixel_scale_arcsec,
        "size_px": [galaxy.width_px, galaxy.height_px],
        "bands": [band.name for band in mosaic.bands.all()],
        "reference_band": mosaic.reference_band,
    }


def _scheme(votes: CampaignVotes) -> Json:
    scheme = votes.campaign.scheme
    labels = [
        {"value": each.value, "name": each.name, "group": each.group, "colour": each.colour} for each in votes.labels
    ]
    return {"name": str(scheme), "reference": scheme.reference, "labels": labels}


def _catalogs(votes: CampaignVotes) -> list[Json]:
    """Those the rounds were drawn from, with how many sources they have on the image."""
    wanted = Catalog.objects.filter(pk__in={round_.catalog_id for round_ in votes.rounds}).order_by("pk")
    return [
        {
            "name": catalog.name,
            "kind": catalog.kind,
            "method": catalog.method,
            "n_sources": catalog.sources.on_image().count(),
        }
        for catalog in wanted
    ]


def _round(votes: CampaignVotes, code: int) -> Json:
    """A round, how it was drawn, and what has come of it."""
    round_ = votes.rounds[code]
    drawn = votes.draw_round == code
    own = drawn[votes.draw]
    counted = own & (votes.label >= 0)
    return {
        "number": round_.number,
        "mode": round_.mode,
        "shows_predictions": round_.shows_predictions,
        "is_simulated": round_.is_simulated,
        "catalog": round_.catalog.name,
        "overlap": round_.overlap,
        "opened_at": round_.opened_at,
        "closed_at": round_.closed_at,
        "n_drawn": int(drawn.sum()),
        "n_anchors": int((drawn & votes.draw_is_anchor).sum()),
        "n_votes": int(counted.sum()),
        "n_voters": len(np.unique(votes.person[counted])),
        **_draw(round_),
    }


def _draw(round_: Round) -> Json:
    """How the sources were chosen; None for what the round does not say."""
    sampler, parameters = SAMPLERS.get(round_.sampler), round_.parameters
    return {
        "sampler": sampler.title if sampler else round_.sampler,
        "sampler_says": sampler.description if sampler else None,
        "seed": round_.seed,
        "n_candidates": parameters.get("n_candidates"),
        "among_previous": bool(parameters.get("among_previous")),
        "n_regions": len(regions_from_geojson(round_.regions)) if round_.regions else 0,
    }


def _strata(votes: CampaignVotes) -> dict[str, list[Json]]:
    """By class and by some measurements, on each level."""
    units = measured_units(votes)
    columns = [CLASS, *chosen_measurements(units, votes.campaign.galaxy.latest_mosaic.reference_band)]
    return {level.value: [strata_of_votes(votes, column, units, level=level) for column in columns] for level in LEVELS}


def chosen_measurements(names: Iterable[str], reference_band: str) -> list[str]:
    """Some of the measurements: brightness in the reference band, concentration, width; others where these are missing."""
    plain = [name for name in sorted(names) if "err" not in name.lower()]

    def rank(name: str) -> tuple[int, bool, str]:
        kind = next((place for place, start in enumerate(FIRST) if name.lower().startswith(start)), len(FIRST))
        return kind, reference_band.lower() not in name.lower(), name

    ranked = sorted(plain, key=rank)
    kinds = dict.fromkeys(rank(name)[0] for name in ranked)
    # The first of each kind, then the rest: not three magnitudes while there is a width.
    leaders = [next(name for name in ranked if rank(name)[0] == kind) for kind in kinds]
    return list(dict.fromkeys([*leaders, *ranked]))[:N_MEASUREMENTS]


def _masks(votes: CampaignVotes) -> list[tuple[str, Mask]]:
    modes = dict.fromkeys(round_.mode for round_ in votes.rounds)
    of_round = np.array([round_.mode for round_ in votes.rounds], dtype=object)
    return [(mode, of_round[votes.draw_round] == mode) for mode in Round.Mode.values if mode in modes]


def _classes(votes: CampaignVotes, level: Level) -> list[Json]:
    """Agreement class by class, blind and informed rounds apart."""
    counts, names = votes.counts(level), votes.names(level)
    rows = []
    for mode, chosen in _masks(votes):
        found = class_agreement(counts[chosen & votes.draw_is_full])
        rows += [
            {
                "mode": mode,
                "name": name,
                "n_votes": int(found.n_votes[code]),
                "n_sources": int(found.n_sources[code]),
                "specific_agreement": _number(found.specific_agreement[code]),
                "human_to_mode": _number(found.human_to_mode[code]),
            }
            for code, name in enumerate(names)
        ]
    return rows


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _comparison(votes: CampaignVotes) -> Json | None:
    """The two rounds that share most sources; None where none has two votes on a source in both."""
    levels = {level.value: comparison_of_votes(votes, level=level) for level in LEVELS}
    found = levels[Level.LABEL.value]
    if found["comparison"] is None or not found["comparison"]["n_sources"]:
        return None
    numbers = {"before": found["before"]["round"], "after": found["after"]["round"]}
    return numbers | {"levels": {level: each["comparison"] for level, each in levels.items()}}
