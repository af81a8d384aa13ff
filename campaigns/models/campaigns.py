"""The campaign shell: who is meant, when it runs, and what state it is in."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.lifecycle import CLOSED, Kind, State
from campaigns.models.segments import Segment


class Campaign(models.Model):
    """What a marketer creates. The state diagram stands in `campaigns.lifecycle`.

    `optins` and `messaging` add what a kind needs through proxy models and their own tables.
    An opt-in campaign *is* the programme (messaging preference) that people consent to.
    """

    class KindChoice(models.TextChoices):
        GLOBAL = Kind.GLOBAL, _("Global SMS Opt-In")
        OPT_IN = Kind.OPT_IN, _("SMS Opt-In")
        MESSAGING = Kind.MESSAGING, _("Messaging")

    class StateChoice(models.TextChoices):
        DRAFT = State.DRAFT, pgettext_lazy("campaign", "Draft")
        SCHEDULED = State.SCHEDULED, pgettext_lazy("campaign", "Scheduled")
        LIVE = State.LIVE, pgettext_lazy("campaign", "Live")
        PAUSED = State.PAUSED, pgettext_lazy("campaign", "Paused")
        ENDED = State.ENDED, pgettext_lazy("campaign", "Ended")
        CANCELLED = State.CANCELLED, pgettext_lazy("campaign", "Cancelled")

    class Restriction(models.TextChoices):
        NONE = "none", _("Not required")
        MINIMUM_AGE = "minimum_age", _("A minimum age")
        ATTRIBUTE = "attribute", _("A required attribute value")

    kind = models.CharField(_("kind"), max_length=10, choices=KindChoice.choices, editable=False)
    name = models.CharField(_("name"), max_length=150)
    slug = models.SlugField(_("permalink"), max_length=80, unique=True)
    state = models.CharField(
        _("state"), max_length=10, choices=StateChoice.choices, default=State.DRAFT, editable=False
    )
    pause_reason = models.CharField(_("pause reason"), max_length=255, blank=True, editable=False)
    # A word of who paused it by itself and may resume it; blank when a person did. Each move sets it anew.
    pause_cause = models.CharField(_("pause cause"), max_length=32, blank=True, editable=False)
    paused_at = models.DateTimeField(_("paused at"), null=True, editable=False)

    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    audience = models.ForeignKey(
        Segment,
        verbose_name=_("target audience"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Leave empty for all customers."),
    )

    restriction = models.CharField(
        _("user restrictions"), max_length=16, choices=Restriction.choices, default=Restriction.NONE
    )
    minimum_age = models.PositiveSmallIntegerField(_("minimum age"), null=True, blank=True)
    required_attribute = models.CharField(_("required attribute"), max_length=64, blank=True)
    required_value = models.CharField(_("required value"), max_length=255, blank=True)

    notes = models.TextField(_("notes"), blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    launched_at = models.DateTimeField(_("launched at"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-id"]
        permissions = [
            ("launch_campaign", "Can launch, pause, resume, end and cancel campaigns"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(kind=Kind.GLOBAL),
                name="one_global_campaign",
                violation_error_message=_("There is already a Global SMS Opt-In. Edit that one."),
            ),
            models.CheckConstraint(
                name="campaign_runtime_in_order",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("The campaign must end after it begins."),
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
                violation_error_message=_("Say the minimum age, or the attribute and the value it must have."),
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
