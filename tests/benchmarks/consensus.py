"""What a vote costs in a round of ten sources and in one of ten thousand. Not a test: it prints a table.

    GALAXYCAT_HOME=$(mktemp -d) python -m tests.benchmarks.consensus

The same people answer ten sources of each and change their minds, on the database that DATABASE_URL names (SQLite without).
In turns, so that whatever else the machine does falls on both.
"""

import os
import time
from statistics import median
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "galaxycat.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from labeling.assignments import claim  # noqa: E402
from labeling.models import Assignment, Label  # noqa: E402
from labeling.tally import move_count  # noqa: E402
from labeling.voting import cast_vote  # noqa: E402
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team  # noqa: E402

SIZES, N_PEOPLE, N_SOURCES, N_TURNS = (10, 10_000), 3, 10, 20


def main() -> None:
    call_command("migrate", verbosity=0)
    handed = {size: _handed(size) for size in SIZES}
    votes_ms: dict[int, list[float]] = {size: [] for size in SIZES}
    moves_ms: dict[int, list[float]] = {size: [] for size in SIZES}
    for turn in range(N_TURNS):
        for place in range(N_PEOPLE * N_SOURCES):
            for size in SIZES:
                votes_ms[size].append(_vote(handed[size][place], "1234"[(turn + place) % 4]))
                moves_ms[size].append(_move(handed[size][place]))
    with_queries = {size: _queries(handed[size][0]) for size in SIZES}
    print(f"\n{connection.vendor}, {len(votes_ms[SIZES[0]])} votes each, medians")
    print("sources  a vote (ms)  its consensus (ms)  queries")
    for size in SIZES:
        print(f"{size:7,}  {median(votes_ms[size]):11.2f}  {median(moves_ms[size]):18.2f}  {with_queries[size]:7}")
    small, large = (median(moves_ms[size]) for size in SIZES)
    print(f"consensus: {large / small:.2f} times the cost in a round {SIZES[1] // SIZES[0]:,} times as large")


def _handed(n_sources: int) -> list[Assignment]:
    team = make_team(f"Bench {uuid4().hex[:8]}")
    catalog = make_catalog(make_galaxy(team), n_sources)
    round_ = make_round(team, n_sources=n_sources, catalog=catalog)
    return [
        assignment
        for _ in range(N_PEOPLE)
        for assignment in claim(round_=round_, annotator=make_member(team), count=N_SOURCES)
    ]


def _vote(assignment: Assignment, label: str) -> float:
    before_s = time.perf_counter()
    cast_vote(client_id=uuid4(), assignment=assignment, annotator=assignment.annotator, outcome="labeled", label=label)
    return 1000 * (time.perf_counter() - before_s)


def _move(assignment: Assignment) -> float:
    """Of the consensus alone, there and back."""
    one, other = Label.objects.filter(scheme=assignment.round.campaign.scheme)[:2]
    with transaction.atomic():
        before_s = time.perf_counter()
        move_count(assignment.draw, removed=None, added=one)
        move_count(assignment.draw, removed=one, added=other)
        spent_s = time.perf_counter() - before_s
        move_count(assignment.draw, removed=other, added=None)
    return 500 * spent_s


def _queries(assignment: Assignment) -> int:
    with CaptureQueriesContext(connection) as queries:
        _vote(assignment, "1")
    return len(queries)


if __name__ == "__main__":
    main()
