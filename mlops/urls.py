from django.urls import path

from mlops.views import models

urlpatterns = [
    path("galaxies/<slug:slug>/model/", models.model_page, name="model"),
    path("galaxies/<slug:slug>/model/state/", models.model_state, name="model_state"),
    path("galaxies/<slug:slug>/model/pretrain/", models.pretrain, name="pretrain"),
    path("galaxies/<slug:slug>/model/train/", models.train, name="train"),
    path("galaxies/<slug:slug>/model/import/", models.import_file, name="import_predictions"),
]
