"""The campaign shell: who is meant, when it runs, and what state it is in."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from campaigns.lifecycle import CLOSED, Kind, State
from campaigns.models.segments import Segment


class Campaign(models.Model):
    """What a marketer creates. The state diagram stands in `campaigns.lifecycle`.

    `optins` and `messaging` add what a kind needs through proxy models and their own tables.
    An opt-in campaign *is* the programme (messaging preference) that people consent to.
    """

    class KindChoice(models.TextChoices):
        GLOBAL = Kind.GLOBAL, "Global SMS Opt-In"
        OPT_IN = Kind.OPT_IN, "SMS Opt-In"
        MESSAGING = Kind.MESSAGING, "Messaging"

    class StateChoice(models.TextChoices):
        DRAFT = State.DRAFT, "Draft"
        SCHEDULED = State.SCHEDULED, "Scheduled"
        LIVE = State.LIVE, "Live"
        PAUSED = State.PAUSED, "Paused"
        ENDED = State.ENDED, "Ended"
        CANCELLED = State.CANCELLED, "Cancelled"

    class Restriction(models.TextChoices):
        NONE = "none", "Not required"
        MINIMUM_AGE = "minimum_age", "A minimum age"
        ATTRIBUTE = "attribute", "A required attribute value"

    kind = models.CharField(max_length=10, choices=KindChoice.choices, editable=False)
    name = models.CharField(max_length=150)
    slug = models.SlugField("permalink", max_length=80, unique=True)
    state = models.CharField(max_length=10, choices=StateChoice.choices, default=State.DRAFT, editable=False)
    pause_reason = models.CharField(max_length=255, blank=True, editable=False)
    # A word of who paused it by itself and may resume it; blank when a person did. Each move sets it anew.
    pause_cause = models.CharField(max_length=32, blank=True, editable=False)
    paused_at = models.DateTimeField(null=True, editable=False)

    starts_at = models.DateTimeField("from", null=True, blank=True)
    ends_at = models.DateTimeField("until", null=True, blank=True)
    audience = models.ForeignKey(
        Segment,
        verbose_name="target audience",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Leave empty for all customers.",
    )

    restriction = models.CharField(
        "user restrictions", max_length=16, choices=Restriction.choices, default=Restriction.NONE
    )
    minimum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    required_attribute = models.CharField(max_length=64, blank=True)
    required_value = models.CharField(max_length=255, blank=True)

    notes = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    launched_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        permissions = [
            ("launch_campaign", "Can launch, pause, resume, end and cancel campaigns"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(kind=Kind.GLOBAL),
                name="one_global_campaign",
                violation_error_message="There is already a Global SMS Opt-In. Edit that one.",
            ),
            models.CheckConstraint(
                name="campaign_runtime_in_order",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="The campaign must end after it begins.",
            ),
            models.CheckConstraint(
                name="campaign_closed_has_time",
                condition=Q(state__in=sorted(CLOSED), closed_at__isnull=False)
                | (~Q(state__in=sorted(CLOSED)) & Q(closed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="campaign_running_was_launched",
                condition=Q(launched_at__isnull=False) | Q(state__in=[State.DRAFT.value, State.CANCELLED.value]),
            ),
            models.CheckConstraint(
                name="campaign_restriction_complete",
                condition=Q(restriction="none")
                | Q(restriction="minimum_age", minimum_age__isnull=False)
                | (Q(restriction="attribute") & ~Q(required_attribute="") & ~Q(required_value="")),
                violation_error_message="Say the minimum age, or the attribute and the value it must have.",
            ),
        ]
        indexes = [
            # The clock asks each second which launched campaigns begin or end.
            models.Index(
                fields=["state", "starts_at"],
                name="campaign_by_state",
                condition=Q(state__in=[State.SCHEDULED.value, State.LIVE.value]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def preference(self) -> str:
        """How a programme is listed as a messaging preference: `sms - 1417 spring-offers`."""
        return f"sms - {self.pk} {self.slug}"

    @property
    def permalink(self) -> str:
        return f"{settings.PUBLIC_BASE_URL}/c/{self.slug}"
