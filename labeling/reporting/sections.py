"""The report's sections, in their order: labeling's own and those of the registry."""

from collections.abc import Iterator

from labeling.models import Level
from labeling.reporting.blocks import Block, Section, Text
from labeling.reporting.content import Content
from labeling.reporting.figures import (
    agreement_drawing,
    classes_drawing,
    confusion_drawing,
    pairs_drawing,
    strata_drawings,
    trend_drawing,
    votes_drawing,
)
from labeling.reporting.methods import paragraphs_of, references_of
from labeling.reporting.registry import REPORT_SECTIONS, Asked, Provider
from labeling.reporting.tables import (
    LEVEL_NAMES,
    MOST_IN_MATRIX,
    agreement_table,
    classes_table,
    coefficients_table,
    comparison_table,
    confusion_table,
    kappa_table,
    people_table,
    repeats_table,
    rounds_table,
    strata_table,
)
from labeling.reporting.wording import counted, sentence

METHODS, REFERENCES = "methods", "references"
NO_VOTES = "No source has two votes yet, so there is no agreement to report."


def sections_of(asked: Asked) -> list[Section]:
    made = (
        each.make(asked) for each in sorted([*OWN_SECTIONS, *REPORT_SECTIONS.values()], key=lambda each: each.order)
    )
    return [section for section in made if section is not None]


def _section(key: str, title: str, *blocks: Block | None) -> Section | None:
    kept = [block for block in blocks if block is not None]
    return Section(key, title, kept) if kept else None


def _progress(asked: Asked) -> Section | None:
    content = asked.content
    if not content.rounds:
        return _section("progress", "Progress", Text("There is no round yet whose votes may be seen."))
    found = content.dashboard["progress"]
    text = (
        f"{counted(found['n_votes'], 'vote')} with a class on {found['n_voted']:,} of {counted(found['n_drawn'], 'drawn source')}; "
        f"{counted(found['n_compared'], 'source')} with at least two votes, {counted(found['ties']['label'], 'tie')} on all "
        f"classes and {found['ties']['group']:,} on the binary ones"
    )
    return _section("progress", "Progress", Text(sentence(text)), rounds_table(content), votes_drawing(content))


def _has_agreement(content: Content) -> bool:
    return content.dashboard["progress"]["n_compared"] > 0


def _agreement(asked: Asked) -> Section | None:
    content = asked.content
    if not _has_agreement(content):
        return _section("agreement", "How far people agree", Text(NO_VOTES))
    tables = agreement_table(content), coefficients_table(content)
    return _section("agreement", "How far people agree", agreement_drawing(content), *tables)


def _classes(asked: Asked) -> Section | None:
    content = asked.content
    if not content.dashboard["progress"]["n_voted"]:
        return None
    tables = [classes_table(content, level) for level in LEVEL_NAMES] if _has_agreement(content) else []
    return _section("classes", "Consensus and agreement by class", classes_drawing(content), *tables)


def _rounds(asked: Asked) -> Section | None:
    content = asked.content
    return _section("rounds", "Over rounds", trend_drawing(content), comparison_table(content))


def _strata(asked: Asked) -> Section | None:
    content = asked.content
    full = dict(enumerate(content.strata[Level.LABEL.value]))
    blocks: list[Block] = []
    for drawing in strata_drawings(content):
        stratum = full[int(drawing.key.rpartition("-")[2])]
        blocks += [drawing, strata_table(stratum, f"table-{drawing.key}")]
    return _section("strata", "On which sources people agree less", *blocks)


def _people(asked: Asked) -> Section | None:
    content = asked.content
    people = content.dashboard["people"]
    if not people:
        return None
    own = people_table(content), repeats_table(content)
    return _section("people", "The people", *own, *_differences(content, len(people)))


def _differences(content: Content, n_people: int) -> Iterator[Block | None]:
    if not _has_agreement(content):
        return
    yield confusion_drawing(content)
    yield confusion_table(content, Level.LABEL.value)
    yield pairs_drawing(content)
    yield kappa_table(content, Level.LABEL.value)
    if n_people > MOST_IN_MATRIX:
        yield Text(
            f"The table of each two of {n_people} people would not fit here; the dashboard’s CSV has every pair."
        )


def _methods(asked: Asked) -> Section | None:
    return _section(METHODS, "Draft of a methods paragraph", *map(Text, paragraphs_of(asked.content)))


def _references(asked: Asked) -> Section | None:
    return _section(REFERENCES, "References", *references_of(asked.content))


OWN_SECTIONS = (
    Provider(10, _progress),
    Provider(20, _agreement),
    Provider(30, _classes),
    Provider(40, _rounds),
    Provider(50, _strata),
    Provider(60, _people),
    Provider(90, _methods),
    Provider(95, _references),
)
