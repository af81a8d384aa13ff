"""Approvals as they stand now: what was asked or approved, and what was changed since."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from campaigns.lifecycle import CLOSED
from messaging.census.counting import is_fresh, latest
from messaging.census.prices import Cost, cost
from messaging.census.sampling import parts_by_country
from messaging.census.tally import Tally
from messaging.gates import estimate
from messaging.launch.fingerprint import Change, changes, digest, facts
from messaging.models import Approval, LaunchRules, SmsMessage

APPROVE_PERMISSION = "messaging.approve_message"


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


def standing(message: SmsMessage) -> Standing:
    """What holds of a message's approval now."""
    found = message.approvals.exclude(state=Approval.State.WITHDRAWN).first()
    return Standing(message, found, changes(found.facts, facts(message)) if found else ())


def why_not_approved(message: SmsMessage) -> str:
    """Why a message may not be launched for want of an approval, as a sentence; blank when it may."""
    if not needs_approval():
        return ""
    found = standing(message)
    if found.approval is None or found.approval.state == Approval.State.DECLINED:
        return f"“{message.name}” needs another person's approval first. Ask for it on its review page."
    if found.changes:
        what = ", ".join(change.what.lower() for change in found.changes)
        return f"“{message.name}” was changed after approval was asked for ({what}). Ask for it again."
    if found.waits:
        return f"“{message.name}” waits for another person's approval, which {found.approval.asked_label} asked for."
    return _why_too_expensive(message, found.approval)


def _why_too_expensive(message: SmsMessage, approval: Approval) -> str:
    if approval.ceiling is None or (expected := expected_cost(message).amount) <= approval.ceiling:
        return ""
    return (
        f"“{message.name}” was approved for {approval.currency} {approval.ceiling:.2f} at most, and would now cost "
        f"{expected:.2f}. Ask for approval again."
    )


def expected_cost(message: SmsMessage) -> Cost:
    """What a complete scheduled message would cost now: exactly where it was just counted, else about."""
    census = latest(message, fingerprint=digest(message))
    if census is not None and is_fresh(census):
        return cost(Tally.from_json(census.tally).countries)
    return cost(parts_by_country(message, estimate(message)))


def waiting_approvals() -> QuerySet[Approval]:
    """Requests that nobody has decided, of messages that can still be launched, the oldest first."""
    return _of_drafts().filter(state=Approval.State.ASKED)


def decided_for(user_id: int) -> QuerySet[Approval]:
    """The answers to what somebody asked for, of messages that can still be launched, the oldest first."""
    return _of_drafts().filter(asked_by=user_id, state__in=[Approval.State.APPROVED, Approval.State.DECLINED])


def _of_drafts() -> QuerySet[Approval]:
    related = ("campaign__audience", "sender", "programme", "segment_in", "segment_out")
    drafts = Approval.objects.filter(message__state=SmsMessage.State.DRAFT)
    open_ones = drafts.exclude(message__campaign__state__in=sorted(CLOSED))
    return open_ones.select_related(*(f"message__{name}" for name in related)).order_by("pk")
