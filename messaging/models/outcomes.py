"""How many recipients of a run stand where: kept by the database, so that no screen counts millions of them."""

from django.db import models

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
