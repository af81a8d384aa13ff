"""Files of customers: what was read, what became of each line, and what stood there before."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models.customers import Customer


class CustomerImport(models.Model):
    """One file of customers.

    reading ──▶ ready ──run──▶ waiting ──▶ running ──▶ lowering ──▶ done ──undo──▶ undoing ──▶ undone
       └▶ failed  └──▶ discarded              └▶ failed
    """

    class State(models.TextChoices):
        READING = "reading", pgettext_lazy("import", "Being read")  # a worker finds out what the import would do
        READY = "ready", pgettext_lazy("import", "Waits for you")  # a person looks at the preview
        DISCARDED = "discarded", pgettext_lazy("import", "Discarded")
        WAITING = "waiting", pgettext_lazy("import", "Waiting")
        RUNNING = "running", pgettext_lazy("import", "Running")
        # The customers are in; consent is lowered batch by batch.
        LOWERING = (
            "lowering",
            pgettext_lazy("import", "Opting people out"),
        )
        DONE = "done", pgettext_lazy("import", "Done")
        FAILED = "failed", pgettext_lazy("import", "Failed")
        UNDOING = "undoing", pgettext_lazy("import", "Being undone")
        UNDONE = "undone", pgettext_lazy("import", "Undone")

    file_name = models.CharField(_("file name"), max_length=255)
    content = models.BinaryField(null=True, editable=False)  # dropped once the import is settled
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.READING, editable=False)
    problem = models.TextField(_("problem"), blank=True, editable=False)
    # the file's first line, for the rejected ones' download
    header = models.TextField(blank=True, editable=False)
    # one a line: columns that were not read, and why
    remarks = models.TextField(blank=True, editable=False)
    # [title, what it means] of each column that is read
    columns = models.JSONField(default=list, editable=False)
    # Some lines as they would change, for the preview: dropped with the content.
    sample = models.JSONField(default=list, editable=False)
    # What it would do while it is ready, and what it did afterwards.
    expected = models.PositiveIntegerField(_("expected"), default=0, editable=False)  # lines that the preview found
    lines = models.PositiveIntegerField(_("lines"), default=0, editable=False)
    created = models.PositiveIntegerField(_("created"), default=0, editable=False)
    updated = models.PositiveIntegerField(_("updated"), default=0, editable=False)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0, editable=False)
    rejected = models.PositiveIntegerField(_("rejected"), default=0, editable=False)
    numbers = models.PositiveIntegerField(_("numbers added"), default=0, editable=False)
    opt_outs = models.PositiveIntegerField(_("people who left"), default=0, editable=False)
    lowered = models.PositiveIntegerField(_("numbers opted out"), default=0, editable=False)
    undone = models.JSONField(_("undone"), default=dict, editable=False)  # counts by what the undo did, and did not
    undo_reason = models.CharField(_("undo reason"), max_length=255, blank=True, editable=False)
    undone_by = models.CharField(_("undone by"), max_length=150, blank=True, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("started by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    # When its customers were written, by the database's clock: what was changed at another time, others changed.
    merged_at = models.DateTimeField(_("merged at"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)

    class Meta:
        verbose_name_plural = _("imports")
        ordering = ["-id"]
        verbose_name = _("import")
        permissions = [("undo_customerimport", "Can undo an import")]

    def __str__(self) -> str:
        return self.file_name


class ImportedLine(models.Model):
    """What a line of an import changed, as it was before and as it is since: what an undo goes by.

    Lines that changed nothing have none. It goes with its customer, so that it never outlives an erasure.
    """

    class NumberEffect(models.TextChoices):
        NONE = "", _("None")
        ADDED = "added", _("Added")
        MOVED = "moved", _("Moved over from a customer without external ID")

    class OptOut(models.TextChoices):
        NO = "", _("Not asked for")
        ASKED = "asked", _("Asked for")
        HEARD = "heard", _("In the ledger")

    customer_import = models.ForeignKey(
        CustomerImport, verbose_name=_("customer import"), on_delete=models.CASCADE, related_name="imported_lines"
    )
    line = models.PositiveIntegerField(_("line"))
    customer = models.ForeignKey(Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="+")
    is_new = models.BooleanField(_("is new"))
    # By field of the profile, and `attributes.<key>`; null where there was no value. Empty for a new customer.
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    number = models.CharField(_("number"), max_length=16, blank=True)
    number_effect = models.CharField(_("number effect"), max_length=5, choices=NumberEffect.choices, blank=True)
    moved_from = models.ForeignKey(
        Customer, verbose_name=_("moved from"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    opt_out = models.CharField(_("opt out"), max_length=5, choices=OptOut.choices, blank=True)
    undone = models.BooleanField(_("undone"), default=False)
    stays = models.TextField(_("stays"), blank=True, help_text=_("What an undo left as it is, and why."))

    class Meta:
        verbose_name = _("imported line")
        verbose_name_plural = _("imported lines")
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

    customer_import = models.ForeignKey(
        CustomerImport, verbose_name=_("customer import"), on_delete=models.CASCADE, related_name="rejected_lines"
    )
    line = models.PositiveIntegerField(_("line"))
    content = models.TextField(_("content"))
    reason = models.CharField(_("reason"), max_length=255)

    class Meta:
        verbose_name = _("rejected line")
        verbose_name_plural = _("rejected lines")
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["customer_import", "line"], name="rejected_line_once"),
        ]

    def __str__(self) -> str:
        return f"Line {self.line}: {self.reason}"
