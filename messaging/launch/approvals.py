"""Approvals as they stand now: what was asked or approved, and what was changed since."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaigns.lifecycle import CLOSED
from messaging.census.counting import is_fresh, latest
from messaging.census.prices import Cost, cost
from messaging.census.sampling import parts_by_country
from messaging.census.tally import Tally
from messaging.clock import gate_now
from messaging.gates import estimate
from messaging.launch.fingerprint import Change, changes, digest, facts
from messaging.models import Approval, LaunchRules, Run, SmsMessage

APPROVE_PERMISSION = "messaging.approve_message"
_RELATED: Final = ("campaign__audience", "sender", "programme", "segment_in", "segment_out")


@dataclass(frozen=True, slots=True)
class Standing:
    """The latest request for a message, None when nobody asked; `changes` are those since, and make it void."""

    message: SmsMessage
    approval: Approval | None
    changes: Sequence[Change]

    @property
    def stands(self) -> bool:
        """Whether it is approved as it is now."""
        return self._is(Approval.State.APPROVED)

    @property
    def waits(self) -> bool:
        """Whether somebody else has to decide about it as it is now."""
        return self._is(Approval.State.ASKED)

    def _is(self, state: Approval.State) -> bool:
        return self.approval is not None and self.approval.state == state and not self.changes


def needs_approval() -> bool:
    """Whether the company asks for another person's approval of every launch."""
    return LaunchRules.objects.filter(needs_approval=True).exists()


def standing(message: SmsMessage, *, amount: Decimal | None = None) -> Standing:
    """What holds of a message's approval now, and at a cost of `amount`, where that was counted."""
    found = _request_for(message)
    if found is None:
        return Standing(message, None, ())
    return Standing(message, found, [*changes(found.facts, facts(message)), *_dearer(found, amount)])


def _request_for(message: SmsMessage) -> Approval | None:
    return message.approvals.exclude(state=Approval.State.WITHDRAWN).first()


def _dearer(approval: Approval, amount: Decimal | None) -> Sequence[Change]:
    """The cost as a change, where it is above the ceiling."""
    if amount is None or approval.ceiling is None or amount <= approval.ceiling:
        return ()
    at_most, now = (f"{approval.currency} {money:.2f}" for money in (approval.ceiling, amount))
    return (Change(gettext_noop("Cost"), at_most, now),)


def why_not_approved(message: SmsMessage) -> str:
    """Why a message may not be launched for want of an approval, as a sentence; blank when it may."""
    if not needs_approval():
        return ""
    found = standing(message)
    if found.approval is None or found.approval.state == Approval.State.DECLINED:
        said = _("“%(name)s” needs another person's approval first. Ask for it on its review page.")
        return said % {"name": message.name}
    if found.changes:
        what = ", ".join(change.label.lower() for change in found.changes)
        said = _("“%(name)s” was changed after approval was asked for (%(what)s). Ask for it again.")
        return said % {"name": message.name, "what": what}
    if found.waits:
        said = _("“%(name)s” waits for another person's approval, which %(who)s asked for.")
        return said % {"name": message.name, "who": found.approval.asked_label}
    return _why_too_expensive(message, found.approval)


def unapproved(message: SmsMessage) -> Sequence[Change]:
    """What of a launched message is not what another person approved; nothing where nobody has to approve it.

    What was launched while nobody had to is bound by nothing. Once a run was held for a difference, its approval is
    used up: to undo the difference does not bring it back, somebody approves anew. The message is read anew.
    """
    given = _given().filter(message=message).first() if needs_approval() else None
    if given is None:
        return ()
    now = SmsMessage.objects.select_related(*_RELATED).get(pk=message.pk)
    if found := changes(given.facts, facts(now)):
        return found
    if given.state == Approval.State.APPROVED:
        return ()
    since = _request_for(message)
    return [Change(gettext_noop("Approval"), Approval.State.APPROVED.value, since.state if since else "")]


def above_ceiling(message: SmsMessage) -> Sequence[Change]:
    """What a launched message would cost now, where that is more than was approved and nobody rendered it exactly."""
    given = message.approvals.filter(state=Approval.State.APPROVED, ceiling__isnull=False).first()
    if given is None or not needs_approval():
        return ()
    return _dearer(given, expected_cost(message).amount)


def _given() -> QuerySet[Approval]:
    """What somebody approved, whether or not it was used up since; the latest first."""
    return Approval.objects.filter(decided_at__isnull=False).exclude(state=Approval.State.DECLINED)


@dataclass(frozen=True, slots=True)
class Unapproved:
    """A launched message that is not what was approved: it does not start, or takes nobody any more.

    `approval` is the request since, if any: asked for, or declined.
    """

    message: SmsMessage
    changes: Sequence[Change]
    held_at: dt.datetime | None
    approval: Approval | None

    @property
    def is_too_late(self) -> bool:
        """Whether its time is so long over that it is sent to nobody, approved or not."""
        at = self.message.scheduled_for
        if at is None or self.message.delivery != SmsMessage.Delivery.SCHEDULED:
            return False
        return at + self.message.late_after <= gate_now()


def unapproved_messages(messages: Q) -> Sequence[Unapproved]:
    """Those of the launched messages whose audience is still to be written, and that are not what was approved."""
    if not needs_approval():
        return ()
    open_runs = Run.objects.filter(message=OuterRef("pk"), state=Run.State.OPEN)
    to_begin = Q(delivery=SmsMessage.Delivery.SCHEDULED) & ~Exists(Run.objects.filter(message=OuterRef("pk")))
    taking = Q(Exists(open_runs.filter(Q(frozen_at__isnull=True) | Q(message__delivery=SmsMessage.Delivery.TRIGGERED))))
    launched = SmsMessage.objects.filter(messages, to_begin | taking, state=SmsMessage.State.LAUNCHED)
    bound = launched.filter(Exists(_given().filter(message=OuterRef("pk"))))
    found = bound.exclude(campaign__state__in=sorted(CLOSED)).select_related(*_RELATED).order_by("pk")
    return [each for each in map(_unapproved, found) if each.changes]


def unapproved_of(message: SmsMessage) -> Unapproved | None:
    """The same of one message; None where it goes on as it was approved, or is not launched."""
    return next(iter(unapproved_messages(Q(pk=message.pk))), None)


def _unapproved(message: SmsMessage) -> Unapproved:
    held = message.runs.filter(held_at__isnull=False).first()
    differs = [Change(*fact) for fact in held.held_for] if held else unapproved(message)
    return Unapproved(message, differs, held.held_at if held else None, _request_for(message))


def _why_too_expensive(message: SmsMessage, approval: Approval) -> str:
    if approval.ceiling is None or (expected := expected_cost(message).amount) <= approval.ceiling:
        return ""
    said = _("“%(name)s” was approved for %(ceiling)s at most, and would now cost %(cost)s. Ask for approval again.")
    ceiling = f"{approval.currency} {approval.ceiling:.2f}"
    return said % {"name": message.name, "ceiling": ceiling, "cost": f"{expected:.2f}"}


def expected_cost(message: SmsMessage) -> Cost:
    """What a complete scheduled message would cost now: exactly where it was just counted, else about."""
    census = latest(message, fingerprint=digest(message))
    if census is not None and is_fresh(census):
        return cost(Tally.from_json(census.tally).countries)
    return cost(parts_by_country(message, estimate(message)))


def waiting_approvals() -> QuerySet[Approval]:
    """Requests that nobody has decided, of messages that can still be launched or go on, the oldest first."""
    return _of_open().filter(state=Approval.State.ASKED)


def decided_for(user_id: int) -> QuerySet[Approval]:
    """The answers to what somebody asked for, of messages that can still be launched, the oldest first.

    Of launched ones only where the answer was no: with a yes they have gone on.
    """
    drafts = Q(message__state=SmsMessage.State.DRAFT, state=Approval.State.APPROVED)
    return _of_open().filter(drafts | Q(state=Approval.State.DECLINED), asked_by=user_id)


def _of_open() -> QuerySet[Approval]:
    drafts = Q(message__state=SmsMessage.State.DRAFT)
    asked_anew = Q(Exists(_given().filter(message=OuterRef("message"), pk__lt=OuterRef("pk"))))
    newer = Approval.objects.filter(message=OuterRef("message"), pk__gt=OuterRef("pk"))
    counts = Approval.objects.filter(drafts | asked_anew, ~Exists(newer))
    found = counts.exclude(message__campaign__state__in=sorted(CLOSED))
    return found.select_related(*(f"message__{name}" for name in _RELATED)).order_by("pk")
