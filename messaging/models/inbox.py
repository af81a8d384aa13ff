"""What the carrier tells us: texts from people, and what became of ours."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from campaigns.phone import mask
from optins.models import MessageProvider, Sender


class Inbound(models.Model):
    """One text from a person, stored once per MessageSid, with the rule that won."""

    sid = models.CharField(_("message SID"), max_length=34, unique=True)
    provider = models.ForeignKey(MessageProvider, on_delete=models.PROTECT, related_name="+")
    sender = models.ForeignKey(
        Sender, verbose_name=_("texted to"), null=True, on_delete=models.PROTECT, related_name="inbounds"
    )
    number = models.CharField(_("from"), max_length=34)
    body = models.TextField(_("body"), blank=True)
    opt_out_type = models.CharField(max_length=8, blank=True)
    meaning = models.CharField(max_length=12, blank=True)
    rule = models.CharField(max_length=64, blank=True)
    campaign = models.ForeignKey(
        Campaign, verbose_name=_("campaign"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    received_at = models.DateTimeField(_("received at"), db_default=Now(), editable=False)
    handled_at = models.DateTimeField(null=True, editable=False, help_text="Since when it needs no answer any more.")
    handled_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("inbound text")
        verbose_name_plural = _("inbound texts")
        permissions = [
            ("reply_to_text", "Can reply to a person"),
            ("handle_text", "Can say that a text needs no answer"),
        ]
        indexes = [
            # What waits for an answer, in the inbox.
            models.Index(
                fields=["-id"],
                name="inbound_to_answer",
                condition=Q(handled_at__isnull=True, meaning__in=["none", "review"]),
            ),
            # A person's conversation.
            models.Index(fields=["number", "-id"], name="inbound_by_number"),
        ]

    def __str__(self) -> str:
        return gettext("Text from %(number)s") % {"number": mask(self.number)}


class PendingCallback(models.Model):
    """One status callback as it came, until it is merged into its text and becomes a `StatusCallback`.

    Written by the web process, three for every text, and emptied each second: one that waits is in no index but its
    key's, and there is no foreign key, whose check would make all writers share a lock on the account's row.
    """

    account_sid = models.CharField(_("account SID"), max_length=34)
    attempt_id = models.UUIDField(null=True)
    sid = models.CharField(_("message SID"), max_length=34)
    status = models.CharField(max_length=32)
    error_code = models.PositiveIntegerField(null=True)
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    # Why it cannot be merged, in the database's word: it was put aside for people to decide. Blank while it waits.
    problem = models.CharField(max_length=64, blank=True, db_default="", editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("callback that was put aside")
        verbose_name_plural = _("callbacks that were put aside")
        permissions = [("handle_callback", "Can try again or discard a callback that was put aside")]
        indexes = [
            # Those put aside, on their page and on Home. One that waits is not in it.
            models.Index(fields=["-id"], name="callback_put_aside", condition=~Q(problem="")),
        ]

    def __str__(self) -> str:
        if not self.sid:
            return gettext("%(status)s for no message") % {"status": self.status}
        return gettext("%(status)s for %(sid)s") % {"status": self.status, "sid": self.sid}


class StatusCallback(models.Model):
    """One status callback that was merged. Late and duplicate ones are kept and changed nothing."""

    provider = models.ForeignKey(MessageProvider, on_delete=models.PROTECT, related_name="+")
    attempt_id = models.UUIDField(null=True)
    sid = models.CharField(_("message SID"), max_length=34)
    status = models.CharField(max_length=32)
    error_code = models.PositiveIntegerField(null=True)
    moved = models.BooleanField(help_text="Whether it moved a text forward.")
    received_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="callback_has_sid", condition=~Q(sid="")),
        ]
        indexes = [
            # The history of one text.
            models.Index(fields=["sid", "id"], name="callback_by_sid"),
        ]

    def __str__(self) -> str:
        return gettext("%(status)s for %(sid)s") % {"status": self.status, "sid": self.sid}
