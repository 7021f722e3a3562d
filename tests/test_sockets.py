"""Sockets: who gets in, and what comes through."""

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from galaxycat.asgi import application
from tests.permissions import PEOPLE, SOCKETS, rows

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


async def socket_outcome(path: str, user, origin: str = "http://localhost") -> str:
    """`joined`, the close code, or `refused` where the handshake itself is."""
    headers = [(b"origin", origin.encode()), (b"host", b"localhost")]
    if user is not None:
        client = Client()
        await sync_to_async(client.force_login)(user)
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        headers.append((b"cookie", cookie.encode()))
    communicator = WebsocketCommunicator(application, path, headers=headers)
    connected, code = await communicator.connect()
    if not connected:
        return str(code) if code and code != 1000 else "refused"
    message = await communicator.receive_output()
    await communicator.disconnect()
    return str(message["code"]) if message["type"] == "websocket.close" else "joined"


@pytest.mark.parametrize("row", rows(SOCKETS), ids=lambda row: row[0])
async def test_sockets_let_in_whom_the_matrix_says(world, row):
    name, *expected = row
    path = f"/ws/rounds/{world.round.uuid}/" if name == "round_socket" else "/ws/nothing/"
    found = [await socket_outcome(path, world.people.get(person)) for person in PEOPLE]
    assert found == expected


async def test_a_socket_from_another_site_is_refused(world):
    path = f"/ws/rounds/{world.round.uuid}/"
    assert await socket_outcome(path, world.people["pi"], origin="https://evil.example") == "refused"
