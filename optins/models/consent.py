"""Consent: the ledger of what people said, and the standing that follows from it.

Consent belongs to a number and a programme. Numbers are plain text here, not foreign keys to a
customer's phone number, so that consent and suppression outlive every edit and deletion of customers.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from campaigns.models import Campaign, Customer
from campaigns.phone import E164_PATTERN
from optins.models.providers import Sender


class ConsentEvent(models.Model):
    """One entry of the ledger. Append-only: a trigger in the database refuses UPDATE and DELETE.

    References carry no database constraint, because what they point to may be deleted and the proof may not.
    """

    class Action(models.TextChoices):
        ASKED = "asked", "Asked to confirm"
        OPTED_IN = "opted_in", "Opted in"
        OPTED_OUT = "opted_out", "Opted out"
        LAPSED = "lapsed", "Did not confirm in time"
        REFUSED = "refused", "Tried to join and was refused"
        VERIFIED = "verified", "Verified the number"
        SUPPRESSED = "suppressed", "Suppressed"
        LIFTED = "lifted", "Suppression lifted"

    class Method(models.TextChoices):
        KEYWORD = "keyword", "Texted a keyword"
        DOUBLE_OPT_IN = "double_opt_in", "Texted YES"
        RESTART = "restart", "Texted START"
        STOP = "stop", "Texted STOP"
        CODE = "code", "Entered the code that was texted"
        API = "api", "Told by an app"
        STAFF = "staff", "Entered by staff"
        CARRIER = "carrier", "Told by the carrier"
        CLOCK = "clock", "Time ran out"

    number = models.CharField(max_length=16)
    programme = models.ForeignKey(
        Campaign, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    sender = models.ForeignKey(Sender, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    action = models.CharField(max_length=12, choices=Action.choices)
    method = models.CharField(max_length=16, choices=Method.choices)
    reason = models.CharField(max_length=255, blank=True)
    wording = models.TextField(blank=True, help_text="What the person was shown or told.")
    inbound_sid = models.CharField(max_length=34, blank=True)
    inbound_text = models.TextField(blank=True)
    app_key = models.CharField(max_length=64, blank=True)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=255, blank=True)
    staff = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [
            # A person's timeline and the evidence of one number.
            models.Index(fields=["number", "-id"], name="consent_event_by_number"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} ({self.get_method_display()})"


class Subscription(models.Model):
    """One number's standing in one programme. Absent means not subscribed.

    pending ──YES──▶ opted_in ──STOP──▶ opted_out ──START or keyword──▶ opted_in
       └──(24 h)──▶ expired ──keyword──▶ pending | opted_in
    """

    class State(models.TextChoices):
        PENDING = "pending", "Waiting for YES"
        OPTED_IN = "opted_in", "Opted in"
        OPTED_OUT = "opted_out", "Opted out"
        EXPIRED = "expired", "Did not confirm"

    number = models.CharField(max_length=16)
    programme = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="subscriptions")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.SET_NULL, related_name="subscriptions")
    sender = models.ForeignKey(Sender, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices)
    pending_until = models.DateTimeField(null=True)
    opted_in_at = models.DateTimeField(null=True)
    opted_out_at = models.DateTimeField(null=True)
    # The sender whose STOP ended this subscription: a START there restores it, and only it.
    stopped_on = models.ForeignKey(Sender, null=True, on_delete=models.SET_NULL, related_name="+")
    consent_event = models.ForeignKey(ConsentEvent, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            # The claim asks consent by number and programme.
            models.UniqueConstraint(fields=["number", "programme"], name="subscription_once"),
            models.CheckConstraint(name="subscription_is_e164", condition=Q(number__regex=E164_PATTERN)),
            models.CheckConstraint(
                name="subscription_state_has_time",
                condition=Q(state="pending", pending_until__isnull=False)
                | Q(state="opted_in", opted_in_at__isnull=False)
                | Q(state="opted_out", opted_out_at__isnull=False)
                | Q(state="expired"),
            ),
            models.CheckConstraint(
                name="subscription_stopped_is_out", condition=Q(stopped_on__isnull=True) | Q(state="opted_out")
            ),
        ]
        indexes = [
            # The clock lapses double opt-ins that nobody answered.
            models.Index(fields=["pending_until"], name="subscription_pending", condition=Q(state="pending")),
            # Freezing an audience reads the opted-in of one programme.
            models.Index(fields=["programme", "number"], name="subscription_opted_in", condition=Q(state="opted_in")),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.get_state_display()}"


class Suppression(models.Model):
    """A number that must not be texted, whatever its subscriptions: from one sender, or (no sender) from any."""

    class Reason(models.TextChoices):
        STOP = "stop", "Texted STOP"
        CARRIER = "carrier", "The carrier refuses it (21610)"
        STAFF = "staff", "Opted out by staff"
        API = "api", "Opted out through an app"

    number = models.CharField(max_length=16)
    sender = models.ForeignKey(Sender, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=8, choices=Reason.choices)
    consent_event = models.ForeignKey(ConsentEvent, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        permissions = [("opt_out_number", "Can opt a person out")]
        constraints = [
            # The claim asks suppression by number; a second STOP adds no second row.
            models.UniqueConstraint(
                fields=["number", "sender"],
                condition=Q(lifted_at__isnull=True),
                nulls_distinct=False,
                name="suppression_once",
            ),
            models.CheckConstraint(name="suppression_is_e164", condition=Q(number__regex=E164_PATTERN)),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.get_reason_display()}"
