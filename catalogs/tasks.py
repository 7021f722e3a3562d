"""What runs in the worker process."""

from django_tasks import task

from catalogs.detecting import detect_sources
from catalogs.models import Galaxy
from galaxycat.accounts.models import User


@task()
def detect_sources_task(galaxy_id: int, user_id: int) -> dict[str, int]:
    """Detect sources with the default parameters, for the person who asked."""
    detected = detect_sources(galaxy=Galaxy.objects.get(pk=galaxy_id), created_by=User.objects.get(pk=user_id))
    return {"catalog": detected.catalog.pk, "sources": detected.n_sources}
