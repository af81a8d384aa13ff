"""Texts that may ask to stop, for a person to decide."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from campaigns.phone import E164_PATTERN
from optins.models.providers import Sender


class OptOutReview(models.Model):
    """A text of which no rule is sure whether it asks to stop. While it waits, its number gets no marketing.

    waiting ──a person reads it as an opt-out, or the number texts STOP──▶ opted_out
       └──a person reads it otherwise, and says why──▶ kept
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for a decision")
        OPTED_OUT = "opted_out", _("An opt-out")
        KEPT = "kept", _("Not an opt-out")

    number = models.CharField(_("from"), max_length=16)
    sender = models.ForeignKey(Sender, verbose_name=_("texted to"), on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    inbound_sid = models.CharField(max_length=34)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.CharField(max_length=150, blank=True)
    reason = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["received_at", "pk"]
        verbose_name = _("text to review")
        verbose_name_plural = _("texts to review")
        permissions = [("decide_review", "Can decide whether a text is an opt-out")]
        constraints = [
            models.CheckConstraint(name="review_is_e164", condition=Q(number__regex=E164_PATTERN)),
            models.CheckConstraint(
                name="review_decided_has_time",
                condition=Q(state="waiting", decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(name="review_kept_has_reason", condition=~Q(state="kept") | ~Q(reason="")),
        ]
        indexes = [
            # The gate: whether a number waits for a decision.
            models.Index(fields=["number"], name="review_waiting_by_number", condition=Q(state="waiting")),
            # The queue, the oldest first.
            models.Index(fields=["state", "received_at"], name="review_queue"),
        ]

    def __str__(self) -> str:
        return f"Text to review {self.pk}"
