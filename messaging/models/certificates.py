"""Delivery certificates: what we say of a message's texts, held against the carrier's own list."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from messaging.models.messages import SmsMessage


class DeliveryCertificate(models.Model):
    """One comparison. asked ──▶ made.

    Each recipient has exactly one outcome in `outcomes` (a count by state). Of the texts that the carrier took,
    `matched` are in its list under the same SID; `missing` are not, `differing` have another end there, and `unknown`
    are texts in its list, from the same number and in the same time, that we know nothing of.
    """

    message = models.ForeignKey(SmsMessage, on_delete=models.PROTECT, related_name="certificates")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    asked_by = models.CharField(max_length=150)
    made_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=255, blank=True, help_text="Why the carrier could not be asked.")
    outcomes = models.JSONField(default=dict)
    taken = models.PositiveIntegerField(db_default=0)
    matched = models.PositiveIntegerField(db_default=0)
    missing = models.PositiveIntegerField(db_default=0)
    differing = models.PositiveIntegerField(db_default=0)
    unknown = models.PositiveIntegerField(db_default=0)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("delivery certificate")
        verbose_name_plural = _("delivery certificates")
        constraints = [
            # Two people who ask at once wait for the same answer.
            models.UniqueConstraint(
                fields=["message"], condition=Q(made_at__isnull=True), name="certificate_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return gettext("Certificate of %(message)s") % {"message": self.message}

    @property
    def recipients(self) -> int:
        return sum(self.outcomes.values())

    @property
    def holds(self) -> bool:
        """Whether our rows and the carrier's list say the same."""
        return not (self.problem or self.missing or self.differing or self.unknown)
