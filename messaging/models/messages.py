"""Messaging campaigns and the SMS messages in them."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from campaigns.lifecycle import Kind
from campaigns.models import Campaign, Segment
from campaigns.timing import delay
from optins.models import OptInCampaign, Sender

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class _MessagingCampaigns(models.Manager["MessagingCampaign"]):
    def get_queryset(self) -> models.QuerySet["MessagingCampaign"]:
        return super().get_queryset().filter(kind=Kind.MESSAGING)


class MessagingCampaign(Campaign):
    """A campaign whose messages are scheduled or triggered texts."""

    objects: ClassVar[_MessagingCampaigns] = _MessagingCampaigns()

    class Meta:
        proxy = True
        verbose_name = _("messaging campaign")
        verbose_name_plural = _("messaging campaigns")


def _percent(label: "_StrPromise", *, default: int) -> "models.DecimalField[float | str | Decimal, Decimal]":
    return models.DecimalField(
        label, max_digits=4, decimal_places=1, default=Decimal(default),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )  # fmt: skip


class SmsMessage(models.Model):
    """The creative of a messaging campaign, with when and to whom. draft ──launch──▶ launched."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")  # may be incomplete; nothing happens
        LAUNCHED = "launched", _("Launched")  # pinned: what goes out is what was launched

    class Delivery(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        TRIGGERED = "triggered", _("Triggered")

    class OutsideHours(models.TextChoices):
        HOLD = "hold", _("Wait until they may be texted")
        SKIP = "skip", _("Leave them out")

    class WaveUnit(models.TextChoices):
        # Translators: after a number, such as 10.
        PERCENT = "percent", _("% of the people")  # xgettext:no-python-format
        PEOPLE = "people", _("people")

    class DelayUnit(models.TextChoices):
        MINUTES = "minutes", _("minutes")
        HOURS = "hours", _("hours")
        DAYS = "days", _("days")

    campaign = models.ForeignKey(MessagingCampaign, on_delete=models.CASCADE, related_name="messages")
    name = models.CharField(_("name"), max_length=150)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT, editable=False)

    delivery = models.CharField(
        _("delivery method"), max_length=9, choices=Delivery.choices, default=Delivery.SCHEDULED
    )
    scheduled_for = models.DateTimeField(_("delivery date and time"), null=True, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", help_text=_("The zone in which the time is meant.")
    )
    event_name = models.CharField(_("event"), max_length=100, blank=True)
    window_from = models.DateTimeField(_("listens from"), null=True, blank=True)
    window_until = models.DateTimeField(_("listens until"), null=True, blank=True)
    delay_amount = models.PositiveIntegerField(_("delay"), default=0, help_text=_("0 sends immediately."))
    delay_unit = models.CharField(_("delay unit"), max_length=7, choices=DelayUnit.choices, default=DelayUnit.MINUTES)
    limit_count = models.PositiveSmallIntegerField(
        _("at most"), null=True, blank=True, help_text=_("Times per person. Leave empty for no limit.")
    )
    limit_days = models.PositiveSmallIntegerField(_("in days"), null=True, blank=True)

    outside_hours = models.CharField(
        _("people for whom it is night"), max_length=4, choices=OutsideHours.choices, default=OutsideHours.HOLD
    )
    late_after_hours = models.PositiveSmallIntegerField(
        _("too late after"),
        null=True,
        blank=True,
        help_text=_("So many hours after its time it is no longer sent to anybody. Leave empty for the usual limit."),
    )

    first_wave = models.PositiveIntegerField(
        _("first wave"), null=True, blank=True, help_text=_("Leave empty to send to everybody at once.")
    )
    first_wave_unit = models.CharField(
        _("first wave unit"), max_length=7, choices=WaveUnit.choices, default=WaveUnit.PERCENT
    )
    first_wave_wait = models.PositiveSmallIntegerField(
        _("minutes to wait"),
        default=30,
        help_text=_("For receipts and replies, after the last text of the first wave."),
    )
    first_wave_failed = _percent(_("failed at most"), default=10)
    first_wave_opt_outs = _percent(_("opt-outs at most"), default=2)

    sender = models.ForeignKey(
        Sender, verbose_name=_("target phone number"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    programme = models.ForeignKey(
        OptInCampaign,
        verbose_name=_("messaging preference"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Only people who opted in to this are texted."),
    )
    opening = models.CharField(
        _("begins with"), max_length=80, blank=True, help_text=_("Who is texting, in front of each text: “Acme:”.")
    )
    body = models.TextField(_("message"), blank=True)
    closing = models.CharField(
        _("ends with"), max_length=80, blank=True, help_text=_("How to stop, on a line of its own after each text.")
    )

    segment_in = models.ForeignKey(
        Segment, verbose_name=_("only people in"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    segment_out = models.ForeignKey(
        Segment, verbose_name=_("nobody in"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    notes = models.TextField(_("notes"), blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    launched_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("SMS message")
        verbose_name_plural = _("SMS messages")
        constraints = [
            models.CheckConstraint(
                name="message_window_in_order",
                condition=Q(window_until__gt=F("window_from")),
                violation_error_message=_("The window must end after it begins."),
            ),
            models.CheckConstraint(
                name="message_limit_is_a_pair",
                condition=Q(limit_count__isnull=True, limit_days__isnull=True)
                | Q(limit_count__gte=1, limit_days__gte=1),
                violation_error_message=_("A limit needs both: how often, and in how many days."),
            ),
            models.CheckConstraint(
                name="message_first_wave_is_some",
                condition=Q(first_wave__isnull=True)
                | Q(first_wave__gte=1, first_wave_unit="people")
                | Q(first_wave__range=(1, 99), first_wave_unit="percent"),
                violation_error_message=_("A first wave is 1 to 99 %% of the people, or at least 1 of them."),
            ),
            models.CheckConstraint(
                name="message_launched_is_complete",
                condition=Q(state="draft")
                | (
                    Q(launched_at__isnull=False, sender__isnull=False, programme__isnull=False)
                    & ~Q(body="")
                    & (
                        Q(delivery="scheduled", scheduled_for__isnull=False)
                        | (Q(delivery="triggered") & ~Q(event_name=""))
                    )
                ),
            ),
        ]
        indexes = [
            # The clock asks each second which scheduled messages are due.
            models.Index(
                fields=["scheduled_for"],
                name="message_due",
                condition=Q(state="launched", delivery="scheduled"),
            ),
            # An event asks which triggered messages listen to its name.
            models.Index(
                fields=["event_name"],
                name="message_listening",
                condition=Q(state="launched", delivery="triggered"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def text(self) -> str:
        """What is sent, its merge fields still open: opening, body and closing. Blank without a body."""
        if not self.body.strip():
            return ""
        spoken = " ".join(filter(None, (self.opening.strip(), self.body)))
        return "\n".join(filter(None, (spoken, self.closing.strip())))

    @property
    def delay(self) -> dt.timedelta:
        return delay(self.delay_amount, self.delay_unit)

    @property
    def late_after(self) -> dt.timedelta:
        """How long after its time a text is still worth sending."""
        hours = self.late_after_hours
        return settings.LATE_AFTER if hours is None else dt.timedelta(hours=hours)

    @property
    def has_first_wave(self) -> bool:
        """Whether some people are texted before the others. Whom an event texts is texted alone anyway."""
        return self.first_wave is not None and self.delivery == self.Delivery.SCHEDULED
