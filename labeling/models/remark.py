"""What a person notes of a source beside a class: a flag asks a curator to look, a comment says something."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from galaxycat.accounts.models import User
from labeling.models.round import Round, RoundSource


class RemarkQuerySet(models.QuerySet["Remark"]):
    def standing(self) -> Self:
        return self.filter(withdrawn_at=None)

    def flags(self) -> Self:
        return self.filter(kind=Remark.Kind.FLAG)

    def comments(self) -> Self:
        return self.filter(kind=Remark.Kind.COMMENT)

    def of_round(self, round_: Round) -> Self:
        return self.filter(draw__round=round_)


class Remark(models.Model):
    """A flag or a comment on a drawn source; withdrawn, never deleted."""

    class Kind(models.TextChoices):
        FLAG = "flag", "Flag"
        COMMENT = "comment", "Comment"

    client_id = models.UUIDField("made by the client", unique=True, default=uuid.uuid4)
    draw = models.ForeignKey(RoundSource, on_delete=models.PROTECT, related_name="remarks")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="remarks")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField(blank=True, max_length=2000)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = RemarkQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "author"], condition=Q(kind="flag", withdrawn_at=None), name="remark_one_flag"
            ),
            models.CheckConstraint(condition=Q(kind__in=["flag", "comment"]), name="remark_kind_known"),
            models.CheckConstraint(condition=Q(kind="flag") | ~Q(text=""), name="remark_comment_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.author} on {self.draw}"
