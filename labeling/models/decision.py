"""A curator's decision on a source that the votes left open. Append-only, as votes are: undo appends a withdrawal."""

import uuid
from typing import Any, Never, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from catalogs.models import Source
from galaxycat.accounts.models import User
from labeling.models.round import Campaign
from labeling.models.scheme import Label


class DecisionQuerySet(models.QuerySet["Decision"]):
    def standing(self) -> Self:
        """The last decision on each source, unless it withdraws what was decided."""
        return self.filter(superseded_by=None, is_withdrawal=False)

    def delete(self) -> Never:
        raise TypeError("decisions are append-only: withdraw instead of deleting")

    def update(self, **kwargs: Any) -> Never:
        raise TypeError("decisions are append-only: supersede instead of updating")


class Decision(models.Model):
    """A link in the chain of decisions on one source of a campaign; the chain's end is what holds now."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="decisions")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="decisions")
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="decisions", null=True, blank=True)
    reason = models.TextField(max_length=2000)
    is_withdrawal = models.BooleanField(default=False)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="superseded_by", null=True, blank=True
    )
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "source"], condition=Q(supersedes=None), name="decision_one_first"
            ),
            models.CheckConstraint(
                condition=Q(is_withdrawal=True, label=None) | Q(is_withdrawal=False, label__isnull=False),
                name="decision_label_unless_withdrawn",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="decision_has_a_reason"),
            models.CheckConstraint(condition=~Q(supersedes=F("id")), name="decision_not_its_own_successor"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.label or 'withdrawn'}, by {self.decided_by}"

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        raise TypeError("decisions are append-only: withdraw instead of deleting")
