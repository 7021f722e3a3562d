"""Every channel group's name, and what is sent to it."""

from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from labeling.models import Round


def round_group(round_uuid: UUID) -> str:
    """The group of those who watch a round's votes."""
    return f"round.{round_uuid}"


def publish_vote(*, round_id: int, **_: Any) -> None:
    """Tell those who watch a round that a vote came. It carries no vote: watchers fetch what they may see."""
    layer = get_channel_layer()
    if layer is not None:
        uuid = Round.objects.values_list("uuid", flat=True).get(pk=round_id)
        async_to_sync(layer.group_send)(round_group(uuid), {"type": "round.changed"})
