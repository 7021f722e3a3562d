"""What a person said of a source. Append-only: undo appends a withdrawal, a change supersedes."""

import uuid
from typing import Any, Never, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from labeling.models.assignment import Assignment
from labeling.models.round import Round
from labeling.models.scheme import Label


class VoteQuerySet(models.QuerySet["Vote"]):
    def live(self) -> Self:
        """The last word on each assignment, unless it withdraws what was said."""
        return self.filter(superseded_by=None).exclude(outcome=Vote.Outcome.WITHDRAWN)

    def counted(self) -> Self:
        """Live votes with a label: the ones that enter consensus and agreement."""
        return self.live().filter(label__isnull=False)

    def of_round(self, round_: Round) -> Self:
        return self.filter(assignment__round=round_)

    def delete(self) -> Never:
        raise TypeError("votes are append-only: withdraw instead of deleting")

    def update(self, **kwargs: Any) -> Never:
        raise TypeError("votes are append-only: supersede instead of updating")


class Vote(models.Model):
    """A link in an assignment's chain of answers; the chain's end is what holds now.

    The constraints make each chain linear (one first vote an assignment, one successor a vote), so an
    assignment has at most one live vote without any row ever being changed.
    """

    class Outcome(models.TextChoices):
        LABELED = "labeled", "Labelled"
        UNSURE = "unsure", "Unsure, no label"
        SKIPPED = "skipped", "Skipped"
        WITHDRAWN = "withdrawn", "Withdrawn"

    client_id = models.UUIDField("made by the client", unique=True, default=uuid.uuid4)
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="votes")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="votes", null=True, blank=True)
    is_unsure = models.BooleanField(default=False)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="superseded_by", null=True, blank=True
    )
    seconds_spent = models.FloatField(null=True, blank=True)
    shown = models.JSONField(
        default=dict,
        blank=True,
        help_text="What the voter could see: rendition, stretch, zoom, previous consensus, prediction.",
    )
    shown_digest = models.CharField(
        max_length=64, blank=True, editable=False, help_text="SHA-256 of what the client sent as shown."
    )
    saw_prediction = models.BooleanField(
        default=False, help_text="A model's prediction was on the voter's screen: the vote never evaluates a model."
    )
    cast_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = VoteQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["assignment"], condition=Q(supersedes=None), name="vote_one_first"),
            models.CheckConstraint(
                condition=Q(outcome="labeled", label__isnull=False) | (~Q(outcome="labeled") & Q(label=None)),
                name="vote_label_iff_labeled",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["labeled", "unsure", "skipped", "withdrawn"]), name="vote_outcome_known"
            ),
            models.CheckConstraint(condition=~Q(supersedes=F("id")), name="vote_not_its_own_successor"),
            models.CheckConstraint(condition=Q(seconds_spent=None) | Q(seconds_spent__gte=0), name="vote_seconds"),
        ]

    def __str__(self) -> str:
        return f"{self.label or self.get_outcome_display()} on {self.assignment}"

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        raise TypeError("votes are append-only: withdraw instead of deleting")
