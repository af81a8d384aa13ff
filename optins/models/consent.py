"""Consent: the ledger of what people said, and the standing that follows from it.

Consent belongs to a number and a programme. Numbers are plain text here, not foreign keys to a
customer's phone number, so that consent and suppression outlive every edit and deletion of customers.
They outlive the erasure of a person too, as the number's keyed digest.
"""

from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Customer, CustomerImport, PhoneNumber
from campaigns.phone import E164_PATTERN, mask
from optins import chain
from optins.models.providers import Sender
from optins.models.same_number import SameNumber

_DIGEST: Final = 64
_IS_DIGEST: Final = "^[0-9a-f]{64}$"


def digest_of(number: str) -> str:
    """The digest under which the ledger and the suppressions know a number (E.164)."""
    return chain.number_digest(settings.NUMBER_HASH_KEY, number)


class ConsentEvents(models.QuerySet["ConsentEvent"]):
    """Entries of the ledger."""

    def of(self, number: str) -> Self:
        """The entries of a number, also of one that was erased."""
        return self.filter(number_digest=digest_of(number))


class ConsentEvent(models.Model):
    """One entry of the ledger. Append-only: a trigger in the database refuses UPDATE and DELETE.

    The entries of one number form a chain (`optins.chain`). What an erasure takes away, the number and what came from
    the person's phone, stands in `PersonalEvidence`. References carry no database constraint, because what they point
    to may be deleted and the proof may not.
    """

    class Action(models.TextChoices):
        ASKED = "asked", _("Asked to confirm")
        OPTED_IN = "opted_in", _("Opted in")
        OPTED_OUT = "opted_out", _("Opted out")
        LAPSED = "lapsed", _("Did not confirm in time")
        REFUSED = "refused", _("Tried to join and was refused")
        VERIFIED = "verified", _("Verified the number")
        SUPPRESSED = "suppressed", _("Suppressed")
        LIFTED = "lifted", _("Suppression lifted")
        ERASED = "erased", _("Erased the person")
        RESTORED = "restored", _("Opt-out taken back")

    class Method(models.TextChoices):
        KEYWORD = "keyword", _("Texted a keyword")
        DOUBLE_OPT_IN = "double_opt_in", _("Texted YES")
        RESTART = "restart", _("Texted START")
        STOP = "stop", _("Texted STOP")
        CODE = "code", _("Entered the code that was texted")
        API = "api", _("Told by an app")
        STAFF = "staff", _("Entered by staff")
        CARRIER = "carrier", _("Told by the carrier")
        CLOCK = "clock", _("Time ran out")
        IMPORT = "import", _("Told by a file")
        WEB = "web", _("Asked on our web page")

    number_digest = models.CharField(max_length=_DIGEST, editable=False)
    sequence = models.PositiveIntegerField(_("place in the chain"), editable=False)
    previous = models.CharField(_("previous"), max_length=_DIGEST, blank=True, editable=False)
    digest = models.CharField(_("digest"), max_length=_DIGEST, editable=False)
    commitment = models.CharField(max_length=_DIGEST, editable=False)
    programme = models.ForeignKey(
        Campaign, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    # What a suppression, its lifting, or a STOP that a START takes back, holds for; without one for every sender.
    scope = models.ForeignKey(Sender, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    sender = models.ForeignKey(
        Sender, verbose_name=_("sender"), null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    action = models.CharField(_("action"), max_length=12, choices=Action.choices)
    method = models.CharField(_("method"), max_length=16, choices=Method.choices)
    reason = models.CharField(_("reason"), max_length=255, blank=True)
    wording = models.TextField(_("wording"), blank=True, help_text=_("What the person was shown or told."))
    wording_version = models.CharField(_("wording version"), max_length=12, blank=True)
    inbound_sid = models.CharField(_("inbound sid"), max_length=34, blank=True)
    app_key = models.CharField(max_length=64, blank=True)
    staff = models.CharField(_("staff"), max_length=150, blank=True)
    # The file that said so; and, when the import is undone, which of its entries this one takes back.
    customer_import = models.ForeignKey(
        CustomerImport, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    takes_back = models.ForeignKey(
        "self", null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)

    objects = ConsentEvents.as_manager()

    # What the digest covers. The place in the chain is not among them: it follows from `previous`.
    FACTS: Final = (
        "number_digest", "previous", "commitment", "programme_id", "scope_id", "sender_id", "customer_id", "action",
        "method", "reason", "wording", "wording_version", "inbound_sid", "app_key", "staff", "at",
        "customer_import_id", "takes_back_id",
    )  # fmt: skip

    class Meta:
        ordering = ["-id"]
        verbose_name = _("consent event")
        verbose_name_plural = _("consent events")
        permissions = [
            ("export_evidence", "Can take out the evidence of a number"),
            ("erase_person", "Can erase a person"),
        ]
        constraints = [
            # A number's chain in its order, for its evidence and for the next entry; and two writers who slipped past
            # the number's lock cannot both write its next entry.
            models.UniqueConstraint(fields=["number_digest", "sequence"], name="consent_event_one_chain"),
            models.CheckConstraint(
                name="consent_event_is_chained",
                condition=Q(number_digest__regex=_IS_DIGEST, digest__regex=_IS_DIGEST, commitment__regex=_IS_DIGEST)
                & (Q(sequence=1, previous="") | Q(sequence__gt=1, previous__regex=_IS_DIGEST)),
            ),
            # No entry restores consent but the one that takes an import's opt-out back.
            models.CheckConstraint(
                name="consent_event_restores_imports_only",
                condition=Q(takes_back__isnull=True) & ~Q(action="restored")
                | Q(takes_back__isnull=False, customer_import__isnull=False, method="import")
                & Q(action__in=["restored", "lifted"]),
            ),
            models.CheckConstraint(
                name="consent_event_import_has_file", condition=~Q(method="import") | Q(customer_import__isnull=False)
            ),
        ]
        indexes = [
            # What an import lowered, a number at a time, for its undoing.
            models.Index(
                fields=["customer_import", "number_digest"],
                name="consent_event_of_import",
                condition=Q(customer_import__isnull=False),
            ),
            # Opt-outs of the day, and the trend of both, on the home page.
            models.Index(fields=["at"], name="consent_event_opt_outs", condition=Q(action="opted_out")),
            models.Index(fields=["at"], name="consent_event_opt_ins", condition=Q(action="opted_in")),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} ({self.get_method_display()})"

    @property
    def facts(self) -> dict[str, object]:
        """What the digest covers."""
        return {name: getattr(self, name) for name in self.FACTS}

    @property
    def number(self) -> str:
        """The number in E.164; blank when the person was erased. Lists select `personal` along."""
        return self.personal.number if self._stands else ""

    @property
    def inbound_text(self) -> str:
        """What the person texted; blank when erased."""
        return self.personal.inbound_text if self._stands else ""

    @property
    def ip(self) -> str | None:
        """The address that the person's device or the app called from; None when erased."""
        return self.personal.ip if self._stands else None

    @property
    def user_agent(self) -> str:
        """What the person's browser called itself; blank when erased."""
        return self.personal.user_agent if self._stands else ""

    @property
    def led_to(self) -> str:
        """The standing that it led to, by which lists colour it; blank when it ended one or says nothing of it."""
        return _LED_TO.get(self.action, "")

    @property
    def _stands(self) -> bool:
        return hasattr(self, "personal")


_LED_TO: Final[dict[str, str]] = {
    ConsentEvent.Action.ASKED: "pending",
    ConsentEvent.Action.OPTED_IN: "opted_in",
    ConsentEvent.Action.OPTED_OUT: "opted_out",
    ConsentEvent.Action.VERIFIED: "verified",
    ConsentEvent.Action.SUPPRESSED: "suppressed",
    ConsentEvent.Action.REFUSED: "rejected",
}


class PersonalEvidence(models.Model):
    """What of an entry belongs to the person and goes with an erasure, by deleting the row.

    A trigger refuses to change it: it stands as the entry's commitment says, or it is gone.
    """

    event = models.OneToOneField(ConsentEvent, primary_key=True, on_delete=models.PROTECT, related_name="personal")
    number = models.CharField(max_length=16)
    inbound_text = models.TextField(blank=True)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=255, blank=True)
    salt = models.CharField(max_length=32, editable=False)

    # What the commitment covers.
    FACTS: Final = ("number", "inbound_text", "ip", "user_agent")

    class Meta:
        indexes = [
            # The ledger's list is searched by number.
            models.Index(fields=["number"], name="personal_evidence_by_number"),
        ]

    def __str__(self) -> str:
        return mask(self.number)

    @property
    def commitment(self) -> str:
        """What the entry must hold for this row to be its evidence."""
        return chain.commitment(self.salt, {name: getattr(self, name) for name in self.FACTS})


class Subscription(models.Model):
    """One number's standing in one programme. Absent means not subscribed.

    pending ──YES──▶ opted_in ──STOP──▶ opted_out ──START or keyword──▶ opted_in
       └──(24 h)──▶ expired ──keyword──▶ pending | opted_in
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for YES")
        OPTED_IN = "opted_in", _("Opted in")
        OPTED_OUT = "opted_out", _("Opted out")
        EXPIRED = "expired", _("Did not confirm")

    number = models.CharField(max_length=16)
    programme = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="subscriptions")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.SET_NULL, related_name="subscriptions")
    sender = models.ForeignKey(Sender, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    pending_until = models.DateTimeField(null=True)
    opted_in_at = models.DateTimeField(_("opted in at"), null=True)
    opted_out_at = models.DateTimeField(_("opted out at"), null=True)
    # The sender whose STOP ended this subscription: a START there restores it, and only it.
    stopped_on = models.ForeignKey(Sender, null=True, on_delete=models.SET_NULL, related_name="+")
    consent_event = models.ForeignKey(ConsentEvent, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)
    held_by = SameNumber(
        PhoneNumber, models.DO_NOTHING, from_fields=["number"], to_fields=["number"], related_name="subscriptions"
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            # The claim asks consent by number and programme, a million times where an audience is frozen: the index
            # alone answers.
            models.UniqueConstraint(
                fields=["number", "programme"], include=["state", "consent_event"], name="subscription_once"
            ),
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
            # Who joined today, on the home page.
            models.Index(fields=["opted_in_at"], name="subscription_joined", condition=Q(state="opted_in")),
        ]

    def __str__(self) -> str:
        return f"{mask(self.number)}: {self.get_state_display()}"


class Suppressions(models.QuerySet["Suppression"]):
    """What must not be texted."""

    def standing_for(self, *numbers: str) -> Self:
        """What stands against these numbers, also where one was erased, came back, and is not known again yet."""
        return self.filter(number_digest__in=[digest_of(number) for number in numbers], lifted_at__isnull=True)


class Suppression(models.Model):
    """A number that must not be texted, whatever its subscriptions: from one sender, or (no sender) from any.

    When the person is erased the number is blanked and its digest stays; when the number comes back, whatever way, it
    is written in again before anything can be texted to it (`optins.actions.ledger.lock_number`).
    """

    class Reason(models.TextChoices):
        STOP = "stop", _("Texted STOP")
        CARRIER = "carrier", _("The carrier refuses it (21610)")
        STAFF = "staff", _("Opted out by staff")
        API = "api", _("Opted out through an app")
        IMPORT = "import", _("Opted out by a file")
        WEB = "web", _("Opted out on our web page")

    number = models.CharField(max_length=16, blank=True, help_text=_("Blank while the person is erased."))
    number_digest = models.CharField(max_length=_DIGEST, editable=False)
    sender = models.ForeignKey(Sender, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=8, choices=Reason.choices)
    consent_event = models.ForeignKey(
        ConsentEvent, verbose_name=_("consent event"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    lifted_at = models.DateTimeField(_("lifted at"), null=True)

    objects = Suppressions.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        permissions = [("opt_out_number", "Can opt a person out")]
        constraints = [
            # A second STOP adds no second row.
            models.UniqueConstraint(
                fields=["number_digest", "sender"],
                condition=Q(lifted_at__isnull=True),
                nulls_distinct=False,
                name="suppression_once",
            ),
            models.CheckConstraint(name="suppression_is_e164", condition=Q(number="") | Q(number__regex=E164_PATTERN)),
            models.CheckConstraint(name="suppression_has_digest", condition=Q(number_digest__regex=_IS_DIGEST)),
        ]
        indexes = [
            # The claim asks suppression by number.
            models.Index(fields=["number"], name="suppression_standing", condition=Q(lifted_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{mask(self.number) if self.number else gettext('erased')}: {self.get_reason_display()}"
