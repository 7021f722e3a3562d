from django.urls import path, register_converter

from catalogs.views import detection, evidence, galaxies, ingest, regions, releases, tiles


class HexConverter:
    """Hexadecimal digits: the only text of a client that names an image."""

    regex = "[0-9a-f]{16,64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(HexConverter, "hex")

urlpatterns = [
    path("ingest/", ingest.ingest, name="ingest"),
    path("galaxies/<slug:slug>/", galaxies.galaxy_page, name="galaxy"),
    path("galaxies/<slug:slug>/catalogs/", galaxies.catalog_list, name="catalogs"),
    path("galaxies/<slug:slug>/detect/", detection.detect, name="detect"),
    path("galaxies/<slug:slug>/import/", galaxies.import_file, name="import_catalog"),
    path("galaxies/<slug:slug>/regions.reg", regions.region_file, name="region_file"),
    path("galaxies/<slug:slug>/regions/import/", regions.import_region_file, name="import_regions"),
    path("galaxies/<slug:slug>/releases/", releases.release_list, name="releases"),
    path("galaxies/<slug:slug>/releases/make/", releases.make, name="make_release"),
    path("releases/<uuid:uuid>/", releases.release_page, name="release"),
    path("releases/<uuid:uuid>/files/<slug:format_>/", releases.release_file, name="release_file"),
    path("releases/<uuid:uuid>/publish/", releases.publish, name="publish_release"),
    path("releases/<uuid:uuid>/withdraw/", releases.withdraw, name="withdraw_release"),
    path("releases/<uuid:uuid>/verify/", releases.verify, name="verify_release"),
    path("catalogs/<uuid:uuid>/export/<slug:format_>/", galaxies.export, name="export_catalog"),
    path("tiles/<hex:image>/<hex:style>/<int:z>/<int:x>/<int:y>/", tiles.tile, name="tile"),
    path("tiles/<hex:image>/data/<int:band>/<int:z>/<int:x>/<int:y>/", tiles.data_block, name="data_tile"),
    path("cutouts/<hex:style>/<uuid:uuid>/", tiles.cutout, name="cutout"),
    path("catalogs/<uuid:uuid>/sources/<int:number>/", evidence.numbered_source, name="numbered_source"),
    path("sources/<uuid:uuid>/evidence/", evidence.source_evidence, name="source_evidence"),
]
