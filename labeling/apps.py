from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LabelingConfig(AppConfig):
    name = "labeling"
    verbose_name = "What people said"

    def ready(self) -> None:
        from catalogs.releases.access import VEILS
        from catalogs.releases.columns import RELEASE_COLUMNS, Provider, later
        from catalogs.releases.publishing import OBJECTIONS as PUBLISHING_OBJECTIONS
        from catalogs.withdrawing import OBJECTIONS
        from galaxycat.events.guards import TOPIC_GUARDS
        from labeling.guards import install_guards
        from labeling.live import ROUND, guard_round
        from labeling.rounds import open_round_on

        # After every migration: SQLite drops a table's triggers when a migration rebuilds the table.
        post_migrate.connect(install_guards, sender=self)
        TOPIC_GUARDS[ROUND] = guard_round
        OBJECTIONS.append(open_round_on)
        RELEASE_COLUMNS["labeling"] = Provider(
            order=10,
            collect=later("labeling.releases.label_columns"),
            prepare=later("labeling.releases.fix_labels"),
            choices=later("labeling.releases.released_campaigns"),
        )
        VEILS.append(later("labeling.releases.veil"))
        PUBLISHING_OBJECTIONS.append(later("labeling.releases.blind_round_open"))
