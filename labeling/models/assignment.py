"""An assignment is one person's task of classifying one source of a round, once."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from galaxycat.accounts.models import User
from labeling.models.round import Round, RoundSource


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def for_annotator(self, user: User) -> Self:
        return self.filter(annotator=user)

    def open(self) -> Self:
        """Waiting for its person's answer."""
        return self.filter(state=Assignment.State.HELD)

    def answered(self) -> Self:
        return self.filter(state=Assignment.State.ANSWERED)

    def lapsed(self) -> Self:
        """Held so long that its slot may go to somebody else."""
        return self.open().filter(slot__isnull=False, held_until__lte=timezone.now())


class Assignment(models.Model):
    """Unique on (round source, annotator, repetition). In a round of overlap k it holds one of the source's k slots."""

    class State(models.TextChoices):
        HELD = "held", "Waiting for an answer"
        ANSWERED = "answered", "Answered"
        SKIPPED = "skipped", "Skipped"
        LAPSED = "lapsed", "Given to somebody else"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="assignments")
    draw = models.ForeignKey(RoundSource, on_delete=models.PROTECT, related_name="assignments")
    annotator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    repetition = models.PositiveSmallIntegerField(default=0)
    slot = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="1..overlap while it counts towards the overlap; empty otherwise."
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    held_until = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "annotator", "repetition"], name="assignment_once"),
            # Two browsers never hold the same slot of a source, whatever the application believes.
            models.UniqueConstraint(
                fields=["draw", "slot"], condition=Q(slot__isnull=False), name="assignment_slot_once"
            ),
            models.CheckConstraint(condition=Q(slot=None) | Q(slot__gt=0), name="assignment_slot_positive"),
            models.CheckConstraint(
                condition=Q(state__in=["held", "answered"]) | Q(slot=None), name="assignment_slot_only_while_counting"
            ),
        ]
        indexes = [models.Index(fields=["round", "annotator", "state"], name="assignment_queue")]

    def __str__(self) -> str:
        return f"{self.draw} for {self.annotator}"
