from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "galaxycat.jobs"
    verbose_name = "Background jobs"
