"""Files of customers: what was read, what became of each line."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class CustomerImport(models.Model):
    """One file of customers. waiting → running → done | failed."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    file_name = models.CharField(max_length=255)
    content = models.BinaryField(null=True, editable=False)  # dropped once the import is done
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING, editable=False)
    problem = models.TextField(blank=True, editable=False)
    header = models.TextField(blank=True, editable=False)  # the file's first line, for the rejected ones' download
    remarks = models.TextField(blank=True, editable=False)  # one a line: columns that were not read, and why
    lines = models.PositiveIntegerField(default=0, editable=False)
    created = models.PositiveIntegerField(default=0, editable=False)
    updated = models.PositiveIntegerField(default=0, editable=False)
    rejected = models.PositiveIntegerField(default=0, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = "import"

    def __str__(self) -> str:
        return self.file_name


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
