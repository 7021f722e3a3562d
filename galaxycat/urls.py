"""Every address of GalaxyCat. tests/test_permissions.py holds what each answers to whom."""

from importlib import import_module

from django.urls import include, path

from galaxycat import docs, home
from galaxycat.accounts.adminsite import site

# What the administration shows, each app's own: found by name, so that no other package adds to it.
for app in ("galaxycat.accounts", "galaxycat.jobs", "catalogs", "labeling"):
    import_module(f"{app}.admin")

urlpatterns = [
    path("", home.home, name="home"),
    path("docs/", docs.index, name="docs"),
    path("docs/<slug:name>/", docs.page, name="doc"),
    path("docs/decisions/<slug:name>/", docs.decision, name="decision"),
    path("docs/screenshots/<str:name>", docs.picture, name="doc_picture"),
    path("admin/", site.urls),
    path("accounts/", include("allauth.account.urls")),
    path("", include("galaxycat.accounts.urls")),
    path("", include("galaxycat.jobs.urls")),
    path("", include("catalogs.urls")),
    path("", include("labeling.urls")),
    path("", include("mlops.urls")),
    path("api/v1/", include("galaxycat.api")),
]
