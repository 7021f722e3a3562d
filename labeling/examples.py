"""Examples of each class for somebody who classifies: sources that earlier rounds agreed on, never one they may still judge blind."""

from collections.abc import Iterable

from django.db.models import F, Q, QuerySet

from catalogs.models import Source
from galaxycat.accounts.models import Role, User
from labeling.models import Consensus, Label, Level, Round

A_CLASS = 6
FEWEST_VOTES = 2


def examples_of(round_: Round, user: User) -> list[tuple[Label, list[Consensus]]]:
    """Each label of the round's scheme with at most six rows of sources that all who voted gave it, most votes first.

    From closed rounds of the campaign on the same catalogue. Left out: sources of this round, and those of any open
    blind round in which the person may vote, whether they have answered there or not.
    """
    unanimous = (
        Consensus.objects.filter(level=Level.LABEL, draw__round__in=_closed_rounds(round_))
        .filter(n_votes__gte=FEWEST_VOTES, top=F("n_votes"))
        .exclude(draw__source__in=_kept_back(round_, user))
        .select_related("draw__source")
        .order_by("-n_votes", "draw__source__number")
    )
    labels = round_.campaign.scheme.labels.all()
    return [(label, _distinct(unanimous.filter(mode=label.value)[: 2 * A_CLASS])) for label in labels]


def _closed_rounds(round_: Round) -> QuerySet[Round]:
    return Round.objects.filter(campaign=round_.campaign, catalog=round_.catalog, closed_at__isnull=False)


def _kept_back(round_: Round, user: User) -> QuerySet[Source]:
    blind = Round.objects.with_role(user, Role.ANNOTATOR).open().filter(mode=Round.Mode.BLIND)
    return Source.objects.filter(Q(draws__round__in=blind) | Q(draws__round=round_))


def _distinct(rows: Iterable[Consensus]) -> list[Consensus]:
    """The first row of each source: anchors come in several rounds."""
    first: dict[int, Consensus] = {}
    for row in rows:
        first.setdefault(row.draw.source_id, row)
    return list(first.values())[:A_CLASS]
