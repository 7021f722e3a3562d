"""Static files under hashed names, ES-module imports included."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from servestatic.storage import CompressedManifestStaticFilesStorage


class StaticsConfig(StaticFilesConfig):
    """Leaves out what no page of ours uses and the hashed storage cannot follow: htmx's extensions import by bare names."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "django_htmx/ext/*"]


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """A changed module gets a new name, and so does every module that imports it."""

    support_js_module_import_aggregation = True
    # One pass a level of imports: a module is named by what it holds, the names of its own imports included.
    max_post_process_passes = 12
