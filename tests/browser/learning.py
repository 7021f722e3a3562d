"""How far the learner is, by the rows it has written."""

from labeling.models import Vote
from mlops.models import ModelVersion


def newest() -> ModelVersion | None:
    return ModelVersion.objects.select_related("predictor__catalog").order_by("pk").last()


def has_learnt_all() -> bool:
    version = newest()
    return version is not None and version.vote_cut == Vote.objects.order_by("pk").last().pk
