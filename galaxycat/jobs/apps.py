from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "galaxycat.jobs"
    verbose_name = "Background jobs"

    def ready(self) -> None:
        from galaxycat.events.guards import TOPIC_GUARDS
        from galaxycat.jobs.live import JOBS, guard_jobs

        TOPIC_GUARDS[JOBS] = guard_jobs
