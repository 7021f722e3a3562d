"""What happened, in order: a topic counts its events, an event never changes."""

from typing import Any, Never

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Topic(models.Model):
    """A stream that pages follow, such as `round.<uuid>`. Its row is the lock under which its events are numbered."""

    name = models.CharField(max_length=100, unique=True)
    last_seq = models.PositiveBigIntegerField(default=0, help_text="Number of the topic's latest event; 0 before any.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class EventQuerySet(models.QuerySet["Event"]):
    def delete(self) -> Never:
        raise TypeError("events are append-only: they are not deleted")

    def update(self, **kwargs: Any) -> Never:
        raise TypeError("events are append-only: publish another one instead")


class Event(models.Model):
    """One thing that happened in a topic. Numbers are consecutive from 1, in the order of commit."""

    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=40)
    payload = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["topic", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "seq"], name="event_seq_unique"),
            models.CheckConstraint(condition=Q(seq__gt=0), name="event_seq_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.seq}: {self.kind}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("events are append-only: publish another one instead")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        raise TypeError("events are append-only: they are not deleted")

    def as_message(self) -> dict[str, Any]:
        """The event as pages get it."""
        return {"seq": self.seq, "kind": self.kind, "payload": self.payload}
