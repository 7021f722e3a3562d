"""The live socket: what was written arrives once, in order, at most five messages a second."""

import asyncio
import time
from collections import defaultdict
from itertools import pairwise

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from galaxycat.events import telling
from galaxycat.events.channels import is_shared, topic_group
from galaxycat.events.consumers import LiveConsumer
from galaxycat.events.guards import FORBIDDEN, TOPIC_GUARDS
from galaxycat.events.publishing import publish
from tests.factories import make_user

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]
TOPIC = "open.a"


@pytest.fixture(autouse=True)
def refusals(monkeypatch):
    """A topic that is open to everybody, until the test refuses somebody."""
    codes: dict[str, int] = {}
    monkeypatch.setitem(TOPIC_GUARDS, "open", lambda user, rest: codes.get(user.username))
    return codes


async def follower(since: int | None = None, user=None, topic: str = TOPIC) -> WebsocketCommunicator:
    query = "" if since is None else f"?since={since}"
    communicator = WebsocketCommunicator(LiveConsumer.as_asgi(), f"/ws/live/{topic}/{query}")
    communicator.scope["url_route"] = {"kwargs": {"topic": topic}}
    communicator.scope["user"] = user or AnonymousUser()
    assert (await communicator.connect(timeout=5))[0]
    return communicator


async def joined_at(communicator: WebsocketCommunicator) -> int:
    message = await communicator.receive_json_from(timeout=5)
    assert message["event"] == "joined"
    return message["seq"]


async def received(communicator: WebsocketCommunicator, up_to: int) -> list[tuple[float, list[int]]]:
    """(arrival, numbers) of each message until the number came."""
    messages: list[tuple[float, list[int]]] = []
    while not messages or messages[-1][1][-1] < up_to:
        message = await communicator.receive_json_from(timeout=10)
        numbers = [event["seq"] for event in message["events"]]
        assert (message["topic"], message["seq"]) == (TOPIC, numbers[-1])
        messages.append((time.monotonic(), numbers))
    return messages


def numbers_of(messages: list[tuple[float, list[int]]]) -> list[int]:
    return [number for _, numbers in messages for number in numbers]


async def publish_many(n: int, pause_s: float = 0) -> None:
    def write() -> None:
        try:
            for _ in range(n):
                publish(TOPIC, "vote")
                time.sleep(pause_s)
        finally:
            connection.close()

    # Another thread than the sockets' own queries run in, as a request's is.
    await asyncio.to_thread(write)


async def test_a_first_event_comes_at_once():
    communicator = await follower()
    assert await joined_at(communicator) == 0
    start = time.monotonic()
    await publish_many(1)
    messages = await received(communicator, 1)
    assert numbers_of(messages) == [1]
    assert messages[0][0] - start < 2
    await communicator.disconnect()


async def test_a_burst_arrives_whole_in_order_and_at_most_five_messages_a_second():
    communicator = await follower()
    await joined_at(communicator)
    writing = asyncio.create_task(publish_many(60, pause_s=0.01))
    messages = await received(communicator, 60)
    await writing
    assert numbers_of(messages) == list(range(1, 61))
    assert len(messages) < 60
    pauses = [later - sooner for (sooner, _), (later, _) in pairwise(messages)]
    assert pauses
    # Measured where they are received, so a little may be lost to the way.
    assert min(pauses) > 0.1
    await communicator.disconnect()


async def test_a_page_cut_off_catches_up_from_its_last_number():
    communicator = await follower()
    await joined_at(communicator)
    await publish_many(2)
    assert numbers_of(await received(communicator, 2)) == [1, 2]
    await communicator.disconnect()
    await publish_many(3)
    again = await follower(since=2)
    assert await joined_at(again) == 5
    assert numbers_of(await received(again, 5)) == [3, 4, 5]
    await publish_many(1)
    assert numbers_of(await received(again, 6)) == [6]
    await again.disconnect()


@pytest.mark.parametrize(("since", "expected"), [(None, []), (9, []), (0, [1, 2]), (1, [2])])
async def test_since_says_what_a_page_lacks(since, expected):
    await publish_many(2)
    communicator = await follower(since)
    assert await joined_at(communicator) == 2
    found = numbers_of(await received(communicator, 2)) if expected else []
    assert found == expected
    assert await communicator.receive_nothing(0.5)
    await communicator.disconnect()


async def test_what_a_lost_message_carried_is_read_from_the_table(monkeypatch):
    """Three rows are written, only the last is announced: the others are read."""
    communicator = await follower()
    await joined_at(communicator)
    monkeypatch.setattr("galaxycat.events.publishing.tell", lambda topic, message: None)
    monkeypatch.setattr("galaxycat.events.relay.TICK_S", 30)
    await publish_many(3)
    late = {"seq": 3, "kind": "vote", "payload": {}}
    await get_channel_layer().group_send(topic_group(TOPIC), {"type": "live.events", "events": [late]})
    assert numbers_of(await received(communicator, 3)) == [1, 2, 3]
    await communicator.disconnect()


async def test_messages_that_overtake_each_other_or_come_twice_are_put_right(monkeypatch):
    communicator = await follower()
    await joined_at(communicator)
    monkeypatch.setattr("galaxycat.events.publishing.tell", lambda topic, message: None)
    await publish_many(3)
    for seq in (2, 1, 3, 2, 1):
        event = {"seq": seq, "kind": "vote", "payload": {}}
        await get_channel_layer().group_send(topic_group(TOPIC), {"type": "live.events", "events": [event]})
    assert numbers_of(await received(communicator, 3)) == [1, 2, 3]
    assert await communicator.receive_nothing(0.5)
    await communicator.disconnect()


async def test_rows_of_another_process_are_found_by_the_relay(monkeypatch):
    """Nobody tells, as when a worker without a shared layer writes: the next look at the table finds them."""
    monkeypatch.setattr("galaxycat.events.publishing.tell", lambda topic, message: None)
    monkeypatch.setattr("galaxycat.events.relay.SHARED_TICK_S", 0.2)
    communicator = await follower()
    await joined_at(communicator)
    await publish_many(2)
    assert numbers_of(await received(communicator, 2)) == [1, 2]
    await communicator.disconnect()


async def test_who_may_no_longer_follow_is_closed_before_anything_is_sent(refusals):
    user = await sync_to_async(make_user)()
    communicator = await follower(user=user)
    await joined_at(communicator)
    refusals[user.username] = FORBIDDEN
    await publish_many(1)
    assert await communicator.receive_output(timeout=5) == {"type": "websocket.close", "code": 4403}


async def test_an_account_that_was_closed_gets_nothing_more():
    user = await sync_to_async(make_user)()
    communicator = await follower(user=user)
    await joined_at(communicator)
    user.is_active = False
    await sync_to_async(user.save)()
    await publish_many(1)
    assert await communicator.receive_output(timeout=5) == {"type": "websocket.close", "code": 4404}


async def test_twenty_pages_cost_one_look_at_the_table_a_tick(monkeypatch):
    asked: dict[str, int] = defaultdict(int)
    original = telling.wake
    monkeypatch.setattr("galaxycat.events.telling.wake", lambda: (asked.update(woken=1), original())[1])
    communicators = [await follower() for _ in range(20)]
    for communicator in communicators:
        assert await joined_at(communicator) == 0
    await publish_many(1)
    found = [numbers_of(await received(communicator, 1)) for communicator in communicators]
    assert found == [[1]] * 20
    assert asked["woken"] == (0 if is_shared() else 1)
    for communicator in communicators:
        await communicator.disconnect()
