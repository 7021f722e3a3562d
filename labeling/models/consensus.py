"""Where a round's votes on a source stand now: kept up to date with each vote, rebuildable from the votes."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from labeling.models.round import Round, RoundSource


class Level(models.TextChoices):
    """On which labels consensus is formed: the scheme's own, or the groups they fall into."""

    LABEL = "label", "Label"
    GROUP = "group", "Group"


class ConsensusQuerySet(models.QuerySet["Consensus"]):
    def of_round(self, round_: Round, level: Level) -> Self:
        return self.filter(draw__round=round_, level=level)


class Consensus(models.Model):
    """Majority of one source in one round, on labels or on groups. A tie has no mode."""

    draw = models.ForeignKey(RoundSource, on_delete=models.PROTECT, related_name="consensus")
    level = models.CharField(max_length=5, choices=Level.choices)
    counts = models.JSONField(default=dict, help_text="Label or group -> votes.")
    n_votes = models.PositiveIntegerField(default=0)
    top = models.PositiveIntegerField(default=0, help_text="Votes for the most frequent label.")
    mode = models.CharField(max_length=40, blank=True, help_text="Empty without votes and in a tie.")
    is_tie = models.BooleanField(default=False)
    leave_one_out = models.FloatField(default=0, help_text="Sum over votes of the share of the others' mode it holds.")
    updated_at = models.DateTimeField(default=timezone.now)

    # Set by pages that show a source's labels and groups side by side.
    group: "Consensus | None" = None

    objects = ConsensusQuerySet.as_manager()

    class Meta:
        ordering = ["draw", "level"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "level"], name="consensus_once"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="consensus_level_known"),
            models.CheckConstraint(condition=Q(top__lte=models.F("n_votes")), name="consensus_top_within_votes"),
            models.CheckConstraint(condition=~Q(is_tie=True) | Q(mode=""), name="consensus_tie_has_no_mode"),
        ]

    def __str__(self) -> str:
        return f"{self.draw}: {self.mode or ('tie' if self.is_tie else 'no votes')}"
