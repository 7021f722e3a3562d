"""Campaigns with votes that a model can learn from, made by the product's own verbs."""

from uuid import uuid4

import numpy as np

from catalogs.models import Catalog, Source
from galaxycat.accounts.models import Role, User
from labeling.assignments import MAX_HELD, claim
from labeling.models import Round, Vote
from labeling.schemes import legus_scheme
from labeling.voting import cast_vote
from mlops.fitting import as_bytes, keep_version
from mlops.models import ModelVersion, Predictor
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team


def make_measured_catalog(n_sources: int = 60, seed: int = 0, galaxy=None) -> Catalog:
    """Sources whose V magnitude and concentration tell their true class, `true_label`, with some scatter."""
    galaxy = galaxy or make_galaxy(make_team(), width_px=2000, height_px=2000)
    catalog = make_catalog(galaxy, n_sources, seed)
    rng = np.random.default_rng(seed)
    sources = list(catalog.sources.order_by("number"))
    for source in sources:
        code = int(true_label(source)) - 1
        source.measurements = {
            "mag_v": float(20 + code + rng.normal(0, 0.4)),
            "concentration_index": float(1 + 0.3 * code + rng.normal(0, 0.1)),
        }
    Source.objects.bulk_update(sources, ["measurements"], batch_size=500)
    return catalog


def true_label(source: Source) -> str:
    return str(source.number % 4 + 1)


def make_voter(round_: Round, name: str | None = None, **fields: object) -> User:
    voter = make_member(round_.galaxy.team, Role.ANNOTATOR, name)
    for field, value in fields.items():
        setattr(voter, field, value)
    voter.save()
    return voter


def vote_for_truth(round_: Round, voter: User, n: int) -> list[Vote]:
    """`n` votes, each for the source's true class."""
    votes: list[Vote] = []
    while len(votes) < n:
        for assignment in claim(round_=round_, annotator=voter, count=min(n - len(votes), MAX_HELD)):
            label = true_label(assignment.draw.source)
            vote, _ = cast_vote(
                client_id=uuid4(), assignment=assignment, annotator=voter, outcome="labeled", label=label
            )
            votes.append(vote)
    return votes


def make_learning_round(n_sources: int = 60, n_votes: int = 40, **fields: object) -> tuple[Round, User, list[Vote]]:
    """An open blind round on all of a measured catalogue, with one person's votes in it."""
    round_ = make_round(catalog=make_measured_catalog(n_sources), n_sources=n_sources, **fields)
    voter = make_voter(round_)
    return round_, voter, vote_for_truth(round_, voter, n_votes)


def starcnet_row(source: Source) -> bytes:
    """A line of a StarcNet table, which says that the source is of class 1."""
    return f"{source.number}\t{source.x_px + 1}\t{source.y_px + 1}\t1\t[0.7 - 0.1 - 0.1 - 0.1]\n".encode()


def make_model(catalog: Catalog) -> ModelVersion:
    """An imported model that says one thing of all sources."""
    predictor = Predictor.objects.create(catalog=catalog, scheme=legus_scheme(), kind="imported", name="imported")
    probabilities = np.tile(np.array([0.7, 0.1, 0.1, 0.1], dtype=np.float32), (catalog.sources.count(), 1))
    return keep_version(
        predictor=predictor, content=as_bytes(probabilities), probabilities=probabilities, labels=["1", "2", "3", "4"]
    )
