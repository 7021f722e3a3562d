"""Sockets: who gets in, and what comes through."""

from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from galaxycat.asgi import application
from labeling.voting import cast_vote
from tests.permissions import PEOPLE, SOCKETS, rows

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


async def cookie_of(user) -> tuple[bytes, bytes]:
    client = Client()
    await sync_to_async(client.force_login)(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    return b"cookie", f"{settings.SESSION_COOKIE_NAME}={value}".encode()


async def communicator_of(path: str, user, origin: str = "http://localhost") -> WebsocketCommunicator:
    headers = [(b"origin", origin.encode()), (b"host", b"localhost")]
    if user is not None:
        headers.append(await cookie_of(user))
    return WebsocketCommunicator(application, path, headers=headers)


async def connected(path: str, user) -> WebsocketCommunicator:
    communicator = await communicator_of(path, user)
    assert (await communicator.connect())[0]
    return communicator


async def socket_outcome(path: str, user, origin: str = "http://localhost") -> str:
    """`joined`, the close code, or `refused` where the handshake itself is."""
    communicator = await communicator_of(path, user, origin)
    accepted, code = await communicator.connect()
    if not accepted:
        return str(code) if code and code != 1000 else "refused"
    message = await communicator.receive_output()
    await communicator.disconnect()
    return str(message["code"]) if message["type"] == "websocket.close" else "joined"


def socket_path(name: str, world) -> str:
    """The address of a row of SOCKETS."""
    name, _, prefix = name.partition("/")
    rests = {"round": world.round.uuid, "jobs": world.team.uuid, "unknown": "x"}
    rests |= {"predictions": world.catalog.uuid, "roundpredictions": world.round.uuid}
    return f"/ws/live/{prefix}.{rests[prefix]}/" if name == "live_socket" else "/ws/nothing/"


@pytest.mark.parametrize("row", rows(SOCKETS), ids=lambda row: row[0])
async def test_sockets_let_in_whom_the_matrix_says(world, row):
    name, *expected = row
    found = [await socket_outcome(socket_path(name, world), world.people.get(person)) for person in PEOPLE]
    assert found == expected


@pytest.mark.parametrize("topic", ["round", "round.", "round.x", "round.00000000-0000-4000-8000-000000000000", "a.b"])
async def test_a_topic_that_is_none_is_closed(world, topic):
    assert await socket_outcome(f"/ws/live/{topic}/", world.people["pi"]) == "4404"


async def test_a_socket_from_another_site_is_refused(world):
    path = socket_path("live_socket/round", world)
    assert await socket_outcome(path, world.people["pi"], origin="https://evil.example") == "refused"


async def test_a_vote_is_told_to_those_who_watch_and_carries_nothing_of_itself(world):
    communicator = await connected(socket_path("live_socket/round", world), world.people["pi"])
    assert await communicator.receive_json_from(timeout=5) == {"event": "joined", "seq": 0}
    await sync_to_async(cast_vote)(
        client_id=uuid4(),
        assignment=world.assignment,
        annotator=world.people["annotator"],
        outcome="labeled",
        label="1",
    )
    assert await communicator.receive_json_from(timeout=5) == {
        "topic": f"round.{world.round.uuid}",
        "seq": 1,
        "events": [{"seq": 1, "kind": "vote", "payload": {}}],
    }
    assert await communicator.receive_nothing()
    await communicator.disconnect()
