"""Reading a topic from the table, which is the source of truth."""

from galaxycat.events.models import Event, Topic

LIMIT = 500


def last_seq(topic: str) -> int:
    """Number of the topic's latest event; 0 before any."""
    return Topic.objects.filter(name=topic).values_list("last_seq", flat=True).first() or 0


def events_after(topic: str, seq: int, limit: int = LIMIT) -> list[Event]:
    """At most `limit` events of the topic with numbers above `seq`, in order."""
    return list(Event.objects.filter(topic__name=topic, seq__gt=seq).order_by("seq")[:limit])
