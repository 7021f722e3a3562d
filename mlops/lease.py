"""Holding the learner's lease: taken when it is free, kept by a heartbeat, taken over from who was killed."""

import os
import secrets
import socket
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from galaxycat.errors import Conflict
from mlops.models import LearnerLease

HEARTBEAT = timedelta(seconds=2)
# A holder that is not heard of for so long has lost it; one evaluation takes a fraction of this.
EXPIRY = timedelta(seconds=15)


class LeaseLost(Conflict):
    """Another process learns now."""


@dataclass
class Lease:
    """One process' claim to be the learner."""

    holder: str = field(default_factory=lambda: secrets.token_hex(16))
    host: str = field(default_factory=socket.gethostname)
    pid: int = field(default_factory=os.getpid)

    @transaction.atomic
    def acquire(self) -> bool:
        """Whether this process holds the lease now: it did, it was free, or its holder is dead."""
        LearnerLease.objects.get_or_create(pk=LearnerLease.ONLY)
        row = LearnerLease.objects.select_for_update().get(pk=LearnerLease.ONLY)
        if row.holder not in ("", self.holder) and not self._is_dead(row):
            return False
        if row.holder != self.holder:
            row.holder, row.host, row.pid, row.term = self.holder, self.host, self.pid, row.term + 1
        row.heard_at = timezone.now()
        row.save()
        return True

    def confirm(self) -> None:
        """Raises LeaseLost unless this process holds the lease still.

        Called first in each transaction that writes what was learnt: it locks the row, so the lease changes hands
        before that transaction or after it, never within.
        """
        if not self._mine().update(heard_at=timezone.now()):
            raise LeaseLost("another learner took over: this one was not heard of for too long")

    def release(self) -> None:
        """Give the lease back, so that the next learner need not wait."""
        self._mine().update(holder="", pid=None, heard_at=None)

    def _mine(self) -> QuerySet[LearnerLease]:
        return LearnerLease.objects.filter(pk=LearnerLease.ONLY, holder=self.holder)

    def _is_dead(self, row: LearnerLease) -> bool:
        if row.heard_at is None or row.heard_at < timezone.now() - EXPIRY:
            return True
        # On the same host one need not wait: a killed process is gone at once.
        return row.host == self.host and row.pid is not None and not _is_running(row.pid)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
