"""Writing an event: a row in the caller's transaction, told to open pages after commit."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F

from galaxycat.events.models import Event, Topic
from galaxycat.events.telling import tell

# A prefix, which names the guard, a dot, and what the guard looks up.
TOPIC = re.compile(r"[a-z]+\.[A-Za-z0-9._-]{1,80}")


@transaction.atomic
def publish(topic: str, kind: str, payload: Mapping[str, Any] | None = None) -> Event:
    """Append an event to `topic` in the writing transaction; open pages are told once that has committed.

    The topic's row stays locked until commit, so numbers have no gap, a rolled-back event leaves none, and no event
    appears behind one that was already read. Publish last in a transaction, and one topic before another always in
    the same order: the lock holds up everybody else who writes to the topic. Raises ValueError for no topic's name.
    """
    if not TOPIC.fullmatch(topic):
        raise ValueError(f"{topic!r} is no topic: write prefix.name, of letters, digits, '.', '_' and '-'")
    row = _numbered(topic)
    event = Event.objects.create(topic=row, seq=row.last_seq, kind=kind, payload=dict(payload or {}))
    # Robust: what was written stands, whatever becomes of those who are told.
    transaction.on_commit(partial(tell, topic, event.as_message()), robust=True)
    return event


def _numbered(name: str) -> Topic:
    """The topic with its count moved on by one, locked by that update."""
    rows = Topic.objects.filter(name=name)
    if not rows.update(last_seq=F("last_seq") + 1):
        Topic.objects.get_or_create(name=name)
        rows.update(last_seq=F("last_seq") + 1)
    return rows.get()
