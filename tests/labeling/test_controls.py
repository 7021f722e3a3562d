"""Agreement of a round with a retirement rule: only of the sources that the rule was kept from, wherever it shows."""

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from galaxycat.accounts.models import Role
from labeling.agreement.human_to_mode import agreement_of_counts
from labeling.assignments import claim
from labeling.dashboard.page import Cell, dashboard_of, draws_in_cell
from labeling.dashboard.strata import strata_of
from labeling.dashboard.votes import read_votes_of
from labeling.models import Consensus, Level
from labeling.provenance import provenance_of
from labeling.releasing import cut_of
from labeling.results import results_of, round_statistics
from labeling.rounds import close_round
from labeling.simulated import vote_in_simulation
from labeling.tally import round_agreement
from tests.factories import make_member, make_round, make_team
from tests.labeling.ruled import LABELS, TWO_OF_FIVE, answer, robots, ruled

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return make_team()


class TestAgreementIsOfTheFullOverlap:
    @pytest.fixture
    def voted(self, team):
        """Under "two agree": 40 sources on which the first two do, eight of them controls, on which others differ then."""
        round_ = ruled(make_team(), n_sources=40, control_share=0.2)
        for value in ("1", "1", "3", "2", "4"):
            voter = make_member(round_.galaxy.team)
            while handed := claim(round_=round_, annotator=voter, count=10):
                for each in handed:
                    answer(each, value)
        return close_round(round_=round_)

    def counts(self, round_, level, *, full):
        names = LABELS if level == Level.LABEL else ["cluster", "non-cluster"]
        rows = Consensus.objects.of_round(round_, level)
        rows = rows.filter(draw__has_full_overlap=True) if full else rows
        return np.array([[row.get(name, 0) for name in names] for row in rows.values_list("counts", flat=True)])

    @pytest.mark.parametrize("level", list(Level))
    def test_every_figure_is_of_the_controls(self, voted, level):
        expected = agreement_of_counts(self.counts(voted, level, full=True))
        everything = agreement_of_counts(self.counts(voted, level, full=False))
        assert expected.n_sources == 8
        on_controls = {Level.LABEL: 2, Level.GROUP: 3}[level]
        assert expected.human_to_mode == on_controls / 5
        assert everything.human_to_mode == (32 * 2 + 8 * on_controls) / (32 * 2 + 8 * 5)
        assert round_agreement(voted, level) == expected
        assert round_statistics(voted)["n_sources"] == 8
        totals = results_of(voted)[level]["totals"]
        assert totals == {"n_votes": everything.n_votes, "n_sources": 40, "ties": everything.ties}
        pi = make_member(voted.galaxy.team, Role.PI)
        found = dashboard_of(voted.campaign, pi)
        (agreement,) = found["agreement"][level]
        (trend,) = found["trend"][level]
        for figure in (agreement, trend["points"][0]):
            assert figure["human_to_mode"]["value"] == pytest.approx(expected.human_to_mode)
            assert (figure["n_compared"], figure["n_votes"]) == (8, expected.n_votes)
        assert np.sum(found["confusion"][level]["all"]) == expected.n_votes
        n = self.counts(voted, level, full=True).sum(axis=1)
        assert np.triu(found["pairs"][level]["shared"], 1).sum() == (n * (n - 1) / 2).sum()
        (stratum,) = strata_of(voted.campaign, pi, "round", level=level)["strata"]
        assert stratum["human_to_mode"]["value"] == pytest.approx(expected.human_to_mode)
        (fact,) = found["under_rules"]
        assert (fact["n_full"], fact["n_drawn"], fact["overlap"], fact["rule"]) == (8, 40, 5, TWO_OF_FIVE)
        assert found["progress"]["n_drawn"] == 40

    def test_a_cell_opens_the_controls_that_it_counts(self, voted):
        votes = read_votes_of(voted.campaign, make_member(voted.galaxy.team, Role.PI))
        full = set(voted.draw.full().values_list("pk", flat=True))
        opened = {
            pk
            for others in [*LABELS, "tie"]
            for own in LABELS
            for pk in draws_in_cell(votes, Cell(Level.LABEL, others, own, "all"))
        }
        assert opened == full

    def test_a_release_states_it_too(self, voted):
        stated = provenance_of(voted.catalog, cut_of(voted.catalog, {"campaign": str(voted.campaign.uuid)}))
        expected = round_agreement(voted, Level.LABEL).human_to_mode
        (of_round,) = stated["rounds"]
        assert (of_round["retirement"], of_round["agreement"]["label"]["human_to_mode"]) == (TWO_OF_FIVE, expected)
        assert stated["agreement"]["label"]["human_to_mode"] == expected

    def test_the_pages_say_so_with_the_number(self, voted):
        client = Client()
        client.force_login(make_member(voted.galaxy.team, Role.PI))
        said = "Agreement is of the 8 sources with the full overlap of 5"
        for address in (
            reverse("round", args=[voted.uuid]),
            reverse("campaign", args=[voted.galaxy.slug, voted.campaign.uuid]),
        ):
            page = " ".join(client.get(address).content.decode().split())
            assert said in page
            assert TWO_OF_FIVE in page
            assert "which would inflate it" in page

    def test_the_page_of_a_fixed_overlap_says_nothing_of_it(self, team):
        round_ = make_round(team, n_sources=4, overlap=2)
        vote_in_simulation(round_=round_, voters=robots(2), truth={}, rng=np.random.default_rng(0))
        close_round(round_=round_)
        client = Client()
        client.force_login(make_member(team, Role.PI))
        for address in (
            reverse("round", args=[round_.uuid]),
            reverse("campaign", args=[round_.galaxy.slug, round_.campaign.uuid]),
        ):
            assert "with the full overlap of" not in client.get(address).content.decode()
