from django.urls import path

from galaxycat.jobs import views

urlpatterns = [
    path("jobs/", views.job_list, name="jobs"),
    path("jobs/<uuid:uuid>/", views.job_page, name="job"),
    path("jobs/<uuid:uuid>/cancel/", views.cancel, name="cancel_job"),
    path("jobs/<uuid:uuid>/retry/", views.retry, name="retry_job"),
]
