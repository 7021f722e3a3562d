from django.urls import path

from galaxycat.accounts import views

urlpatterns = [
    path("teams/", views.create_team, name="create_team"),
    path("teams/<slug:slug>/", views.team_page, name="team"),
    path("teams/<slug:slug>/invitations/", views.invite, name="invite"),
    path("teams/<slug:slug>/invitations/<uuid:uuid>/withdraw/", views.withdraw_invitation, name="withdraw_invitation"),
    path("teams/<slug:slug>/members/<int:pk>/end/", views.end_membership, name="end_membership"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
]
