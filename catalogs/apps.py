from django.apps import AppConfig


class CatalogsConfig(AppConfig):
    name = "catalogs"
    verbose_name = "What was observed"

    def ready(self) -> None:
        from catalogs.jobs import DETECT, DETECTION
        from galaxycat.jobs.registry import JOB_KINDS

        JOB_KINDS[DETECT] = DETECTION
