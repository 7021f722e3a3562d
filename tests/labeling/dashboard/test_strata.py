"""A campaign's agreement by what is known of its sources, against plain counting."""

import numpy as np
import pytest
from django.test import Client

from catalogs.models import Source
from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput, NotFound
from labeling.agreement.human_to_mode import agreement_of_counts
from labeling.dashboard.page import dashboard_of
from labeling.dashboard.strata import strata_of
from labeling.models import Level
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team
from tests.labeling.dashboard.test_page import another, voted

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def pi(module_db):
    return make_member(make_team(), Role.PI)


@pytest.fixture(scope="module")
def round_(pi):
    """120 sources of 20 to 26 mag, the fainter the harder, all but ten measured; three votes each."""
    team = pi.memberships.get().team
    catalog = make_catalog(make_galaxy(team), 120)
    for source in catalog.sources.all():
        if source.number > 10:
            source.measurements = {"mag_v": 20 + source.number / 20, "note": "x", "ci": 1.5}
        source.save()
    catalog.units = {"mag_v": "mag"}
    catalog.save()
    return voted(make_round(catalog=catalog, n_sources=120, overlap=3), n_voters=3)


def test_ranges_of_a_measurement_are_their_sources_alone(pi, round_):
    found = strata_of(round_.campaign, pi, "mag_v", n_ranges=2)
    assert (found["unit"], found["n_unknown"]) == ("mag", 10)
    assert found["columns"] == ["class", "field", "mode", "round", "neighbour", "ci", "mag_v"]
    assert [row["name"] for row in found["strata"]] == ["20.55 to 23.25", "23.3 to 26"]
    tables = {"bright": [], "faint": []}
    for draw in round_.draw.select_related("source"):
        if mag := draw.source.measurements.get("mag_v"):
            labels = draw.assignments.filter(votes__label__isnull=False).values_list("votes__label__value", flat=True)
            tables["bright" if mag < 23.26 else "faint"].append([list(labels).count(name) for name in "1234"])
    assert [len(table) for table in tables.values()] == [55, 55]
    for row, table in zip(found["strata"], tables.values(), strict=True):
        # Who skips what is chance: now and then a source has a single vote.
        assert row["n_compared"] == sum(sum(votes) >= 2 for votes in table)
        alone = agreement_of_counts(np.array(table))
        assert row["human_to_mode"]["value"] == pytest.approx(alone.human_to_mode)
        assert row["human_to_mode_leave_one_out"]["value"] == pytest.approx(alone.human_to_mode_leave_one_out)
        assert row["human_to_mode"]["low"] < alone.human_to_mode < row["human_to_mode"]["high"]


def test_classes_fields_rounds_and_modes_hold_every_source_once(pi, round_):
    second = voted(another(round_, n_sources=40, mode="informed", overlap=3), n_voters=3)
    dashboard = dashboard_of(second.campaign, pi)
    whole = dashboard["progress"]
    n_compared_votes = sum(row["n_compared_votes"] for row in dashboard["agreement"]["group"])
    for column, names in (
        ("class", ["cluster", "non-cluster", "tie"]), ("mode", ["blind", "informed"]), ("round", ["round 1", "round 2"]),
    ):  # fmt: skip
        found = strata_of(second.campaign, pi, column, level=Level.GROUP)
        assert [row["name"] for row in found["strata"]] == names
        assert sum(row["n_votes"] for row in found["strata"]) == n_compared_votes
    fields = strata_of(second.campaign, pi, "field")
    assert sum(row["n_compared"] for row in fields["strata"]) == whole["n_compared"]
    only = strata_of(second.campaign, pi, "round", round_number=2)
    of_second = dashboard_of(second.campaign, pi, round_number=2)["progress"]["n_compared"]
    assert [(row["name"], row["n_compared"]) for row in only["strata"]] == [("round 2", of_second)]


def test_crowding_is_the_distance_to_the_nearest_source_of_the_catalogue(pi, round_):
    found = strata_of(round_.campaign, pi, "neighbour", n_ranges=3)
    assert (found["unit"], found["n_unknown"]) == ("pix", 0)
    places = np.array(list(round_.catalog.sources.values_list("x_px", "y_px")))
    apart = np.linalg.norm(places[:, None] - places, axis=2)
    np.fill_diagonal(apart, np.inf)
    nearest = np.sort(apart.min(axis=1))
    assert len(found["strata"]) == 3
    low = found["strata"][0]["name"].split(" to ")[0]
    high = found["strata"][-1]["name"].split(" to ")[1]
    assert (low, high) == (f"{nearest[0]:.4g}", f"{nearest[-1]:.4g}")
    # Alone in its catalogue, a source has no neighbour and is in no range.
    alone = make_round(catalog=make_catalog(round_.galaxy, 1), n_sources=1, campaign_name="Alone")
    assert strata_of(voted(alone, n_voters=2).campaign, pi, "neighbour")["strata"] == []


def test_the_api_gives_it_and_refuses_what_there_is_not(pi, round_):
    client = Client()
    client.force_login(pi)
    address = f"/api/v1/campaigns/{round_.campaign.uuid}/strata/"
    answer = client.get(address, {"column": "mag_v", "ranges": 2, "level": "group"})
    assert answer.status_code == 200
    assert answer.json() == strata_of(round_.campaign, pi, "mag_v", n_ranges=2, level=Level.GROUP)
    for asked, status in (
        ({}, 400), ({"column": "colour"}, 422), ({"column": "note"}, 422), ({"column": "mag_v", "ranges": 0}, 422),
        ({"column": "class", "level": "x"}, 400), ({"column": "class", "round": 7}, 404),
    ):  # fmt: skip
        assert client.get(address, asked).status_code == status, asked
    with pytest.raises(BadInput, match="not one of class, field"):
        strata_of(round_.campaign, pi, "x" * 500)
    with pytest.raises(NotFound):
        strata_of(round_.campaign, pi, "class", round_number=7)


def test_an_open_blind_round_gives_nothing_to_those_who_vote_in_it(pi):
    open_one = voted(make_round(pi.memberships.get().team, n_sources=20, overlap=3), n_voters=3, close=False)
    voter = make_member(pi.memberships.get().team, Role.ANNOTATOR)
    found = strata_of(open_one.campaign, voter, "round")
    assert found["strata"] == []


@pytest.mark.parametrize("n_sources", [10, 60])
def test_the_cost_in_queries_is_fixed(pi, n_sources, django_assert_num_queries):
    round_ = voted(make_round(pi.memberships.get().team, n_sources=n_sources, overlap=2), n_voters=2)
    Source.objects.filter(catalog=round_.catalog).update(measurements={"mag_v": 21.5})
    with django_assert_num_queries(10):
        strata_of(round_.campaign, pi, "mag_v")
