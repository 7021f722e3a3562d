from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "galaxycat.events"
    verbose_name = "Live events"
