from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CatalogsConfig(AppConfig):
    name = "catalogs"
    verbose_name = "What was observed"

    def ready(self) -> None:
        from catalogs.guards import install_guards
        from catalogs.ingestjob import INGEST, INGESTING
        from catalogs.jobs import DETECT, DETECTION, MAKING, RELEASE, VERIFICATION, VERIFY
        from catalogs.releases.columns import RELEASE_COLUMNS, Provider, later
        from galaxycat.jobs.registry import JOB_KINDS

        # After every migration: SQLite drops a table's triggers when a migration rebuilds the table.
        post_migrate.connect(install_guards, sender=self)
        JOB_KINDS[DETECT] = DETECTION
        JOB_KINDS[INGEST] = INGESTING
        JOB_KINDS[RELEASE] = MAKING
        JOB_KINDS[VERIFY] = VERIFICATION
        RELEASE_COLUMNS["catalogs"] = Provider(order=0, collect=later("catalogs.releases.own.own_columns"))
