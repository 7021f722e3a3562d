"""The demo: a galaxy from FITS to agreement, with a team to log in as and simulated voters, by the product's own verbs."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from scipy.spatial import cKDTree

from catalogs.detecting import detect_sources
from catalogs.exporting import export_bytes
from catalogs.imagery.fitsband import BandArgument
from catalogs.importing import import_catalog
from catalogs.ingest import ingest_galaxy
from catalogs.models import Catalog, Galaxy
from catalogs.releases.making import make_release
from catalogs.releases.verifying import verify_release
from catalogs.simulation import SimulationSpec, simulate_galaxy
from catalogs.storage import release_storage
from catalogs.tables.registry import TABLE_WRITERS
from galaxycat.accounts.models import Role, Team, User
from galaxycat.accounts.teams import add_member, operators_team
from labeling.models import Round, Vote
from labeling.results import round_statistics
from labeling.rounds import close_round, open_round
from labeling.schemes import legus_scheme
from labeling.simulated import vote_in_simulation
from mlops.fitting import train_campaign
from mlops.models import Encoder
from mlops.pretraining import pretrain_galaxy
from mlops.reports import model_report

TEAM = "Demo team"
PEOPLE = {"annotator": Role.ANNOTATOR, "curator": Role.CURATOR, "pi": Role.PI}
VOTERS = ("simulated-1", "simulated-2", "simulated-3")
CAMPAIGN = "Star clusters (demo)"
ROUND_SIZE = 120
MATCH_RADIUS_PX = 2.5
SEED = 20260101

Progress = Callable[[str], None]


@dataclass(frozen=True)
class DemoTeam:
    """The team, its simulated voters, and the passwords of people made just now."""

    team: Team
    voters: list[User]
    passwords: dict[str, str]


def demo_team() -> DemoTeam:
    """The demo's team with its people; a second call finds it and makes no passwords."""
    team = operators_team(TEAM)
    passwords = {}
    for username, role in PEOPLE.items():
        _, password = add_member(team=team, username=username, role=role)
        if password:
            passwords[username] = password
    voters = [add_member(team=team, username=name, role=Role.ANNOTATOR, is_simulated=True)[0] for name in VOTERS]
    return DemoTeam(team, voters, passwords)


def build_demo(
    *, bands: Sequence[BandArgument], size_px: int, steps: int, people: DemoTeam, progress: Progress
) -> dict[str, Any]:
    """Take a galaxy through everything there is, once, and return what the `demo` command's contract asks for.

    Without `bands` the galaxy is simulated, `size_px` a side. `steps` is how long the encoder is pre-trained; with 0 the
    model learns from photometry alone. What exists already is kept as it is.
    """
    truth: Path | None = None
    slug = _slug_of(bands)
    if not bands:
        slug = f"demo-{size_px}"
        progress(f"simulating a galaxy of {size_px} x {size_px} px ...")
        folder = settings.GALAXYCAT_HOME / "simulated" / slug
        files = simulate_galaxy(SimulationSpec(name=slug, size_px=size_px), folder, progress)
        bands = [BandArgument(band.upper(), path) for band, path in files.bands.items()]
        truth = files.truth
    name = "Demo galaxy (simulated)" if truth else None
    ingested = ingest_galaxy(slug=slug, bands=bands, team=people.team, name=name, progress=_now_and_then(progress))
    galaxy = ingested.mosaic.galaxy
    detected = galaxy.catalogs.filter(kind=Catalog.Kind.DETECTED).first()
    if detected is None:
        progress(f"detecting sources on {ingested.mosaic.reference_band} ...")
        detected = detect_sources(galaxy=galaxy).catalog
    if truth is not None and not galaxy.catalogs.filter(name="truth").exists():
        import_catalog(galaxy=galaxy, path=truth, format_="ecsv", name="truth")
    round_ = Round.objects.filter(campaign__galaxy=galaxy).order_by("number").first()
    if round_ is None:
        round_ = _simulated_round(galaxy, detected, people, progress)
    model = _learn(galaxy, detected, round_, steps, progress)
    release = _release(galaxy, detected, round_, progress)
    if not round_.campaign.rounds.filter(number__gt=round_.number).exists():
        # After the release: while a round is blind and open, no model's word leaves the house.
        _opened(detected, SEED + 1)
    return _report(galaxy, detected, round_, model, release, _export(detected))


def _slug_of(bands: Sequence[BandArgument]) -> str:
    """A short name from what the files' names have in common."""
    names = [band.path.name.lower() for band in bands]
    common = os.path.commonprefix(names) if len(names) > 1 else Path(names[0]).stem if names else ""  # noqa: RUF071 - names, not paths
    # A common start that ends inside a word (such as a filter's first letter) is cut back to the word before, if any.
    whole = re.sub(r"(^|[^a-z0-9]+)[a-z0-9]{0,2}$", "", common) if len(names) > 1 else common
    return re.sub(r"[^a-z0-9]+", "-", whole).strip("-")[:60] or "galaxy"


def _opened(catalog: Catalog, seed: int, *, is_simulated: bool = False) -> Round:
    return open_round(
        catalog=catalog,
        scheme=legus_scheme(),
        campaign_name=CAMPAIGN,
        n_sources=min(ROUND_SIZE, catalog.sources.on_image().count()),
        opened_by=None,
        seed=seed,
        is_simulated=is_simulated,
    )


def _simulated_round(galaxy: Galaxy, catalog: Catalog, people: DemoTeam, progress: Progress) -> Round:
    """A round voted on by the simulated voters and closed."""
    rng = np.random.default_rng(SEED)
    first = _opened(catalog, SEED, is_simulated=True)
    progress(f"{len(people.voters)} simulated annotators classify {first.draw.count()} sources ...")
    vote_in_simulation(round_=first, voters=people.voters, truth=_truth_of(galaxy, catalog), rng=rng)
    return close_round(round_=first)


def _truth_of(galaxy: Galaxy, catalog: Catalog) -> Mapping[int, str]:
    """Source key -> class of the nearest simulated source within a match radius; nothing for a real galaxy."""
    truth = list(
        galaxy.catalogs.filter(name="truth").values_list("sources__x_px", "sources__y_px", "sources__published_label")
    )
    if not galaxy.is_simulated or not truth:
        return {}
    tree = cKDTree([(x_px, y_px) for x_px, y_px, _ in truth])
    rows = list(catalog.sources.values_list("pk", "x_px", "y_px"))
    distances, nearest = tree.query([(x_px, y_px) for _, x_px, y_px in rows], distance_upper_bound=MATCH_RADIUS_PX)
    return {
        pk: truth[index][2] or "4" if np.isfinite(distance) else "4"
        for (pk, _, _), distance, index in zip(rows, distances, nearest, strict=True)
    }


def _learn(galaxy: Galaxy, catalog: Catalog, round_: Round, steps: int, progress: Progress) -> dict[str, Any]:
    """Pre-train on the galaxy's own sources, learn from the votes, and say how good it is."""
    if steps and not Encoder.objects.filter(catalog=catalog).exists():
        progress(f"pre-training an encoder without labels, {steps} steps ...")
        pretrain_galaxy(galaxy=galaxy, catalog=catalog, steps=steps, progress=_now_and_then(progress))
    progress("learning from the votes ...")
    version = train_campaign(campaign=round_.campaign)
    return model_report(version=version, truth=_truth_of(galaxy, catalog))


def _release(galaxy: Galaxy, catalog: Catalog, round_: Round, progress: Progress) -> dict[str, Any]:
    """The galaxy's first release, with the votes and the model, rebuilt and compared; private until a person publishes it."""
    release = galaxy.releases.order_by("version").first()
    if release is None:
        progress("making a release ...")
        options = {"campaign": str(round_.campaign.uuid)}
        release = make_release(galaxy=galaxy, catalog=catalog, options=options)
    return {
        "version": release.version,
        "uuid": str(release.uuid),
        "content_sha256": release.content_sha256,
        "verified": verify_release(release=release).is_same,
        "files": {
            name: str(release_storage().path_of(file["sha256"])) for name, file in release.manifest["files"].items()
        },
    }


def _now_and_then(progress: Progress) -> Callable[[float | None, str], None]:
    """A line for each tenth of a long step."""
    told: set[int] = set()

    def tell(fraction: float | None, stage: str) -> None:
        tenth = int((fraction or 0) * 10)
        if fraction is not None and tenth not in told:
            told.add(tenth)
            progress(f"  {fraction:.0%} {stage}")

    return tell


def _export(catalog: Catalog) -> dict[str, str]:
    folder = settings.GALAXYCAT_HOME / "exports" / catalog.galaxy.slug
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for format_ in TABLE_WRITERS:
        path = folder / f"{catalog.name}.{format_}"
        path.write_bytes(export_bytes(catalog, format_))
        paths[format_] = str(path)
    return paths


def _encoder_of(catalog: Catalog) -> dict[str, Any] | None:
    encoder = Encoder.objects.filter(catalog=catalog).last()
    if encoder is None:
        return None
    return {"sha256": encoder.sha256, "steps": encoder.n_steps, "scale": encoder.scale}


def _report(
    galaxy: Galaxy,
    catalog: Catalog,
    round_: Round,
    model: dict[str, Any],
    release: dict[str, Any],
    exports: dict[str, str],
) -> dict[str, Any]:
    return {
        "galaxy": galaxy.slug,
        "is_simulated": galaxy.is_simulated,
        "bands": [band.name for band in galaxy.latest_mosaic.bands.all()],
        "sources": catalog.sources.count(),
        "votes": Vote.objects.of_round(round_).live().count(),
        "voters_are_simulated": round_.is_simulated,
        "agreement": round_statistics(round_),
        "encoder": _encoder_of(catalog),
        "model": model,
        "predictions": model["predictions"],
        "release": release,
        "exports": exports,
    }
