from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LabelingConfig(AppConfig):
    name = "labeling"
    verbose_name = "What people said"

    def ready(self) -> None:
        from labeling.channels import publish_vote
        from labeling.guards import install_guards
        from labeling.signals import vote_cast

        # After every migration: SQLite drops a table's triggers when a migration rebuilds the table.
        post_migrate.connect(install_guards, sender=self)
        vote_cast.connect(publish_vote, dispatch_uid="labeling.publish_vote")
