"""Runs: one firing of a message to a frozen audience."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from campaigns.models import Campaign
from messaging.models.messages import SmsMessage
from optins.models import Sender


class Run(models.Model):
    """What was pinned when the message fired: text, sender and programme. open ──▶ finished | cancelled.

    A scheduled message has one run per occurrence. Its audience is frozen chunk by chunk, in the order of the
    customers, while its first texts leave already. A triggered message has one run that stays open for its window and
    gains a recipient with each event.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"  # has, or may still gain, recipients that are not settled
        FINISHED = "finished", "Finished"  # no recipient is left unsettled and none will come
        CANCELLED = "cancelled", "Cancelled"  # given up; what was waiting never went

    message = models.ForeignKey(SmsMessage, on_delete=models.PROTECT, related_name="runs")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    frozen_through = models.BigIntegerField(db_default=0, help_text="The customer up to whom the audience is written.")
    frozen_at = models.DateTimeField(
        null=True, help_text="Since when the audience is complete; from the start where events make it."
    )
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Two beats, a double click or two schedulers: each occurrence once.
            models.UniqueConstraint(fields=["message", "due_at"], name="run_once_per_occurrence"),
            models.CheckConstraint(
                name="run_over_has_time",
                condition=Q(state="open", finished_at__isnull=True) | (~Q(state="open") & Q(finished_at__isnull=False)),
            ),
        ]
        indexes = [
            # The send worker walks the open runs.
            models.Index(fields=["sender", "id"], name="run_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.message} ({self.due_at:%Y-%m-%d %H:%M})"
