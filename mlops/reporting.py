"""What a campaign's report says of the whole catalogue: how many sources of each class, from labels and a model."""

from collections.abc import Iterable, Mapping
from typing import Any

from catalogs.models import Catalog
from galaxycat.errors import BadInput
from labeling.models import Round
from labeling.reporting.blocks import Block, Section, Table, Text
from labeling.reporting.registry import Asked
from labeling.reporting.wording import NONE, sentence
from mlops.access import why_predictions_are_hidden
from mlops.remembered import counts_of

TITLE = "How many clusters there are"
NOTES = (
    "The whole catalogue on the image, from the labelled part of it, each source weighted by the probability with which it was "
    "drawn, and a model’s word on all.",
    "Brackets: 95 % intervals of the draw; the people stay as they are. Classes are estimated one by one and need not add up.",
)


def counts_section(asked: Asked) -> Section | None:
    """The estimates by catalogue; where this person may not see them or there is no draw, the reason. None without a round."""
    if not asked.votes.rounds:
        return None
    if reason := why_counts_are_hidden(asked):
        return Section("counts", TITLE, [Text(reason)])
    by_catalog: dict[Catalog, list[Round]] = {}
    for round_ in asked.votes.rounds:
        by_catalog.setdefault(round_.catalog, []).append(round_)
    blocks = [block for catalog, rounds in by_catalog.items() for block in _counted(asked, catalog, rounds)]
    return Section("counts", TITLE, blocks)


def why_counts_are_hidden(asked: Asked) -> str | None:
    """The reason for whom a model's word is hidden from, as from everybody who may still vote blind; None for others.

    The rounds counted are those whose votes this person sees, so these tell nothing new.
    """
    if asked.user is None:
        return None
    return why_predictions_are_hidden(asked.votes.campaign.galaxy, asked.user)


def _counted(asked: Asked, catalog: Catalog, rounds: list[Round]) -> Iterable[Block]:
    try:
        found = counts_of(asked.votes.campaign, catalog, rounds)
    except BadInput as error:
        yield Text(f"{catalog.name}: there is no estimate. {sentence(str(error))}")
        return
    if all(each["estimate"] is None for each in found["groups"].values()):
        yield Text(f"{catalog.name}: there is no draw to estimate from. {' '.join(map(sentence, found['notes']))}")
        return
    yield _table(found, len(rounds) > 1)


def _warnings(found: Mapping[str, Any]) -> list[str]:
    """Which estimates should not be quoted, and why."""
    classes = [(name, each) for kind in ("groups", "classes") for name, each in found[kind].items()]
    return [sentence(f"{name}: {warning}") for name, each in classes for warning in each["warnings"]]


def _table(found: Mapping[str, Any], has_rounds: bool) -> Table:
    rows = [
        [
            name,
            f"{_whole(each['estimate'])} [{_whole(each['low'])}, {_whole(each['high'])}]",
            f"{each['n_labelled']:,}",
            f"{each['n_of_class']:,.4g}",
            NONE if each["called"] is None else f"{each['called']:,}",
            _wrong(each["contamination"]),
        ]
        for kind in ("groups", "classes")
        for name, each in found[kind].items()
    ]
    head = ["Class", "Sources", "Labelled", "Of the class", "The model calls", "Of these wrong (%)"]
    model = f"model {found['model']}" if found["model"] else "no model"
    caption = (
        f"Sources by class in “{found['catalog']}”: {found['n_labelled']:,} of {found['n_sources']:,} labelled, "
        f"round{'s' if has_rounds else ''} {', '.join(map(str, found['rounds']))}, {model}."
    )
    return Table(
        f"counts-{found['catalog']}",
        caption,
        head,
        rows,
        notes=[*NOTES, *map(sentence, found["notes"]), *_warnings(found)],
    )


def _whole(value: float | None) -> str:
    return NONE if value is None else f"{value:,.0f}"


def _wrong(share: Mapping[str, Any] | None) -> str:
    if share is None or share["estimate"] is None:
        return NONE
    return f"{100 * share['estimate']:.1f} [{100 * share['low']:.1f}, {100 * share['high']:.1f}]"
