"""The learner as a process: it answers a vote, it is killed in mid-refit, and nothing is lost."""

import signal
import time

import numpy as np
import pytest

from galaxycat.events.models import Event
from mlops.fitting import Desk
from mlops.models import LearnerLease, ModelVersion, Predictions
from mlops.predicting import predictions_of
from tests.mlops.factories import make_learning_round, vote_for_truth
from tests.processes import LEARN, START, processes, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# Killed by itself, as by kill -9, when all rows of the new version are written and not yet committed.
DIE_BEFORE_COMMIT = (
    START + "import os, signal, mlops.fitting as fitting; "
    "fitting.tell_of = lambda version: os.kill(os.getpid(), signal.SIGKILL); call_command('learner')"
)


@pytest.fixture
def start(tmp_path):
    with processes(tmp_path) as begin:
        yield begin


def latest() -> ModelVersion | None:
    return ModelVersion.objects.select_related("predictor__catalog").order_by("pk").last()


def n_learnt() -> int:
    version = latest()
    return version.n_votes if version else 0


def assert_it_equals_a_fresh_fit(round_) -> None:
    desk = Desk(round_.campaign, round_.catalog)
    desk.take_in_features()
    desk.take_in_votes()
    version = latest()
    assert (version.vote_cut, version.n_vote_rows) == (desk.ledger.cut, desk.ledger.n_rows)
    assert np.abs(predictions_of(version) - desk.fit()).max() < 5e-3


def test_killed_in_mid_refit_it_leaves_nothing_half_written_and_the_next_one_catches_up(start):
    round_, voter, _ = make_learning_round(n_sources=60, n_votes=30)
    first = start(DIE_BEFORE_COMMIT)
    assert first.wait(60) == -signal.SIGKILL
    assert LearnerLease.objects.get().pid == first.pid
    assert not ModelVersion.objects.exists()
    assert not Predictions.objects.exists()
    vote_for_truth(round_, voter, 5)  # while nobody learns
    start(LEARN)
    wait_until(lambda: n_learnt() == 35)
    assert_it_equals_a_fresh_fit(round_)


def test_killed_again_and_again_while_votes_come_it_ends_where_it_should(start):
    round_, voter, _ = make_learning_round(n_sources=120, n_votes=20)
    for n_before in (20, 45, 70):
        process = start(LEARN)
        wait_until(lambda expected=n_before: n_learnt() >= expected)
        vote_for_truth(round_, voter, 25)
        time.sleep(0.05 + 0.1 * (n_before % 3))  # somewhere between the vote and its fit
        process.kill()
        process.wait()
    start(LEARN)
    wait_until(lambda: n_learnt() == 95)
    assert_it_equals_a_fresh_fit(round_)
    numbers = list(ModelVersion.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    told = Event.objects.filter(kind="predictions").order_by("seq").values_list("payload__model", flat=True)
    assert list(told) == [f"clusters@{number}" for number in numbers]


def test_of_two_learners_one_stands_by_and_takes_over(start):
    round_, voter, _ = make_learning_round(n_votes=20)
    first = start(LEARN)
    wait_until(lambda: n_learnt() == 20)
    start(LEARN)
    time.sleep(2)
    assert LearnerLease.objects.get().pid == first.pid
    first.send_signal(signal.SIGTERM)
    assert first.wait(10) == 0
    vote_for_truth(round_, voter, 1)
    wait_until(lambda: n_learnt() == 21)
    assert ModelVersion.objects.count() == 2
