"""`estimate_counts SLUG CATALOG [--campaign NAME] [--round N ...] [--model VERSION]`"""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from catalogs.names import galaxy_named
from galaxycat.commands import GalaxyCatCommand
from labeling.names import campaign_named
from mlops.counting import count_catalog
from mlops.names import catalog_named


class Command(GalaxyCatCommand):
    help = "How many sources of each class the whole catalogue has, from the labelled part of it and a model, with 95 % intervals."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("catalog")
        parser.add_argument("--campaign", metavar="NAME", help="default: the newest")
        parser.add_argument(
            "--round",
            type=int,
            nargs="+",
            action="extend",
            default=None,
            metavar="N",
            help="default: all of the campaign on the catalogue",
        )
        parser.add_argument(
            "--model", metavar="VERSION", help="as in clusters@3, or none; default: the campaign's newest"
        )

    def run(
        self, *, slug: str, catalog: str, campaign: str | None, model: str | None, **options: Any
    ) -> dict[str, Any]:
        galaxy = galaxy_named(slug)
        return count_catalog(
            campaign=campaign_named(galaxy, campaign),
            catalog=catalog_named(galaxy, catalog),
            rounds=options["round"] or (),
            model=model,
        )

    def summary(self, result: dict[str, Any]) -> str:
        lines = [
            f"{result['catalog']} of {result['galaxy']}: {result['n_labelled']:,} of {result['n_sources']:,} sources labelled, "
            f"model {result['model'] or 'none'}"
        ]
        for kind in ("classes", "groups"):
            for name, found in result[kind].items():
                lines.append(f"{name:>12}  {_counted(found)}{_wrong(found)}")
                lines += [f"{'':14}! {warning}" for warning in found["warnings"]]
        return "\n".join([*lines, *result["notes"]])


def _counted(found: Mapping[str, Any]) -> str:
    estimate = "     -" if found["estimate"] is None else f"{found['estimate']:6,.0f}"
    return f"{estimate} [{found['low']:,.0f}, {found['high']:,.0f}]"


def _wrong(found: Mapping[str, Any]) -> str:
    share = found["contamination"]
    if share is None or share["estimate"] is None:
        return ""
    return (
        f"   the model calls {found['called']:,} so, {100 * share['estimate']:.1f} % "
        f"[{100 * share['low']:.1f}, {100 * share['high']:.1f}] of them wrongly"
    )
