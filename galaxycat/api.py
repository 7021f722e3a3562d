"""`/api/v1/`: the apps' view sets under one router, a token, the schema and its page."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.authtoken.views import ObtainAuthToken
from rest_framework.routers import SimpleRouter
from rest_framework.throttling import ScopedRateThrottle

from catalogs.api import CatalogViewSet, GalaxyViewSet, PlaceOfNameView, SourceViewSet
from catalogs.regions_api import RegionViewSet
from catalogs.releases_api import ReleaseViewSet
from catalogs.stretches_api import StretchView
from galaxycat.jobs.api import JobViewSet
from labeling.api import RoundViewSet, VoteViewSet
from labeling.campaigns_api import CampaignViewSet
from labeling.decisions_api import DecisionViewSet
from labeling.remarks_api import RemarkViewSet
from mlops.api import ModelViewSet, RoundPredictionsView
from mlops.campaigns_api import CampaignCountsView, CampaignTogetherView

app_name = "api"


class TokenView(ObtainAuthToken):
    """A token for `Authorization: Token ...`, by user name and password."""

    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "token"


router = SimpleRouter()
router.register("galaxies", GalaxyViewSet, basename="galaxy")
router.register("catalogs", CatalogViewSet, basename="catalog")
router.register("sources", SourceViewSet, basename="source")
router.register("regions", RegionViewSet, basename="region")
router.register("releases", ReleaseViewSet, basename="release")
router.register("campaigns", CampaignViewSet, basename="campaign")
router.register("jobs", JobViewSet, basename="job")
router.register("rounds", RoundViewSet, basename="round")
router.register("votes", VoteViewSet, basename="vote")
router.register("decisions", DecisionViewSet, basename="decision")
router.register("remarks", RemarkViewSet, basename="remark")
router.register("models", ModelViewSet, basename="model")

urlpatterns = [
    *router.urls,
    path("campaigns/<uuid:uuid>/counts/", CampaignCountsView.as_view(), name="campaign-counts"),
    path("campaigns/<uuid:uuid>/together/", CampaignTogetherView.as_view(), name="campaign-together"),
    path("rounds/<uuid:uuid>/predictions/", RoundPredictionsView.as_view(), name="round-predictions"),
    path("galaxies/<slug:slug>/stretches/<slug:rendition>/", StretchView.as_view(), name="galaxy-stretch"),
    path("names/", PlaceOfNameView.as_view(), name="name"),
    path("token/", TokenView.as_view(), name="token"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema", template_name="api_docs.html"), name="docs"
    ),
]
