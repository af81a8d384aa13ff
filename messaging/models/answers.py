"""Who answered which run: kept, so that no report looks for each answer's text anew."""

from django.db import models

from messaging.models.runs import Run


class Answer(models.Model):
    """A person who replied to a run's text, or opted out after it: once each, however often.

    Written by `messaging.actions.upkeep.attributing` from the inbox and the ledger, a moment after the person did so.
    The person is the digest of their number, under which the ledger knows them too, also once they are erased.
    """

    class Kind(models.TextChoices):
        REPLY = "reply", "Replied"
        OPT_OUT = "opt_out", "Opted out"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="answers")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    number_digest = models.CharField(max_length=64, editable=False)

    class Meta:
        constraints = [
            # Reports count by it; and whoever looks at the same answers twice adds none.
            models.UniqueConstraint(fields=["run", "kind", "number_digest"], name="answer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} to run {self.run_id}"


class AnswersMark(models.Model):
    """Up to which row the inbox (for replies) or the ledger (for opt-outs) was looked through for answers."""

    kind = models.CharField(max_length=7, primary_key=True, choices=Answer.Kind.choices)
    through = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.kind} up to {self.through}"
