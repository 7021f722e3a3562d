"""Every address of GalaxyCat. tests/test_permissions.py holds what each answers to whom."""

from django.urls import include, path

from galaxycat import home

urlpatterns = [
    path("", home.home, name="home"),
    path("accounts/", include("allauth.account.urls")),
    path("", include("galaxycat.accounts.urls")),
    path("", include("catalogs.urls")),
    path("", include("labeling.urls")),
    path("", include("mlops.urls")),
    path("api/v1/", include("galaxycat.api")),
]
