"""What a report costs: as many queries for many votes as for few, and seconds for ten thousand sources."""

import time

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from labeling.models import Assignment, Round, Vote
from labeling.reporting.files import REPORT_WRITERS
from labeling.reporting.report import report_of
from labeling.rounds import close_round
from tests.factories import make_catalog, make_galaxy, make_member, make_round
from tests.labeling.dashboard.test_page import voted

pytestmark = pytest.mark.django_db


def measured_round(team, n_sources: int) -> Round:
    catalog = make_catalog(make_galaxy(team), n_sources)
    sources = list(catalog.sources.all())
    for source in sources:
        source.measurements = {"mag_v": 20 + source.number % 600 / 100, "fwhm_px": 2 + source.number % 5 / 10}
    catalog.sources.bulk_update(sources, ["measurements"], batch_size=500)
    return make_round(catalog=catalog, n_sources=n_sources)


def test_as_many_queries_for_many_votes_as_for_few(team, pi, django_assert_num_queries):
    few = voted(measured_round(team, 12), n_voters=3)
    many = voted(measured_round(team, 60), n_voters=3)
    with CaptureQueriesContext(connection) as spent:
        report_of(few.campaign, pi)
    with django_assert_num_queries(len(spent)):
        assert report_of(many.campaign, pi).drawings


@pytest.mark.slow
def test_ten_thousand_sources_of_four_votes_take_seconds(team, pi):
    round_, now = measured_round(team, 10_000), timezone.now()
    labels = list(round_.campaign.scheme.labels.all())
    rng, draws = np.random.default_rng(2), list(round_.draw.all())
    for _ in range(4):
        fields = {"round": round_, "annotator": make_member(team), "state": "answered", "held_until": now}
        given = Assignment.objects.bulk_create(Assignment(draw=draw, **fields) for draw in draws)
        codes = rng.choice(4, len(given), p=[0.2, 0.2, 0.2, 0.4])
        Vote.objects.bulk_create(
            Vote(assignment=each, outcome="labeled", label=labels[code])
            for each, code in zip(given, codes, strict=True)
        )
    close_round(round_=round_)
    spent_s = {}
    for format in ("tex", "html", "pdf"):
        start = time.process_time()
        assert REPORT_WRITERS[format].write(report_of(round_.campaign, pi))
        spent_s[format] = time.process_time() - start
    print("report of 40,000 votes:", {format: f"{spent:.1f} s" for format, spent in spent_s.items()})
    # 3 s on an idle core, once the drawing library is loaded; room for a busy one.
    assert max(spent_s.values()) < 12
