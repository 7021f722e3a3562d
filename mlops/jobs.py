"""Kinds of background jobs: thin callers of the verbs. Their results and logs hold no prediction and no class count,
since everybody of the team sees the jobs page, voters of blind rounds too."""

from typing import Any

from catalogs.models import Catalog
from galaxycat.errors import NotFound
from galaxycat.jobs.registry import JobKind
from galaxycat.jobs.running import JobRun
from labeling.models import Campaign


def run_pretrain(run: JobRun, *, catalog: str, **options: int) -> dict[str, Any]:
    """`options`: steps, seed and scale, where they are not the usual ones."""
    # Here, since PyTorch takes seconds and 200 MB that no other process should spend.
    from mlops.pretraining import pretrain_galaxy

    found = Catalog.objects.select_related("galaxy").filter(uuid=catalog, withdrawn_at=None).first()
    if found is None:
        raise NotFound("The catalogue was withdrawn meanwhile")
    encoder = pretrain_galaxy(
        galaxy=found.galaxy, catalog=found, created_by=run.job.started_by, progress=run.step, **options
    )
    return {"encoder": str(encoder), "sources": encoder.summary["n_sources"], "seconds": encoder.summary["seconds"]}


def run_train(run: JobRun, *, campaign: str) -> dict[str, Any]:
    from mlops.fitting import train_campaign  # here, as above

    run.step(None, "fitting the votes")
    version = train_campaign(campaign=Campaign.objects.select_related("scheme").get(uuid=campaign))
    return {"model": str(version), "votes": version.n_votes}


PRETRAIN = JobKind(title="Pre-train an encoder", run=run_pretrain)
TRAIN = JobKind(title="Fit the votes", run=run_train)
