"""How a round's sources are drawn. Layers above add their own entries to SAMPLERS in `AppConfig.ready()`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django import forms

from catalogs.models import Catalog, Galaxy
from galaxycat.errors import BadInput
from labeling.agreement.disagreement import disagreement
from labeling.models import Campaign, Consensus, Level, Round
from labeling.pps import FLOOR, pps_sample
from labeling.sampling import random_sample

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Draw:
    """Indices into the candidates in the order drawn, and each one's inclusion probability, both (n,)."""

    indices: np.ndarray
    probabilities: np.ndarray


# (catalog, primary keys of the candidates (n,), how many to draw, generator, parameters) -> Draw
Sampler = Callable[[Catalog, np.ndarray, int, np.random.Generator, Parameters], Draw]


def no_parameters(catalog: Catalog, campaign: Campaign, parameters: Parameters) -> dict[str, Any]:
    """The check of a sampler that takes none."""
    return known_parameters(parameters)


def always(galaxy: Galaxy) -> str | None:
    """The availability of a sampler that needs nothing."""
    return None


def no_fields(galaxy: Galaxy) -> dict[str, forms.Field]:
    return {}


@dataclass(frozen=True)
class SamplerEntry:
    """A way to draw, as people choose it.

    `clean` makes what is stored with the round of what was asked for, complete enough to draw the same again, and
    raises BadInput("<parameter>: why and the mend"). `why_not` says in a sentence why it cannot be chosen on a galaxy
    now, None where it can. `fields` are the parameters' form fields; a choice may belong to one campaign, by the
    attribute `campaigns` of its field: value -> campaign's name.
    """

    title: str
    description: str
    draw: Sampler
    clean: Callable[[Catalog, Campaign, Parameters], dict[str, Any]] = no_parameters
    why_not: Callable[[Galaxy], str | None] = always
    fields: Callable[[Galaxy], dict[str, forms.Field]] = no_fields


def known_parameters(parameters: Parameters, *names: str) -> dict[str, Any]:
    """The parameters that were given. Raises BadInput for one that the sampler does not take."""
    if strangers := [str(name) for name in parameters if name not in names]:
        takes = f"it takes {', '.join(names)}" if names else "it takes none"
        raise BadInput(f"{strangers[0]}: is no parameter of this sampler; {takes}")
    return {name: value for name, value in parameters.items() if value not in (None, "")}


def draw_at_random(
    catalog: Catalog, candidates: np.ndarray, n: int, rng: np.random.Generator, parameters: Parameters
) -> Draw:
    """Each candidate with the same probability, without replacement."""
    indices, probability = random_sample(len(candidates), n, rng)
    return Draw(indices, np.full(len(indices), probability))


def draw_by_disagreement(
    catalog: Catalog, candidates: np.ndarray, n: int, rng: np.random.Generator, parameters: Parameters
) -> Draw:
    """In proportion to the disagreement of an earlier round's votes, with a floor for those who have none."""
    round_ = Round.objects.select_related("campaign__scheme").get(uuid=parameters["round"])
    values = list(round_.campaign.scheme.labels.values_list("value", flat=True))
    rows = dict(Consensus.objects.of_round(round_, Level.LABEL).values_list("draw__source", "counts"))
    counts = [[rows.get(int(pk), {}).get(value, 0) for value in values] for pk in candidates]
    return Draw(*pps_sample(disagreement(np.array(counts, dtype=np.int64)), n, rng, parameters["floor"]))


def _clean_disagreement(catalog: Catalog, campaign: Campaign, parameters: Parameters) -> dict[str, Any]:
    given = known_parameters(parameters, "round")
    closed = campaign.rounds.exclude(closed_at=None)
    if "round" not in given:
        raise BadInput("round: choose the closed round whose disagreement decides")
    try:
        found = closed.filter(uuid=UUID(str(given["round"]))).first()
    except ValueError:
        found = None
    if found is None:
        raise BadInput(f"round: is no closed round of the campaign {campaign}; close it first, or choose another")
    return {"round": str(found.uuid), "round_number": found.number, "floor": FLOOR}


def _closed_rounds(galaxy: Galaxy) -> list[Round]:
    closed = Round.objects.filter(campaign__galaxy=galaxy).exclude(closed_at=None)
    return list(closed.select_related("campaign").order_by("campaign__name", "-number"))


def _why_no_disagreement(galaxy: Galaxy) -> str | None:
    return None if _closed_rounds(galaxy) else "No round of this galaxy is closed yet."


def _disagreement_fields(galaxy: Galaxy) -> dict[str, forms.Field]:
    rounds = _closed_rounds(galaxy)
    field = forms.ChoiceField(
        label="Disagreement of", choices=[(str(each.uuid), str(each)) for each in rounds], required=False
    )
    field.campaigns = {str(each.uuid): each.campaign.name for each in rounds}  # type: ignore[attr-defined]
    return {"round": field}


SAMPLERS: dict[str, SamplerEntry] = {
    "random": SamplerEntry(
        title="At random", description="Each source with the same probability.", draw=draw_at_random
    ),
    "disagreement": SamplerEntry(
        title="By disagreement",
        description="Sources on which an earlier round was divided come more often; a fifth of the draw falls evenly on all.",
        draw=draw_by_disagreement,
        clean=_clean_disagreement,
        why_not=_why_no_disagreement,
        fields=_disagreement_fields,
    ),
}
