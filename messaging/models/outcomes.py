"""How many texts stand where: kept by the database, so that no screen counts millions of them."""

from django.db import models
from django.db.models import Q

from messaging.models.outbox import Outbound
from messaging.models.runs import Run


class OutcomeCount(models.Model):
    """A change of how many recipients of a run are in a state for a reason. What stands is the sum of a run's rows.

    Written by a trigger of `messaging_outbound` alone, in the transaction that changes the texts: whatever verb or hand
    that was, the counts say what the rows say. Only rows are added, so that no writer waits for another;
    `messaging.actions.upkeep.folding` puts them together. See docs/adr/0019-the-database-counts-outcomes.md.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="outcomes")
    state = models.CharField(max_length=9, choices=Outbound.StateChoice.choices)
    reason = models.CharField(max_length=32, blank=True)
    number = models.IntegerField()

    class Meta:
        indexes = [
            # Progress bars and the list of campaigns; what is to be folded.
            models.Index(fields=["run", "state", "reason"], include=["number"], name="outcomes_of_run"),
        ]

    def __str__(self) -> str:
        return f"{self.number:+} {self.state}"


class TakenCount(models.Model):
    """A change of how many texts that the carrier took stand where, by when and to where they left, tests aside.

    `since` begins a quarter of an hour (every zone's hours and days begin with one), `dialled` is as much of the number
    as tells its country: a report of any size is a sum over these. A notice has no run. Written and folded as
    `OutcomeCount` is; what was folded is marked, so that a fold looks at the quarters that changed alone.
    """

    run = models.ForeignKey(
        Run, null=True, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="taken"
    )
    since = models.DateTimeField()
    dialled = models.CharField(max_length=5)
    state = models.CharField(max_length=9, choices=Outbound.StateChoice.choices)
    texts = models.IntegerField()
    parts = models.IntegerField()
    is_folded = models.BooleanField(db_default=False)

    class Meta:
        indexes = [
            # Reports.
            models.Index(fields=["run", "since"], name="taken_of_run", condition=Q(run__isnull=False)),
            # The figures of the day, and of the same weekday before.
            models.Index(fields=["since"], name="taken_since"),
            # What is to be folded.
            models.Index(fields=["since"], name="taken_to_fold", condition=Q(is_folded=False)),
        ]

    def __str__(self) -> str:
        return f"{self.texts:+} {self.state} since {self.since:%d %B %H:%M}"
