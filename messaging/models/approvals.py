"""Approvals: another person's yes or no to a message before it is launched."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from messaging.models.messages import SmsMessage


class LaunchRules(models.Model):
    """What the company asks of every launch. One row; without it nothing beyond the right to launch is asked."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    needs_approval = models.BooleanField(
        _("another person approves each launch"),
        db_default=False,
        help_text=_(
            "Whoever wants to launch asks; somebody else with the right to approve says yes or no. "
            "A change of text, audience, time or sender makes a new approval necessary."
        ),
    )

    class Meta:
        verbose_name = _("launch rules")
        verbose_name_plural = _("launch rules")
        constraints = [models.CheckConstraint(name="launch_rules_single", condition=Q(only=True))]

    def __str__(self) -> str:
        return gettext("Launch rules")


class Approval(models.Model):
    """One request to launch a message as it stood then, and the answer of somebody else.

    asked ──approve──▶ approved, ──decline──▶ declined; asked and approved ──▶ withdrawn: taken back, or asked anew.
    It holds for `facts` alone (`messaging.launch.fingerprint`): whatever is changed afterwards makes it void.
    """

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("approval", "Asked for")  # waits for somebody else
        APPROVED = "approved", _("Approved")  # may be launched while nothing is changed
        DECLINED = "declined", _("Declined")  # `reason` says why
        WITHDRAWN = "withdrawn", _("Withdrawn")  # counts no more

    message = models.ForeignKey(SmsMessage, on_delete=models.CASCADE, related_name="approvals")
    state = models.CharField(max_length=9, choices=State.choices, default=State.ASKED)
    fingerprint = models.CharField(max_length=64)
    facts = models.JSONField()
    ceiling = models.DecimalField(
        _("cost ceiling"),
        max_digits=12,
        decimal_places=2,
        null=True,
        help_text=_("What it may cost at most, in `currency`; empty where nothing can be counted before."),
    )
    currency = models.CharField(max_length=3)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_label = models.CharField(_("asked by"), max_length=150)
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_label = models.CharField(_("decided by"), max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        permissions = [("approve_message", "Can approve or decline what others want to launch")]
        constraints = [
            models.UniqueConstraint(
                fields=["message"], condition=Q(state__in=["asked", "approved"]), name="approval_one_counts_per_message"
            ),
            # The names count as well, so that it holds when an account is deleted.
            models.CheckConstraint(
                name="approval_is_by_another",
                condition=(Q(decided_by=None) | Q(asked_by=None) | ~Q(decided_by=F("asked_by")))
                & ~Q(decided_label=F("asked_label")),
            ),
            models.CheckConstraint(
                name="approval_decided_has_person_and_time",
                condition=Q(decided_at__isnull=True, decided_label="", state__in=["asked", "withdrawn"])
                | (Q(decided_at__isnull=False, state__in=["approved", "declined", "withdrawn"]) & ~Q(decided_label="")),
            ),
            models.CheckConstraint(name="approval_declined_has_reason", condition=~Q(state="declined") | ~Q(reason="")),
        ]
        indexes = [
            # Home lists what waits for somebody.
            models.Index(fields=["id"], name="approval_asked", condition=Q(state="asked")),
        ]

    def __str__(self) -> str:
        return gettext("Approval of %(message)s") % {"message": self.message}
