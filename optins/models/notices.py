"""Notices: texts we owe a person as the answer to what they did."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from campaigns.phone import mask
from optins.models.encrypted import EncryptedTextField
from optins.models.providers import Sender


class Notice(models.Model):
    """Written in the transaction of the act it answers, then carried to the outbox by messaging.

    A code's text is sealed: `body` shows it masked, `sealed_body` holds the real text encrypted.
    """

    class Kind(models.TextChoices):
        CODE = "code", _("Verification code")
        WELCOME = "welcome", _("Welcome or confirmation")
        ASK_YES = "ask_yes", _("Asks for YES")
        OPT_OUT = "opt_out", _("Answer to STOP")
        HELP = "help", _("Answer to HELP")
        NO_MATCH = "no_match", _("No match")
        REPLY = "reply", _("Reply by staff")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    number = models.CharField(max_length=16)
    # These references are not checked by the database: see ADR 18.
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False)
    customer_id = models.BigIntegerField(null=True)
    body = models.TextField()
    sealed_body = EncryptedTextField(blank=True)
    expires_at = models.DateTimeField(null=True, help_text=_("After this the text is of no use and is not sent."))
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    carried_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            # What messaging still has to carry to the outbox.
            models.Index(fields=["id"], name="notice_to_carry", condition=Q(carried_at__isnull=True)),
            # The loop guard counts a number's recent answers.
            models.Index(fields=["number", "-created_at"], name="notice_by_number"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} to {mask(self.number)}"
