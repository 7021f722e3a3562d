"""A campaign is a series of rounds on a galaxy; a round is a draw of sources that people classify."""

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from catalogs.models import Catalog, Galaxy, Source
from galaxycat.accounts.models import Person, Role, User
from labeling.models.scheme import SchemeVersion
from labeling.retirement import Agreeing, FixedOverlap, OneCoin, rule_of

if TYPE_CHECKING:
    from labeling.models.vote import Vote


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, user: Person) -> Self:
        """Campaigns of the user's own teams, like their rounds."""
        return self.filter(galaxy__in=Galaxy.objects.with_role(user, Role.VIEWER))


class Campaign(models.Model):
    """What a team wants to know of a galaxy, in one label scheme, over as many rounds as it takes."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    galaxy = models.ForeignKey(Galaxy, on_delete=models.PROTECT, related_name="campaigns")
    scheme = models.ForeignKey(SchemeVersion, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(max_length=100)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["galaxy", "name"]
        constraints = [models.UniqueConstraint(fields=["galaxy", "name"], name="campaign_name_unique")]

    def __str__(self) -> str:
        return self.name


class Anchor(models.Model):
    """A source that every round of a campaign may hold, so that a trend over rounds is not the samples' difficulty.

    Anchors are drawn once, with the campaign's first round that asks for them, and stay.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="anchors")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="anchored")
    probability = models.FloatField(help_text="Inclusion probability in the draw of the anchors.")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "source"], name="anchor_once"),
            models.CheckConstraint(condition=Q(probability__gt=0, probability__lte=1), name="anchor_probability"),
        ]

    def __str__(self) -> str:
        return f"{self.source} anchors {self.campaign}"


class RoundQuerySet(models.QuerySet["Round"]):
    def visible_to(self, user: Person) -> Self:
        """Rounds of the user's own teams: votes are never public, not even on a published galaxy."""
        return self.with_role(user, Role.VIEWER)

    def with_role(self, user: Person, role: Role) -> Self:
        return self.filter(campaign__galaxy__in=Galaxy.objects.with_role(user, role))

    def open(self) -> Self:
        return self.filter(closed_at=None)


class Round(models.Model):
    """Sources drawn once from a catalogue, with the draw's seed and parameters, and how they are to be classified."""

    class Mode(models.TextChoices):
        BLIND = "blind", "Blind"
        INFORMED = "informed", "Shows the previous round's consensus"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField()
    catalog = models.ForeignKey(Catalog, on_delete=models.PROTECT, related_name="rounds")
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.BLIND)
    previous = models.ForeignKey("self", on_delete=models.PROTECT, related_name="followers", null=True, blank=True)
    shows_predictions = models.BooleanField(
        default=False, help_text="Voters see the model's prediction of each source; informed rounds only."
    )
    overlap = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many people classify each source; empty for everyone."
    )
    retirement = models.CharField(
        max_length=100,
        blank=True,
        default="",
        help_text="Version of the rule that retires sources early; empty for none.",
    )
    batch_size = models.PositiveSmallIntegerField(
        default=50, help_text="After how many sources the page proposes a break."
    )
    sampler = models.CharField(max_length=40)
    seed = models.BigIntegerField()
    parameters = models.JSONField(default=dict, blank=True)
    regions = models.JSONField(null=True, blank=True, help_text="GeoJSON in pixels; empty for the whole image.")
    is_simulated = models.BooleanField(default=False, help_text="Voted on by programs, for the demo.")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["campaign", "number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="round_number_unique"),
            models.CheckConstraint(condition=Q(overlap=None) | Q(overlap__gt=0), name="round_overlap_positive"),
            models.CheckConstraint(
                condition=Q(retirement="") | Q(overlap__isnull=False), name="round_rule_has_most_votes"
            ),
            models.CheckConstraint(condition=Q(mode__in=["blind", "informed"]), name="round_mode_known"),
            models.CheckConstraint(
                condition=Q(mode="blind") | Q(previous__isnull=False), name="round_informed_by_a_previous_one"
            ),
            models.CheckConstraint(
                condition=Q(mode="informed") | Q(shows_predictions=False), name="round_blind_shows_no_predictions"
            ),
            models.CheckConstraint(condition=Q(batch_size__gt=0), name="round_batch_positive"),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")), name="round_closed_after_opened"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign}, round {self.number}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def galaxy(self) -> Galaxy:
        return self.campaign.galaxy

    @property
    def rule(self) -> FixedOverlap | Agreeing | OneCoin | None:
        """What retires sources of this round early; None where each gets its full overlap."""
        return rule_of(self.retirement) if self.retirement else None


class RoundSourceQuerySet(models.QuerySet["RoundSource"]):
    def full(self) -> Self:
        """Those that no rule retires early: the ones that agreement is reported from."""
        return self.filter(has_full_overlap=True)

    def wanting_votes(self) -> Self:
        """Those that no rule has retired."""
        return self.filter(retired_at=None)


class RoundSource(models.Model):
    """A source drawn for a round, and the probability with which it was drawn."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="draw")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="draws")
    position = models.PositiveIntegerField(help_text="0-based place in the shuffled order of the draw.")
    probability = models.FloatField(help_text="Inclusion probability under the draw's sampler.")
    is_anchor = models.BooleanField(
        default=False, help_text="One of the campaign's anchors, which every round with anchors holds."
    )

    has_full_overlap = models.BooleanField(
        default=True,
        help_text="No rule retires it early; chosen before anybody voted. Agreement is reported from these.",
    )
    retired_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when the round's rule asks for no more votes on it."
    )

    objects = RoundSourceQuerySet.as_manager()

    # Set by the page of the sources behind a cell: the draw's votes.
    given: "list[Vote]"

    class Meta:
        ordering = ["round", "position"]
        constraints = [
            models.UniqueConstraint(fields=["round", "source"], name="draw_source_once"),
            models.UniqueConstraint(fields=["round", "position"], name="draw_position_once"),
            models.CheckConstraint(condition=Q(probability__gt=0, probability__lte=1), name="draw_probability"),
            models.CheckConstraint(
                condition=Q(retired_at=None) | Q(has_full_overlap=False), name="draw_retired_without_full_overlap"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} in {self.round}"


class Observer(models.Model):
    """Somebody who has seen votes of a blind round while it was open, and so may not vote in it any more."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="observers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "user"], name="observer_once")]

    def __str__(self) -> str:
        return f"{self.user} observes {self.round}"
