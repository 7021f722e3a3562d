from django.urls import path

from labeling.views import adjudication, campaigns, label, reports, results, rounds

urlpatterns = [
    path("galaxies/<slug:slug>/rounds/", rounds.round_list, name="rounds"),
    path("galaxies/<slug:slug>/rounds/new/", rounds.new_round, name="new_round"),
    path("galaxies/<slug:slug>/campaigns/<uuid:uuid>/adjudication/", adjudication.adjudication, name="adjudication"),
    path("galaxies/<slug:slug>/campaigns/<uuid:uuid>/adjudication/decide/", adjudication.decide_source, name="decide"),
    path(
        "galaxies/<slug:slug>/campaigns/<uuid:uuid>/adjudication/undo/",
        adjudication.undo_decision,
        name="undo_decision",
    ),
    path("galaxies/<slug:slug>/campaigns/<uuid:uuid>/", campaigns.campaign_page, name="campaign"),
    path("galaxies/<slug:slug>/campaigns/<uuid:uuid>/data/", campaigns.campaign_data, name="campaign_data"),
    path("galaxies/<slug:slug>/campaigns/<uuid:uuid>/cell/", campaigns.campaign_cell, name="campaign_cell"),
    path("galaxies/<slug:slug>/campaigns/<uuid:uuid>/report/", reports.campaign_report, name="campaign_report"),
    path(
        "galaxies/<slug:slug>/campaigns/<uuid:uuid>/report.<slug:format>",
        reports.report_file,
        name="campaign_report_file",
    ),
    path("rounds/<uuid:uuid>/", rounds.round_page, name="round"),
    path("rounds/<uuid:uuid>/results/", results.round_results, name="round_results"),
    path("rounds/<uuid:uuid>/votes.csv", rounds.votes_csv, name="votes_csv"),
    path("rounds/<uuid:uuid>/watch/", rounds.watch_round, name="watch_round"),
    path("rounds/<uuid:uuid>/close/", rounds.close, name="close_round"),
    path("rounds/<uuid:uuid>/label/", label.label_page, name="label"),
    path("rounds/<uuid:uuid>/examples/", label.round_examples, name="round_examples"),
]
