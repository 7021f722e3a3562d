"""The draft of a methods paragraph: sentences with the numbers filled in. A number that is not known drops its sentence."""

from collections.abc import Iterator, Mapping
from typing import Any

from labeling.models import Level
from labeling.reporting.blocks import Reference
from labeling.reporting.content import Content
from labeling.reporting.tables import LEVEL_NAMES
from labeling.reporting.wording import counted, decimal, joined, percent, sentence, span
from labeling.templatetags.agreement import one_decimal

KRIPPENDORFF = Reference(
    "Hayes & Krippendorff 2007",
    "Hayes, A. F., & Krippendorff, K. 2007, Communication Methods and Measures, 1, 77",
    "10.1080/19312450709336664",
)
FLEISS = Reference("Fleiss 1971", "Fleiss, J. L. 1971, Psychological Bulletin, 76, 378", "10.1037/h0031619")
GWET = Reference(
    "Gwet 2008", "Gwet, K. L. 2008, British Journal of Mathematical and Statistical Psychology, 61, 29", "10.1348/000711006X126600"
)  # fmt: skip
EFRON = Reference(
    "Efron 1987", "Efron, B. 1987, Journal of the American Statistical Association, 82, 171", "10.1080/01621459.1987.10478410"
)  # fmt: skip
COHEN = Reference(
    "Cohen 1960", "Cohen, J. 1960, Educational and Psychological Measurement, 20, 37", "10.1177/001316446002000104"
)
CICCHETTI = Reference(
    "Cicchetti & Feinstein 1990",
    "Cicchetti, D. V., & Feinstein, A. R. 1990, Journal of Clinical Epidemiology, 43, 551",
    "10.1016/0895-4356(90)90159-M",
)
PHIPSON = Reference(
    "Phipson & Smyth 2010",
    "Phipson, B., & Smyth, G. K. 2010, Statistical Applications in Genetics and Molecular Biology, 9, 39",
    "10.2202/1544-6115.1585",
)


def references_of(content: Content) -> list[Reference]:
    """Those that the report's figures rest on, as far as it has them."""
    by_key = {"krippendorff_alpha": KRIPPENDORFF, "fleiss_kappa": FLEISS, "gwet_ac1": GWET}
    has = {key for rows in content.dashboard["coefficients"].values() for each in rows for key in each}
    found = [CICCHETTI, COHEN, EFRON, *(reference for key, reference in by_key.items() if key in has)]
    if content.comparison:
        found.append(PHIPSON)
    return sorted(found, key=lambda each: each.cite)


def paragraphs_of(content: Content) -> list[str]:
    """What was classified and how; how far people agree; what to know of it."""
    parts = (_observed(content), _voted(content), _agreed(content), _reserved(content))
    return [" ".join(sentence(each) for each in part) for part in map(list, parts) if part]


def _observed(content: Content) -> Iterator[str]:
    galaxy = content.galaxy
    named = str(galaxy["name"])
    if galaxy["is_simulated"]:
        named = f"the simulated galaxy {named.removesuffix(' (simulated)')}"
    bands = f"{'band' if len(galaxy['bands']) == 1 else 'bands'} {joined(galaxy['bands'])}"
    yield f"We classified sources in {named} on its image in the {bands}{_scale(galaxy)}"
    if galaxy["distance_mpc"] is not None:
        yield f"We take its distance to be {galaxy['distance_mpc']:g} Mpc"
    for catalog in content.catalogs:
        made = "detected" if catalog["kind"] == "detected" else "brought in as a reference"
        yield (
            f"The catalogue “{catalog['name']}” lists {counted(catalog['n_sources'], 'source')} on the image, {made} "
            f"({catalog['method']})"
        )
    yield from _schemed(content)


def _scale(galaxy: Mapping[str, Any]) -> str:
    scale = galaxy["pixel_scale_arcsec"]
    reference = f" (reference band {galaxy['reference_band']}" if len(galaxy["bands"]) > 1 else ""
    if scale is None:
        return f"{reference})" if reference else ""
    return f"{reference}, {scale:.4g} arcsec per pixel)" if reference else f" ({scale:.4g} arcsec per pixel)"


def _schemed(content: Content) -> Iterator[str]:
    labels = content.scheme["labels"]
    groups: dict[str, list[str]] = {}
    for each in labels:
        groups.setdefault(each["group"], []).append(each["value"])
    classes = joined(f"{each['value']} ({each['name'].lower()})" for each in labels)
    reference = f" ({content.scheme['reference']})" if content.scheme["reference"] else ""
    yield f"The classes are those of {content.scheme['name']}{reference}: {classes}"
    if len(groups) < len(labels):
        named = joined(
            f"{'class' if len(values) == 1 else 'classes'} {joined(values)} as {group}"
            for group, values in groups.items()
        )
        yield f"For the binary classification we take {named}"


def _voted(content: Content) -> Iterator[str]:
    for each in content.rounds:
        yield _drawn(each)
        yield _taken(each)
    if content.rounds:
        n_drawn, n_votes = (content.dashboard["progress"][key] for key in ("n_voted", "n_votes"))
        yield f"In all, {_who(content)} cast {counted(n_votes, 'vote')} with a class on {counted(content.n_voted_sources, 'source')}"
        if n_drawn > content.n_voted_sources:
            yield "A source that several rounds hold counts once in each of them below"
        yield (
            "A vote that was changed counts as what it became; skipped and unsure answers without a class do not count"
        )


def _drawn(each: Mapping[str, Any]) -> str:
    """A round's draw."""
    among = f" of {counted(each['n_candidates'], 'candidate')}" if each["n_candidates"] is not None else ""
    n = each["n_drawn"] - each["n_anchors"]
    where = f" inside {counted(each['n_regions'], 'region')} drawn on the image" if each["n_regions"] else ""
    again = " among the sources of the round before" if each["among_previous"] else ""
    how = f"{each['sampler'][:1].lower()}{each['sampler'][1:]}"
    anchors = (
        f", and {counted(each['n_anchors'], 'anchor')} that rounds of the campaign share," if each["n_anchors"] else ""
    )
    was = "was" if n == 1 and not each["n_anchors"] else "were"
    return (
        f"For round {each['number']}, {counted(n, 'source')}{among}{anchors} {was} drawn {how}{where}{again} from "
        f"“{each['catalog']}” (seed {each['seed']})"
    )


def _taken(each: Mapping[str, Any]) -> str:
    """How a round's votes were taken, and when."""
    if not each["n_votes"]:
        return f"Round {each['number']} ({each['mode']}) has no votes yet"
    shown = {
        "blind": "blind: nobody saw another’s vote",
        "informed": "informed: voters saw the consensus of the round before",
    }
    predictions = " and a model’s prediction" if each["shows_predictions"] else ""
    overlap = (
        "everybody could classify each source"
        if each["overlap"] is None
        else f"each source was to have {counted(each['overlap'], 'vote')}"
    )
    voters = counted(each["n_voters"], "program") if each["is_simulated"] else counted(each["n_voters"], "voter")
    return (
        f"Round {each['number']} ({span(each['opened_at'], each['closed_at'])}, UTC) was {shown[each['mode']]}{predictions}; {overlap}, and {voters} cast "
        f"{counted(each['n_votes'], 'vote')}"
    )


def _who(content: Content) -> str:
    people = counted(content.n_people, "person", "people")
    if not content.n_programs:
        return people
    programs = counted(content.n_programs, "simulated voter")
    return f"{people} and {programs}" if content.n_people else programs


def _agreed(content: Content) -> Iterator[str]:
    agreement = [
        (level, each) for level in LEVEL_NAMES for each in content.dashboard["agreement"][level] if each["n_compared"]
    ]
    if not agreement:
        return
    yield (
        "The consensus class of a source is the one with most votes; where several share the lead the source is a tie "
        "and has none. For the binary classification each vote is mapped to its group first"
    )
    yield (
        "Human-to-mode agreement is the share of votes that equal the consensus of their source, over sources with at least "
        "two votes. Since each vote helps to make the consensus, we give it with its leave-one-out form, each vote against the "
        "mode of the others, and with its expectation for votes drawn at random from the observed class frequencies; and "
        f"Krippendorff’s α ({KRIPPENDORFF.cite}), which is corrected for chance"
    )
    yield from _under_rules(content)
    for level, each in agreement:
        yield from _figures(level, each, content)
    yield (
        "Intervals are 95 % intervals by a bootstrap over sources: sources are drawn again with replacement 2,000 times, each with "
        f"all its votes, while the people stay as they are; those of the coefficients are corrected for bias ({EFRON.cite})"
    )


def _under_rules(content: Content) -> Iterator[str]:
    """Of which sources agreement is, where a rule would inflate it."""
    for each in content.dashboard["under_rules"]:
        yield (
            f"In round {each['round']} a source had votes enough by the rule {each['rule']}, which retired {counted(each['n_retired'], 'source')} early; "
            f"since that inflates agreement, agreement is of the {counted(each['n_full'], 'source')} that were exempt from it, chosen before anybody voted, "
            f"with up to {counted(each['overlap'], 'vote')} each"
        )


def _figures(level: str, each: Mapping[str, Any], content: Content) -> Iterator[str]:
    """One level's and mode's figures."""
    ties = f"{counted(each['ties'], 'tie')}"
    classes = "the binary classes" if level == Level.GROUP.value else f"all {len(content.scheme['labels'])} classes"
    plain, alone, chance = (_interval(each[share]) for share in ("human_to_mode", "leave_one_out", "chance"))
    yield (
        f"On {classes}, {counted(each['n_compared_votes'], each['mode'] + ' vote')} on {counted(each['n_compared'], 'source')} "
        f"({ties}) agree with the consensus at {plain} and leave-one-out at {alone}, where chance would give {chance}"
    )
    found: Mapping[str, Any] = next(
        (row for row in content.dashboard["coefficients"][level] if row["mode"] == each["mode"]), {}
    )
    alpha = found.get("krippendorff_alpha")
    if alpha and alpha["value"] is not None:
        yield f"Krippendorff’s α of these votes is {_interval(alpha, decimal)}"


def _interval(estimate: Mapping[str, Any], write: Any = percent) -> str:
    """ "87.3 % (95 % interval 85.1 to 89.2 %)"."""
    if estimate["low"] is None:
        return str(write(estimate["value"]))
    low = one_decimal(100 * estimate["low"]) if write is percent else write(estimate["low"])
    return f"{write(estimate['value'])} (95 % interval {low} to {write(estimate['high'])})"


def _reserved(content: Content) -> Iterator[str]:
    """What a reader must know of it."""
    if content.n_programs:
        votes = sum(each["votes"] for each in content.dashboard["people"] if each["is_simulated"])
        yield f"Simulated voters are programs: {counted(votes, 'vote')} of the total {'is' if votes == 1 else 'are'} theirs"
    modes = {each["mode"] for each in content.rounds}
    if len(modes) > 1:
        yield "Blind and informed rounds are never pooled: who sees an earlier consensus tends to follow it"
    for left in content.dashboard["left_out"]:
        yield f"Round {left['round']} is left out"
    if n := content.dashboard["n_veiled"]:
        yield f"{counted(n, 'source')} {'is' if n == 1 else 'are'} left out, since the author may still classify {'it' if n == 1 else 'them'} blind"
    yield f"Votes were collected and evaluated with GalaxyCat {content.version}; the numbers are as of {content.as_of:%Y-%m-%d %H:%M} UTC"
