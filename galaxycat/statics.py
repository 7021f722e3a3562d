"""Static files under hashed names, ES-module imports included."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """A changed module gets a new name, and so does every module that imports it."""

    support_js_module_import_aggregation = True
