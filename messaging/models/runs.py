"""Runs: one firing of a message to a frozen audience."""

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from messaging.models.messages import SmsMessage
from optins.models import Sender


class Run(models.Model):
    """What was pinned when the message fired: text, sender and programme. open ──▶ finished | cancelled.

    A scheduled message has one run per occurrence. Its audience is frozen chunk by chunk, in the order of the
    customers, while its first texts leave already; all but a first wave of them may be held until that was judged
    (`messaging.actions.runs.judging`). A triggered message has one run that stays open for its window and
    gains a recipient with each event. Where another person approves launches, a run that is not what was approved
    any more is held: it gains nobody until it was approved anew (`messaging.actions.runs.binding`).
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")  # has, or may still gain, recipients that are not settled
        FINISHED = "finished", _("Finished")  # no recipient is left unsettled and none will come
        CANCELLED = "cancelled", _("Cancelled")  # given up; what was waiting never went

    class Wave(models.TextChoices):
        NONE = "", _("Everybody at once")
        WAITING = "waiting", _("Waits for the whole audience")  # of whom the first leave meanwhile
        FIRST = "first", _("First wave")  # the others are held
        STOPPED = "stopped", _("Stopped itself")  # its campaign was paused; to resume it lets the others go
        REST = "rest", _("Goes on")  # the others are let go, some thousands at a time

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
    held_at = models.DateTimeField(
        null=True, help_text="Since when nobody is written into it: it is not what another person approved."
    )
    held_for = models.JSONField(
        default=list,
        db_default=Value([], models.JSONField()),
        blank=True,
        help_text="What differs: name, then, now; each as a list.",
    )
    wave = models.CharField(max_length=7, choices=Wave.choices, default=Wave.NONE, blank=True)
    wave_people = models.PositiveIntegerField(db_default=0, help_text="How many people the first wave was to be.")
    wave_verdict = models.CharField(max_length=255, blank=True)
    wave_judged_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [
            # Two beats, a double click or two schedulers: each occurrence once.
            models.UniqueConstraint(fields=["message", "due_at"], name="run_once_per_occurrence"),
            models.CheckConstraint(
                name="run_over_has_time",
                condition=Q(state="open", finished_at__isnull=True) | (~Q(state="open") & Q(finished_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="run_held_says_why",
                condition=Q(held_at__isnull=True, held_for=[]) | (Q(held_at__isnull=False) & ~Q(held_for=[])),
            ),
            models.CheckConstraint(
                name="run_wave_judged_has_time",
                condition=Q(wave__in=["stopped", "rest"], wave_judged_at__isnull=False)
                | (~Q(wave__in=["stopped", "rest"]) & Q(wave_judged_at__isnull=True)),
            ),
        ]
        indexes = [
            # The send worker walks the open runs.
            models.Index(fields=["sender", "id"], name="run_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.message} ({self.due_at:%Y-%m-%d %H:%M})"
