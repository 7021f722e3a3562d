"""The learner: what it makes of votes, and that nothing is missed, whatever happens to it."""

from datetime import timedelta
from uuid import uuid4

import numpy as np
import pytest
from django.utils import timezone

from galaxycat.events.models import Event
from labeling.models import Vote
from labeling.rounds import close_round
from labeling.voting import cast_vote
from mlops.fitting import Desk, refit, train_campaign
from mlops.learner import QUIET_S, RECONCILE_S, Learner
from mlops.lease import Lease, LeaseLost
from mlops.models import Evaluation, LearnerLease, ModelVersion, Predictions
from mlops.predicting import keep_predictions, predictions_of
from mlops.reconciling import places_behind
from tests.factories import make_round
from tests.mlops.factories import make_learning_round, make_measured_catalog, make_voter, true_label, vote_for_truth

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner():
    lease = Lease()
    assert lease.acquire()
    return Learner(lease)


def fresh_fit(round_) -> np.ndarray:
    desk = Desk(round_.campaign, round_.catalog)
    desk.take_in_features()
    desk.take_in_votes()
    return desk.fit()


def test_votes_become_predictions_of_all_sources(learner):
    round_, _, _ = make_learning_round(n_sources=80, n_votes=50)
    (version,) = learner.step(0)
    assert (version.number, version.n_votes, version.n_labelled) == (1, 50, 50)
    assert version.vote_cut == Vote.objects.latest("pk").pk
    probabilities = predictions_of(version)
    assert probabilities.shape == (80, 4)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(80), abs=1e-5)
    truth = np.array([int(true_label(source)) - 1 for source in round_.catalog.sources.order_by("number")])
    assert (probabilities.argmax(axis=1) == truth).mean() > 0.7


def test_without_new_votes_nothing_is_made_and_one_vote_makes_one_version(learner):
    round_, voter, _ = make_learning_round()
    assert len(learner.step(0)) == 1
    assert learner.step(0.1) == []
    vote_for_truth(round_, voter, 1)
    (version,) = learner.step(0.2)
    assert (version.number, version.n_votes) == (2, 41)
    assert np.allclose(predictions_of(version), fresh_fit(round_), atol=0.02)


def test_many_votes_between_two_looks_make_one_version(learner):
    round_, voter, _ = make_learning_round()
    learner.step(0)
    vote_for_truth(round_, voter, 10)
    assert [version.n_votes for version in learner.step(0.1)] == [50]


def test_an_undone_vote_is_unlearnt(learner):
    _, voter, votes = make_learning_round()
    learner.step(0)
    cast_vote(client_id=uuid4(), assignment=votes[0].assignment, annotator=voter, outcome="withdrawn")
    (version,) = learner.step(0.1)
    assert (version.n_votes, version.n_labelled, version.n_vote_rows) == (39, 39, 41)


def test_votes_for_one_class_make_no_model(learner):
    make_learning_round(n_votes=1)
    assert learner.step(0) == []
    assert not ModelVersion.objects.exists()


def test_a_vote_that_slipped_by_is_found_at_the_next_reconciliation(learner):
    round_, voter, _ = make_learning_round()
    learner.step(0)
    vote_for_truth(round_, voter, 1)
    # As if the highest key had been seen before the vote was.
    learner.last_vote = Vote.objects.latest("pk").pk
    assert learner.step(RECONCILE_S / 2) == []
    (version,) = learner.step(RECONCILE_S)
    assert version.n_votes == 41
    assert places_behind() == []


def test_a_vote_with_a_lower_key_than_one_already_seen_is_counted(learner):
    round_, voter, _ = make_learning_round()
    learner.step(0)
    (place,) = learner.desks
    desk = learner.desks[place]
    vote_for_truth(round_, voter, 1)
    desk.ledger.cut = Vote.objects.latest("pk").pk  # it came to light behind the cut
    (version,) = learner.step(0.1)
    assert (version.n_votes, version.n_vote_rows) == (41, 41)


def test_two_campaigns_learn_apart(learner):
    first, _, _ = make_learning_round()
    second = make_round(catalog=first.catalog, n_sources=60, campaign_name="Others")
    vote_for_truth(second, make_voter(second), 20)
    assert sorted(version.n_votes for version in learner.step(0)) == [20, 40]
    assert {str(version) for version in ModelVersion.objects.all()} == {"clusters@1", "others@1"}


def test_simulated_votes_are_counted_as_such(learner):
    round_ = make_round(catalog=make_measured_catalog(), n_sources=60)
    vote_for_truth(round_, make_voter(round_, is_simulated=True), 30)
    vote_for_truth(round_, make_voter(round_), 10)
    (version,) = learner.step(0)
    assert (version.n_votes, version.n_simulated_votes) == (40, 30)


def test_an_unsure_vote_with_a_label_trains_and_one_without_does_not(learner):
    _, voter, votes = make_learning_round()
    assignments = [vote.assignment for vote in votes[:2]]
    cast_vote(
        client_id=uuid4(), assignment=assignments[0], annotator=voter, outcome="labeled", label="1", is_unsure=True
    )
    cast_vote(client_id=uuid4(), assignment=assignments[1], annotator=voter, outcome="unsure")
    (version,) = learner.step(0)
    assert version.n_votes == 39


def test_the_newest_version_is_measured_when_no_vote_waits(learner):
    make_learning_round()
    (version,) = learner.step(0)
    learner.step(QUIET_S / 2)
    assert not Evaluation.objects.exists()
    learner.step(QUIET_S)
    metrics = Evaluation.objects.get(version=version).metrics
    assert metrics["n"] == 40
    assert metrics["accuracy"] > 0.5 > metrics["majority"]


def test_votes_that_saw_a_prediction_train_and_do_not_evaluate():
    round_, _voter, votes = make_learning_round(n_votes=40)
    for vote in votes[:15]:
        # The same answer once more, now with a prediction on the screen.
        Vote(
            assignment=vote.assignment, outcome="labeled", label=vote.label, supersedes=vote, saw_prediction=True
        ).save(force_insert=True)
    version = train_campaign(campaign=round_.campaign)
    assert version.n_votes == 40
    assert version.facts["n_informed_votes"] == 15
    assert version.evaluation.metrics["n"] == 25


def test_a_version_its_predictions_and_the_events_come_together(learner):
    round_, _voter, _ = make_learning_round()
    (version,) = learner.step(0)
    event = Event.objects.get(topic__name=f"predictions.{round_.catalog.uuid}")
    assert (event.kind, event.payload) == ("predictions", {"model": "clusters@1"})
    assert Predictions.objects.get().version == version


def test_open_rounds_that_show_predictions_are_told_and_others_not(learner):
    first, _voter, _ = make_learning_round()
    close_round(round_=first)
    informed = make_round(catalog=first.catalog, n_sources=20, mode="informed")
    informed.shows_predictions = True
    informed.save()
    learner.step(0)
    names = set(Event.objects.filter(kind="predictions").values_list("topic__name", flat=True))
    assert names == {f"predictions.{first.catalog.uuid}", f"roundpredictions.{informed.uuid}"}


def test_nothing_is_kept_when_the_lease_is_lost_in_mid_refit(learner):
    round_, _, _ = make_learning_round()
    thief = Lease()
    LearnerLease.objects.update(heard_at=timezone.now() - timedelta(hours=1))
    assert thief.acquire()
    with pytest.raises(LeaseLost):
        refit(Desk(round_.campaign, round_.catalog), learner.lease.confirm)
    assert not ModelVersion.objects.exists()
    assert not Event.objects.filter(kind="predictions").exists()


def test_a_superseded_versions_predictions_are_dropped_and_can_be_made_again(learner):
    round_, voter, _ = make_learning_round()
    (first,) = learner.step(0)
    before = predictions_of(first).copy()
    vote_for_truth(round_, voter, 1)
    learner.step(0.1)
    assert not Predictions.objects.filter(version=first).exists()
    assert np.allclose(predictions_of(first), before, atol=1e-6)


def test_a_released_versions_predictions_are_kept_to_the_last_bit(learner):
    round_, voter, _ = make_learning_round()
    (first,) = learner.step(0)
    before = predictions_of(first).copy()
    keep_predictions(first)
    vote_for_truth(round_, voter, 1)
    learner.step(0.1)
    assert np.array_equal(predictions_of(first), before)
    assert Predictions.objects.count() == 2


def test_a_version_is_immutable(learner):
    make_learning_round()
    (version,) = learner.step(0)
    with pytest.raises(TypeError, match="immutable"):
        version.save()
    with pytest.raises(TypeError, match="kept"):
        version.delete()
    with pytest.raises(TypeError, match="immutable"):
        ModelVersion.objects.update(number=9)


def test_training_twice_on_the_same_votes_gives_the_same_version():
    round_, _, _ = make_learning_round()
    first = train_campaign(campaign=round_.campaign)
    assert train_campaign(campaign=round_.campaign) == first
    assert ModelVersion.objects.count() == 1


class TestLease:
    def test_one_holds_it_and_another_does_not(self):
        first, second = Lease(), Lease()
        assert first.acquire()
        assert first.acquire()
        assert not second.acquire()
        with pytest.raises(LeaseLost):
            second.confirm()

    def test_one_given_back_is_free(self):
        first, second = Lease(), Lease()
        first.acquire()
        first.release()
        assert second.acquire()
        assert LearnerLease.objects.get().term == 2

    def test_one_of_a_process_that_is_gone_is_taken_over_at_once(self):
        gone = Lease(pid=2**22 + 1)
        gone.acquire()
        assert Lease().acquire()
        with pytest.raises(LeaseLost):
            gone.confirm()

    def test_one_of_another_host_is_taken_over_when_it_is_not_heard_of(self):
        far = Lease(host="elsewhere", pid=1)
        far.acquire()
        assert not Lease().acquire()
        LearnerLease.objects.update(heard_at=timezone.now() - timedelta(seconds=16))
        assert Lease().acquire()
