"""Which process learns. One a database, so that two learners do not fit the same votes."""

from django.db import models
from django.db.models import Q


class LearnerLease(models.Model):
    """The only row: who holds the lease, since when it was last heard of, and how often the lease changed hands."""

    # Held by its primary key, so that there is never a second row.
    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    holder = models.CharField(max_length=64, blank=True, help_text="Empty while nobody learns.")
    host = models.CharField(max_length=255, blank=True)
    pid = models.PositiveIntegerField(null=True, blank=True)
    term = models.PositiveIntegerField(default=0)
    heard_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="lease_only_one")]

    def __str__(self) -> str:
        return f"{self.holder or 'nobody'} on {self.host or 'no host'}"
