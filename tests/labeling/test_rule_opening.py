"""A round is opened with a retirement rule: by the verb, over the API and in the form."""

import pytest
from django.test import Client
from django.urls import reverse

from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput
from labeling.models import Round
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team
from tests.labeling.ruled import COIN, TWO_OF_FIVE

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make_team()


class TestOpening:
    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"retirement": "majority/1 most=5"}, "^retirement: 'majority/1' is no rule that a round can have"),
            ({"retirement": "agreeing/2 agreeing=3 most=5"}, "^retirement: 'agreeing/2' is no rule"),
            ({"retirement": "confused/1 above=0.9 most=5 matrices=ab"}, "^retirement: 'confused/1' is no rule"),
            ({"retirement": "agreeing/1 agreeing=3"}, "^retirement: .* must give each parameter of agreeing/1 once"),
            ({"retirement": "agreeing/1 agreeing=6 most=5"}, "^retirement: agreeing 6 must be 1 to 5"),
            ({"retirement": "agreeing/1 agreeing=x most=5"}, "^retirement: agreeing 'x' is no whole number"),
            ({"retirement": "one-coin/1 above=1.5 most=5 accuracy=0.8"}, "^retirement: posterior 1.5 must lie"),
            ({"retirement": "one-coin/1 above=0.9 most=5 accuracy=0.25"}, "^accuracy: 0.25 is no better than chance"),
            ({"retirement": "fixed-overlap/1 overlap=3"}, "^retirement: a fixed overlap is no rule"),
            ({"retirement": "agreeing/1 agreeing=3 most=1001"}, "^overlap: 1 to 1000 people"),
            ({"retirement": TWO_OF_FIVE, "overlap": 4}, "^overlap: 4 is not 5, the most votes of the rule"),
            ({"retirement": TWO_OF_FIVE, "control_share": 1.0}, "^control_share: choose 0 to below 1"),
            ({"retirement": TWO_OF_FIVE, "control_share": float("nan")}, "^control_share: choose 0 to below 1"),
            ({"retirement": TWO_OF_FIVE, "control_share": 0}, "^control_share: without anchors it must be above 0"),
        ],
    )
    def test_what_makes_no_sense_is_refused_in_one_line(self, team, fields, message):
        with pytest.raises(BadInput, match=message):
            make_round(team, **fields)
        assert not Round.objects.exists()

    def test_the_rule_s_most_is_the_overlap_and_its_version_is_kept_as_the_rule_writes_it(self, team):
        round_ = make_round(team, retirement=" one-coin/1  accuracy=.80 most=4 above=0.950")
        assert (round_.retirement, round_.overlap) == ("one-coin/1 above=0.95 most=4 accuracy=0.8", 4)
        assert round_.rule.version == round_.retirement

    def test_over_the_api(self, team):
        catalog = make_catalog(make_galaxy(team), 20)
        client = Client()
        client.force_login(make_member(team, Role.PI))
        asked = {"campaign_name": "A", "catalog": str(catalog.uuid), "n_sources": 10, "retirement": TWO_OF_FIVE}
        sent = {"content_type": "application/json"}
        refused = client.post("/api/v1/rounds/", asked | {"retirement": "agreeing/1 agreeing=9 most=5"}, **sent)
        assert refused.status_code == 422
        assert refused.json() == {"detail": "retirement: agreeing 9 must be 1 to 5, the most votes"}
        assert client.post("/api/v1/rounds/", asked | {"control_share": 2}, **sent).status_code == 400
        made = client.post("/api/v1/rounds/", asked, **sent)
        assert made.status_code == 201
        assert (made.json()["retirement"], made.json()["overlap"]) == (TWO_OF_FIVE, 5)
        assert made.json()["parameters"]["control_share"] == 0.2


FORM = {"campaign_name": "A", "n_sources": 10, "mode": "blind", "control_share": "0.3"}


class TestTheForm:
    @pytest.fixture
    def pi(self, team):
        client = Client()
        client.force_login(make_member(team, Role.PI))
        return client

    @pytest.mark.parametrize(
        ("fields", "retirement", "overlap", "n_full"),
        [
            ({"rule": "", "overlap": "3"}, "", 3, 10),
            ({"overlap": ""}, "", None, 10),
            ({"rule": "agreeing", "agreeing": "2", "overlap": "5"}, TWO_OF_FIVE, 5, 3),
            ({"rule": "one-coin", "above": "0.95", "accuracy": "0.8", "overlap": "5"}, COIN, 5, 3),
            # What belongs to another rule is not looked at.
            ({"rule": "agreeing", "agreeing": "2", "overlap": "5", "above": "7"}, TWO_OF_FIVE, 5, 3),
        ],
    )
    def test_it_opens_a_round_with_the_rule(self, team, pi, fields, retirement, overlap, n_full):
        catalog = make_catalog(make_galaxy(team), 20)
        sent = FORM | {"catalog": str(catalog.uuid)} | fields
        assert pi.post(reverse("new_round", args=[catalog.galaxy.slug]), sent).status_code == 302
        round_ = Round.objects.get()
        assert (round_.retirement, round_.overlap, round_.draw.full().count()) == (retirement, overlap, n_full)

    @pytest.mark.parametrize(
        ("fields", "field", "message"),
        [
            ({"rule": "agreeing", "agreeing": "2"}, "overlap", "The rule needs it: the most votes of a source."),
            ({"rule": "agreeing", "overlap": "5"}, "agreeing", "The rule needs it."),
            (
                {"rule": "agreeing", "agreeing": "6", "overlap": "5"},
                "agreeing",
                "Agreeing 6 must be 1 to 5, the most votes.",
            ),
            ({"rule": "one-coin", "overlap": "5", "accuracy": "0.8"}, "above", "The rule needs it."),
            (
                {"rule": "one-coin", "overlap": "5", "accuracy": "0.8", "above": "1"},
                "above",
                "Posterior 1.0 must lie between 0 and 1.",
            ),
            (
                {"rule": "one-coin", "overlap": "5", "accuracy": "0.2", "above": "0.9"},
                "accuracy",
                "0.2 is no better than chance on 4 labels; give more",
            ),
            (
                {"rule": "agreeing", "agreeing": "2", "overlap": "5", "control_share": "0"},
                "control_share",
                "Without anchors it must be above 0, or no source is left to report agreement from",
            ),
            (
                {"rule": "majority", "overlap": "5"},
                "rule",
                "Select a valid choice. majority is not one of the available choices.",
            ),
        ],
    )
    def test_what_does_not_fit_is_one_error_at_its_field(self, team, pi, fields, field, message):
        catalog = make_catalog(make_galaxy(team), 20)
        sent = FORM | {"catalog": str(catalog.uuid)} | fields
        answered = pi.post(reverse("new_round", args=[catalog.galaxy.slug]), sent)
        assert answered.status_code == 422
        assert answered.context["form"].errors == {field: [message]}
        assert not Round.objects.exists()
