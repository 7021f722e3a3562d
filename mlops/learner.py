"""The learner: one process a database that turns votes into predictions within a second.

It trusts no message. It asks for the highest vote's key ten times a second, and compares every predictor with the votes
there are at its start and every few seconds, so a vote missed for whatever reason is found, after any crash. What it
holds in memory only saves time: it all follows from the database.
"""

import logging
import time

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from catalogs.models import Catalog
from labeling.models import Campaign
from mlops.fitting import Desk, evaluate, refit
from mlops.lease import HEARTBEAT, Lease, LeaseLost
from mlops.models import ModelVersion
from mlops.reconciling import Place, highest_vote, places_behind, places_of_votes_after

POLL_S = 0.1
RECONCILE_S = 5.0
STANDBY_S = 0.5
QUIET_S = 1.0
MAX_BACK_OFF_S = 10.0
log = logging.getLogger(__name__)


class Learner:
    """One process' work, step by step. Raises LeaseLost when another process took over."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.desks: dict[Place, Desk] = {}
        self.last_vote = 0
        self.waiting: dict[Place, ModelVersion] = {}  # versions to measure when no vote waits
        self.heard_at = self.reconciled_at = self.refitted_at = float("-inf")

    def step(self, now: float) -> list[ModelVersion]:
        """One look at the votes, `now` in seconds of a monotonic clock; returns the new versions.

        All votes that came since the last look make one fit of each predictor that they concern.
        """
        if now - self.heard_at >= HEARTBEAT.total_seconds():
            self.lease.confirm()
            self.heard_at = now
        versions = [version for place in self._places_to_refit(now) if (version := self._refit(place))]
        if versions:
            self.refitted_at = now
        elif self.waiting and now - self.refitted_at >= QUIET_S:
            place, version = self.waiting.popitem()
            evaluate(version, self._desk(place))
        return versions

    def _places_to_refit(self, now: float) -> list[Place]:
        # Read before the votes are: what comes between is found the next time.
        highest, last_vote = highest_vote(), self.last_vote
        self.last_vote = highest
        if now - self.reconciled_at >= RECONCILE_S:
            self.reconciled_at = now
            return places_behind()
        return places_of_votes_after(last_vote) if highest > last_vote else []

    def _refit(self, place: Place) -> ModelVersion | None:
        version = refit(self._desk(place), self.lease.confirm)
        if version is not None:
            self.waiting[place] = version
            log.info("%s: %s votes on %s sources", version, version.n_votes, version.n_labelled)
        return version

    def _desk(self, place: Place) -> Desk:
        if place not in self.desks:
            campaign, catalog = place
            self.desks[place] = Desk(
                Campaign.objects.select_related("scheme").get(pk=campaign),
                Catalog.objects.select_related("galaxy").get(pk=catalog),
            )
        return self.desks[place]


def learn_until_stopped(lease: Lease | None = None) -> None:
    """Learn for ever, or stand by while another process does. A database that went away is waited for."""
    lease, pause_s = lease or Lease(), STANDBY_S
    try:
        while True:
            try:
                close_old_connections()
                _learn_while_held(lease)
                pause_s = STANDBY_S
            except LeaseLost as error:
                log.warning("%s; standing by", error)
            except (DatabaseError, InterfaceError):
                log.exception("the database refused; trying again in %.1f s", pause_s)
                connection.close()
                pause_s = min(2 * pause_s, MAX_BACK_OFF_S)
            time.sleep(pause_s)
    finally:
        lease.release()


def _learn_while_held(lease: Lease) -> None:
    """Return at once where another process holds the lease."""
    if not lease.acquire():
        return
    log.info("learning")
    learner = Learner(lease)
    while True:
        started = time.monotonic()
        learner.step(started)
        # Half of the time at most: a large catalogue leaves the processor to others too.
        time.sleep(max(POLL_S, min(time.monotonic() - started, QUIET_S)) if learner.refitted_at == started else POLL_S)
