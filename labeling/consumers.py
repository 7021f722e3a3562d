"""The socket of a round's page: authorise, join, forward."""

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from galaxycat.accounts.models import User
from labeling.access import why_results_are_hidden
from labeling.channels import round_group
from labeling.models import Round

NOT_FOUND, FORBIDDEN = 4404, 4403


class RoundConsumer(AsyncJsonWebsocketConsumer):
    """Sends `{"event": "changed"}` whenever a vote of the round came in."""

    group: str | None = None

    async def connect(self) -> None:
        refusal = await self._refusal(self.scope["user"], self.scope["url_route"]["kwargs"]["uuid"])
        # Accepted first, so that the browser gets the code that says why.
        await self.accept()
        if refusal:
            await self.close(code=refusal)
            return
        self.group = round_group(self.scope["url_route"]["kwargs"]["uuid"])
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.send_json({"event": "joined"})

    async def disconnect(self, code: int) -> None:
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def round_changed(self, event: dict[str, Any]) -> None:
        # Asked again: a membership may have ended since.
        refusal = await self._refusal(self.scope["user"], self.scope["url_route"]["kwargs"]["uuid"])
        if refusal:
            await self.close(code=refusal)
        else:
            await self.send_json({"event": "changed"})

    @database_sync_to_async
    def _refusal(self, user: User, uuid: str) -> int | None:
        round_ = Round.objects.visible_to(user).select_related("campaign__galaxy__team").filter(uuid=uuid).first()
        if round_ is None:
            return NOT_FOUND
        return FORBIDDEN if why_results_are_hidden(round_, user) else None
