from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "galaxycat.accounts"
    label = "accounts"
    verbose_name = "People and teams"
