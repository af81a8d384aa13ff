"""Censuses: what everybody's text of a message really comes out as, counted before it is launched."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from messaging.models.messages import SmsMessage


class Census(models.Model):
    """One rendering of a message for all the people meant. counting ──▶ done | failed.

    Written chunk by chunk in the order of the customers, so that a killed worker loses one chunk. It belongs to
    what the message said when it began: `fingerprint` digests text, audience, time and sender.
    """

    class State(models.TextChoices):
        COUNTING = "counting", _("Counting")  # people after `through` are still to be looked at
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")  # the audience could not be worked out; `problem` says why

    message = models.ForeignKey(SmsMessage, on_delete=models.CASCADE, related_name="censuses")
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.COUNTING)
    through = models.BigIntegerField(db_default=0, help_text="The customer up to whom people were looked at.")
    looked_at = models.PositiveIntegerField(db_default=0)
    total = models.PositiveIntegerField(db_default=0, help_text="How many customers there are to look at.")
    tally = models.JSONField(default=dict, help_text="As messaging.tally writes it.")
    problem = models.CharField(max_length=255, blank=True)
    started_by = models.CharField(max_length=150)
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("census")
        verbose_name_plural = _("censuses")
        constraints = [
            # Two people who look at the same message wait for the same census.
            models.UniqueConstraint(
                fields=["message"], condition=Q(state="counting"), name="census_one_at_a_time_per_message"
            ),
            models.CheckConstraint(
                name="census_over_has_time",
                condition=Q(state="counting", finished_at__isnull=True)
                | (~Q(state="counting") & Q(finished_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return gettext("Census of %(message)s") % {"message": self.message}

    @property
    def share(self) -> int:
        """How far it is, in whole per cent."""
        return min(100, 100 * self.looked_at // self.total) if self.total else 0

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else 0.0
