"""Files of customers: what was read, what became of each line, and what stood there before."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from campaigns.models.customers import Customer


class CustomerImport(models.Model):
    """One file of customers.

    reading ──▶ ready ──run──▶ waiting ──▶ running ──▶ lowering ──▶ done ──undo──▶ undoing ──▶ undone
       └▶ failed  └──▶ discarded              └▶ failed
    """

    class State(models.TextChoices):
        READING = "reading", "Being read"  # a worker finds out what the import would do
        READY = "ready", "Waits for you"  # a person looks at the preview
        DISCARDED = "discarded", "Discarded"
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        LOWERING = "lowering", "Opting people out"  # the customers are in; consent is lowered batch by batch
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"

    file_name = models.CharField(max_length=255)
    content = models.BinaryField(null=True, editable=False)  # dropped once the import is settled
    state = models.CharField(max_length=9, choices=State.choices, default=State.READING, editable=False)
    problem = models.TextField(blank=True, editable=False)
    header = models.TextField(blank=True, editable=False)  # the file's first line, for the rejected ones' download
    remarks = models.TextField(blank=True, editable=False)  # one a line: columns that were not read, and why
    columns = models.JSONField(default=list, editable=False)  # [title, what it means] of each column that is read
    # Some lines as they would change, for the preview: dropped with the content.
    sample = models.JSONField(default=list, editable=False)
    # What it would do while it is ready, and what it did afterwards.
    expected = models.PositiveIntegerField(default=0, editable=False)  # lines that the preview found
    lines = models.PositiveIntegerField(default=0, editable=False)
    created = models.PositiveIntegerField(default=0, editable=False)
    updated = models.PositiveIntegerField(default=0, editable=False)
    unchanged = models.PositiveIntegerField(default=0, editable=False)
    rejected = models.PositiveIntegerField(default=0, editable=False)
    numbers = models.PositiveIntegerField("numbers added", default=0, editable=False)
    opt_outs = models.PositiveIntegerField("people who left", default=0, editable=False)
    lowered = models.PositiveIntegerField("numbers opted out", default=0, editable=False)
    undone = models.JSONField(default=dict, editable=False)  # counts by what the undo did, and did not
    undo_reason = models.CharField(max_length=255, blank=True, editable=False)
    undone_by = models.CharField(max_length=150, blank=True, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # When its customers were written, by the database's clock: what was changed at another time, others changed.
    merged_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = "import"
        permissions = [("undo_customerimport", "Can undo an import")]

    def __str__(self) -> str:
        return self.file_name


class ImportedLine(models.Model):
    """What a line of an import changed, as it was before and as it is since: what an undo goes by.

    Lines that changed nothing have none. It goes with its customer, so that it never outlives an erasure.
    """

    class NumberEffect(models.TextChoices):
        NONE = "", "None"
        ADDED = "added", "Added"
        MOVED = "moved", "Moved over from a customer without external ID"

    class OptOut(models.TextChoices):
        NO = "", "Not asked for"
        ASKED = "asked", "Asked for"
        HEARD = "heard", "In the ledger"

    customer_import = models.ForeignKey(CustomerImport, on_delete=models.CASCADE, related_name="imported_lines")
    line = models.PositiveIntegerField()
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    is_new = models.BooleanField()
    # By field of the profile, and `attributes.<key>`; null where there was no value. Empty for a new customer.
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    number = models.CharField(max_length=16, blank=True)
    number_effect = models.CharField(max_length=5, choices=NumberEffect.choices, blank=True)
    moved_from = models.ForeignKey(Customer, null=True, on_delete=models.SET_NULL, related_name="+")
    opt_out = models.CharField(max_length=5, choices=OptOut.choices, blank=True)
    undone = models.BooleanField(default=False)
    stays = models.TextField(blank=True, help_text="What an undo left as it is, and why.")

    class Meta:
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["customer_import", "line"], name="imported_line_once"),
        ]
        indexes = [
            # The opt-outs that an import still has to write.
            models.Index(
                fields=["customer_import", "id"], name="imported_line_opts_out", condition=models.Q(opt_out="asked")
            ),
            # The lines that an undo still has to take back.
            models.Index(
                fields=["customer_import", "id"], name="imported_line_to_undo", condition=models.Q(undone=False)
            ),
        ]

    def __str__(self) -> str:
        return f"Line {self.line}"


class RejectedLine(models.Model):
    """A line that was not imported, whole, with the reason: to mend and bring again."""

    customer_import = models.ForeignKey(CustomerImport, on_delete=models.CASCADE, related_name="rejected_lines")
    line = models.PositiveIntegerField()
    content = models.TextField()
    reason = models.CharField(max_length=255)

    class Meta:
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["customer_import", "line"], name="rejected_line_once"),
        ]

    def __str__(self) -> str:
        return f"Line {self.line}: {self.reason}"
