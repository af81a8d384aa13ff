"""The outbox: every text leaves as a row of this table."""

from typing import Final

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Customer, CustomerEvent
from campaigns.phone import mask
from messaging.models.runs import Run
from messaging.states import State
from optins.models import ConsentEvent, Notice, Sender, Subscription
from optins.models.encrypted import EncryptedTextField
from optins.models.same_number import SameNumber

# A scheduled message's recipient, as opposed to the answer to an event or a notice.
_OF_AUDIENCE: Final = Q(run__isnull=False, event__isnull=True)


class Outbound(models.Model):
    """One text to one number, with exactly one outcome. The moves stand in `messaging.states`.

    A recipient is an outbound that has a run. A row is committed as *sending*, with a new attempt id,
    before a byte goes out: Twilio's Create Message has no idempotency key, so what was claimed is never
    claimed again unless the carrier proved that it never processed it.
    """

    class Kind(models.TextChoices):
        CAMPAIGN = "campaign", _("Campaign")
        NOTICE = "notice", _("Notice")
        TEST = "test", _("Test")

    class StateChoice(models.TextChoices):
        QUEUED = State.QUEUED, _("Queued")
        SENDING = State.SENDING, _("Sending")
        UNCERTAIN = State.UNCERTAIN, _("Uncertain")
        ACCEPTED = State.ACCEPTED, _("Accepted")
        SENT = State.SENT, _("Sent")
        DELIVERED = State.DELIVERED, _("Delivered")
        FAILED = State.FAILED, _("Failed")
        CANCELLED = State.CANCELLED, _("Cancelled")
        SKIPPED = State.SKIPPED, _("Skipped")

    AHEAD = (Kind.NOTICE, Kind.TEST)
    """What goes ahead of campaigns, and is claimed apart from them."""

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    # The references of this table are not checked by the database at each of a million rows, and have no index unless
    # one below serves somebody: docs/adr/0012-the-outbox-keeps-few-keys.md.
    run = models.ForeignKey(
        Run, null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="recipients"
    )
    # Event and customer stand after they are deleted, and then lead nowhere.
    event = models.ForeignKey(
        CustomerEvent, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    notice = models.ForeignKey(
        Notice, null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    campaign = models.ForeignKey(
        Campaign,
        verbose_name=_("campaign"),
        null=True,
        on_delete=models.SET_NULL,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    number = models.CharField(max_length=16, blank=True, help_text="Blank when the person has none.")
    sender = models.ForeignKey(
        Sender,
        verbose_name=_("sender"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    body = models.TextField(_("body"), blank=True, help_text="The text exactly as handed over; a code is masked.")
    sealed_body = EncryptedTextField(blank=True)
    parts = models.PositiveSmallIntegerField(_("parts"), null=True)

    state = models.CharField(_("state"), max_length=9, choices=StateChoice.choices, default=State.QUEUED)
    reason = models.CharField(_("reason"), max_length=32, blank=True)
    due_at = models.DateTimeField(_("due at"), db_default=Now())
    # It names the row, so that nobody needs an index to find the row by it: `messaging.attempts`.
    attempt_id = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True, help_text="No request of this attempt begins later.")
    ask_at = models.DateTimeField(null=True, help_text="When the carrier is asked what became of the text.")
    asked = models.PositiveSmallIntegerField(
        db_default=0, help_text="How often the carrier was asked about this attempt and did not have it."
    )
    requeued = models.PositiveSmallIntegerField(
        db_default=0, help_text="How often it came back to the queue because the carrier never had it."
    )
    sid = models.CharField(_("message SID"), max_length=34, null=True)
    error_code = models.PositiveIntegerField(null=True)
    consent_event = models.ForeignKey(
        ConsentEvent, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    settled_at = models.DateTimeField(null=True)
    # Where the number stands, in whichever programmes: for the gates' joins.
    subscriptions = SameNumber(
        Subscription, models.DO_NOTHING, from_fields=["number"], to_fields=["number"], related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = [
            # Partial throughout, so that no row pays for a key that it has no value for.
            models.UniqueConstraint(
                fields=["run", "customer"], condition=_OF_AUDIENCE, name="outbound_once_per_person"
            ),
            models.UniqueConstraint(
                fields=["run", "number"], condition=_OF_AUDIENCE & ~Q(state="skipped"), name="outbound_once_per_phone"
            ),
            models.UniqueConstraint(
                fields=["event", "run"], condition=Q(event__isnull=False), name="outbound_once_per_event"
            ),
            models.UniqueConstraint(
                fields=["notice"], condition=Q(notice__isnull=False), name="outbound_once_per_notice"
            ),
            # Callbacks, the reconciliation, the log's search.
            models.UniqueConstraint(fields=["sid"], condition=Q(sid__isnull=False), name="outbound_sid_once"),
            models.CheckConstraint(
                name="outbound_kind_has_cause",
                condition=Q(kind="campaign", run__isnull=False, notice__isnull=True)
                | Q(kind="notice", run__isnull=True, notice__isnull=False)
                | Q(kind="test", run__isnull=True, notice__isnull=True),
            ),
            models.CheckConstraint(
                name="outbound_on_the_wire_was_claimed",
                condition=Q(state__in=["queued", "skipped", "cancelled"])
                | (Q(attempt_id__isnull=False, claimed_at__isnull=False) & ~Q(number="")),
            ),
            models.CheckConstraint(
                name="outbound_refusal_has_reason",
                condition=~Q(state__in=["skipped", "failed", "cancelled"]) | ~Q(reason=""),
            ),
        ]
        indexes = [
            # The claim takes a run's waiting rows in order.
            models.Index(fields=["run", "due_at", "id"], name="outbound_waiting", condition=Q(state="queued")),
            # Notices and tests go ahead of campaigns, per sender.
            models.Index(
                fields=["sender", "due_at"],
                name="outbound_ahead",
                condition=Q(state="queued", kind__in=["notice", "test"]),
            ),
            # The rescue of what a dead worker left on the wire.
            models.Index(fields=["leased_until"], name="outbound_leased", condition=Q(state="sending")),
            # What the carrier has to be asked about, in its order.
            models.Index(
                fields=["ask_at"], name="outbound_to_ask", condition=Q(state__in=["uncertain", "accepted", "sent"])
            ),
            # The log of one message; reports and `campaign_status` count by outcome; a run is finished when it has no
            # unsettled ones.
            models.Index(
                fields=["run", "-id"],
                include=["state", "reason"],
                name="outbound_by_run",
                condition=Q(run__isnull=False),
            ),
            # The claim asks how many texts a number was sent lately; a STOP cancels what waits for it. A person's
            # timeline and conversation sort what a number has had: that is never so much that it needs its own index.
            models.Index(fields=["number", "claimed_at"], name="outbound_of_number"),
            # The log of one campaign, by state as well, and the answers that an opt-in campaign gave.
            models.Index(fields=["campaign", "-id"], include=["state"], name="outbound_by_campaign"),
            # How often a person has had a triggered message.
            models.Index(
                fields=["customer", "run", "created_at"], name="outbound_triggered", condition=Q(event__isnull=False)
            ),
            # The log by kind: notices are few among campaigns' texts.
            models.Index(fields=["-id"], name="outbound_notice_log", condition=Q(kind="notice")),
            # The log by state, for the states that are rare. What waits or is under way has an index above, and the
            # common outcomes are found at once among the latest rows.
            models.Index(
                fields=["state", "-id"],
                name="outbound_rare_log",
                condition=Q(state__in=["uncertain", "failed", "cancelled", "skipped"]),
            ),
            # The figures of the day on the home page.
            BrinIndex(fields=["claimed_at"], name="outbound_of_the_day", autosummarize=True, pages_per_range=32),
        ]

    def __str__(self) -> str:
        if not self.number:
            return gettext("%(kind)s to nobody") % {"kind": self.get_kind_display()}
        return gettext("%(kind)s to %(number)s") % {"kind": self.get_kind_display(), "number": mask(self.number)}
