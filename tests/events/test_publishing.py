"""Events: numbered without gaps in the order of commit, never changed."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from galaxycat.events.models import Event, Topic
from galaxycat.events.publishing import publish
from galaxycat.events.reading import events_after, last_seq


def seqs(topic: str) -> list[int]:
    return [event.seq for event in events_after(topic, 0)]


@pytest.mark.django_db
def test_each_topic_counts_from_one():
    for topic in ("round.a", "round.a", "jobs.b", "round.a"):
        publish(topic, "vote")
    assert seqs("round.a") == [1, 2, 3]
    assert seqs("jobs.b") == [1]
    assert last_seq("round.a") == 3
    assert last_seq("round.nothing") == 0


@pytest.mark.django_db
def test_an_event_keeps_kind_and_payload():
    event = publish("jobs.a", "progress", {"fraction": 0.5})
    kept = Event.objects.get(pk=event.pk)
    assert kept.as_message() == {"seq": 1, "kind": "progress", "payload": {"fraction": 0.5}}


@pytest.mark.django_db
def test_a_rolled_back_event_leaves_no_gap():
    publish("round.a", "vote")
    with transaction.atomic():
        publish("round.a", "lost")
        transaction.set_rollback(True)
    publish("round.a", "vote")
    assert [(event.seq, event.kind) for event in events_after("round.a", 0)] == [(1, "vote"), (2, "vote")]


@pytest.mark.django_db
def test_reading_starts_after_a_number_and_stops_at_the_limit():
    for _ in range(5):
        publish("round.a", "vote")
    assert [event.seq for event in events_after("round.a", 1, limit=3)] == [2, 3, 4]
    assert events_after("round.a", 5) == []


@pytest.mark.django_db
def test_events_are_append_only():
    event = publish("round.a", "vote")
    event.kind = "other"
    with pytest.raises(TypeError, match="append-only"):
        event.save()
    with pytest.raises(TypeError, match="append-only"):
        event.delete()
    with pytest.raises(TypeError, match="append-only"):
        Event.objects.update(kind="other")
    with pytest.raises(TypeError, match="append-only"):
        Event.objects.all().delete()
    assert Event.objects.get().kind == "vote"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["round", "round.", ".a", "round.a b", "round.é", "round." + "a" * 81])
def test_what_is_no_topic_is_refused(name):
    with pytest.raises(ValueError, match="no topic"):
        publish(name, "vote")
    assert Topic.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_eight_threads_number_one_topic_without_gap_or_late_arrival():
    """A reader that asks again and again sees 1, 2, 3 ... and never a number behind one it has seen."""
    late: list[int] = []
    end = time.monotonic() + 30

    def write(_: int) -> None:
        try:
            for _ in range(5):
                with transaction.atomic():
                    publish("round.a", "vote")
        finally:
            connection.close()

    def read() -> list[int]:
        seen: list[int] = []
        try:
            while len(seen) < 40 and time.monotonic() < end:
                found = [event.seq for event in events_after("round.a", seen[-1] if seen else 0)]
                if found and found[0] != len(seen) + 1:
                    late.append(found[0])
                seen += found
                time.sleep(0.005)
        finally:
            connection.close()
        return seen

    with ThreadPoolExecutor(9) as pool:
        reader = pool.submit(read)
        list(pool.map(write, range(8)))
        seen = reader.result(timeout=30)
    assert seen == list(range(1, 41))
    assert late == []
    assert last_seq("round.a") == 40
