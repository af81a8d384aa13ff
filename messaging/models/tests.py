"""Tests of messages: what went to the phones of staff, and belongs to no figure."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import Customer
from messaging.models.messages import SmsMessage
from messaging.models.outbox import Outbound


class TestText(models.Model):
    """One test: which message, with whose data, sent by whom. Where it went, and its outcome, stand in its text."""

    # The name is a word of the product, and not of a test runner.
    __test__ = False

    message = models.ForeignKey(SmsMessage, on_delete=models.CASCADE, related_name="tests")
    outbound = models.OneToOneField(Outbound, on_delete=models.CASCADE, related_name="test")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.SET_NULL, related_name="+")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    sent_label = models.CharField(_("sent by"), max_length=150)
    sent_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("test")
        verbose_name_plural = _("tests")
        permissions = [("send_test", "Can send tests of messages to staff")]
        indexes = [
            # How many somebody sent lately.
            models.Index(fields=["sent_by", "sent_at"], name="test_text_lately"),
        ]

    def __str__(self) -> str:
        return gettext("Test of %(message)s") % {"message": self.message}
