from django.apps import AppConfig


class MlopsConfig(AppConfig):
    name = "mlops"
    verbose_name = "What machines said"

    def ready(self) -> None:
        from catalogs.releases.columns import RELEASE_COLUMNS, Provider, later
        from galaxycat.events.guards import TOPIC_GUARDS
        from galaxycat.jobs.registry import JOB_KINDS
        from labeling.reporting.registry import REPORT_SECTIONS
        from labeling.reporting.registry import Provider as SectionProvider
        from labeling.samplers import SAMPLERS
        from mlops.jobs import PRETRAIN, TRAIN
        from mlops.sampling import UNCERTAINTY
        from mlops.topics import guard_catalog, guard_round

        TOPIC_GUARDS["predictions"] = guard_catalog
        TOPIC_GUARDS["roundpredictions"] = guard_round
        JOB_KINDS["pretrain"] = PRETRAIN
        JOB_KINDS["train"] = TRAIN
        SAMPLERS["uncertainty"] = UNCERTAINTY
        REPORT_SECTIONS["counts"] = SectionProvider(order=70, make=later("mlops.reporting.counts_section"))
        RELEASE_COLUMNS["mlops"] = Provider(
            order=20, collect=later("mlops.releases.model_columns"), prepare=later("mlops.releases.fix_model")
        )
