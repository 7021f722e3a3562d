"""A background job as people see it: what it does, how far it is, and how it ended."""

import uuid
from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from galaxycat.accounts.models import Person, Role, Team, User


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: Person) -> Self:
        """Jobs of the user's teams."""
        return self.with_role(user, Role.VIEWER)

    def with_role(self, user: Person, role: Role) -> Self:
        return self.filter(team__in=Team.objects.with_role(user, role))

    def unfinished(self) -> Self:
        return self.filter(state__in=Job.UNFINISHED)

    def stale(self, older_than: timedelta) -> Self:
        """Running jobs whose worker gave no sign of life for that long."""
        return self.filter(state=Job.State.RUNNING, heartbeat_at__lt=timezone.now() - older_than)


class Job(models.Model):
    """One piece of work for a team. Its row outlives the worker that does it, so another one can take it up again."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    UNFINISHED = (State.QUEUED, State.RUNNING)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="jobs")
    subject = models.CharField(max_length=100, help_text="What it works on, such as a galaxy's short name.")
    url = models.CharField(max_length=200, blank=True, help_text="Address of the page where its result shows.")
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    arguments = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    fraction = models.FloatField(null=True, blank=True, help_text="Done so far, 0 to 1; empty where nobody can say.")
    stage = models.CharField(max_length=200, blank=True)
    log = models.JSONField(default=list, blank=True, help_text="Lines, oldest first.")
    attempts = models.PositiveSmallIntegerField(default=0)
    run_token = models.UUIDField(
        null=True, blank=True, editable=False, help_text="Of the attempt that may write now; a late one finds another."
    )
    task_id = models.UUIDField(null=True, blank=True, editable=False, help_text="The queue's own row.")
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["team", "-created_at"], name="job_of_team"),
            models.Index(fields=["state", "heartbeat_at"], name="job_heartbeat"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running", "done", "failed", "cancelled"]), name="job_state_known"
            ),
            models.CheckConstraint(
                condition=Q(fraction=None) | Q(fraction__gte=0, fraction__lte=1), name="job_fraction_in_range"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], finished_at=None)
                | Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False),
                name="job_finished_iff_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state="running")
                | Q(started_at__isnull=False, heartbeat_at__isnull=False, run_token__isnull=False),
                name="job_running_is_alive",
            ),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(error=""), name="job_failure_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("job", args=[self.uuid])

    @property
    def title(self) -> str:
        """What it does, in words."""
        from galaxycat.jobs.registry import title_of

        return title_of(self.kind)

    @property
    def is_finished(self) -> bool:
        return self.state not in self.UNFINISHED

    @property
    def is_being_cancelled(self) -> bool:
        return self.state == self.State.RUNNING and self.cancel_requested_at is not None

    @property
    def can_retry(self) -> bool:
        return self.state in (self.State.FAILED, self.State.CANCELLED)

    @property
    def percent(self) -> int | None:
        return None if self.fraction is None else round(100 * self.fraction)

    @property
    def elapsed_s(self) -> int | None:
        """Whole seconds from its start to its end, or to now."""
        if self.started_at is None:
            return None
        return max(0, round(((self.finished_at or timezone.now()) - self.started_at).total_seconds()))

    def as_payload(self) -> dict[str, Any]:
        """What an event says of it."""
        names = ("kind", "state", "fraction", "stage")
        return {"uuid": str(self.uuid)} | {name: getattr(self, name) for name in names}
