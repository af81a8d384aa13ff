"""The card of the review page on which approval is asked for, given, refused or taken back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext as _

from campaigns.actions.moves import LAUNCH_PERMISSION
from campaigns.actors import Actor
from campaigns.admin.verbs import actor, tell
from messaging.actions.approving import approve, ask_for_approval, decline, withdraw
from messaging.actions.reviewing import Seen
from messaging.launch.approvals import APPROVE_PERMISSION, Standing, needs_approval, standing
from messaging.launch.review import Review
from messaging.models import Approval, MessagingCampaign, SmsMessage

# So much more than counted may a launch cost by default: people join between the request and the launch.
_ROOM: Final = Decimal("1.1")


class Phase(StrEnum):
    """What the card is about."""

    LAUNCH = "launch"  # nothing is lacking: it may be launched
    ASK = "ask"  # somebody has to ask, for the first time or anew
    WAIT = "wait"  # somebody else has to decide
    DECIDE = "decide"  # this person may decide


@dataclass(frozen=True, slots=True)
class Asked:
    """What holds of one message's approval, and the ceiling that is proposed for it; None where nothing is counted."""

    standing: Standing
    proposed: Decimal | None


@dataclass(frozen=True, slots=True)
class Card:
    """The card as one person sees it. `may_act` says whether the button of the phase is theirs."""

    phase: Phase
    asked: Sequence[Asked]
    may_act: bool
    may_withdraw: bool


def card(reviews: Sequence[Review], by: Actor) -> Card | None:
    """The card for some reviews; None where the company asks for no approval, or nothing can be launched."""
    if not reviews or not needs_approval():
        return None
    asked = [Asked(standing(each.message, amount=_amount(each)), _proposed(each)) for each in reviews]
    phase = _phase([each.standing for each in asked], by)
    right = APPROVE_PERMISSION if phase is Phase.DECIDE else LAUNCH_PERMISSION
    mine = any(each.standing.waits and _is_of(each.standing.approval, by) for each in asked)
    return Card(phase, asked, by.may(right), mine and by.may(LAUNCH_PERMISSION))


def _phase(standings: Sequence[Standing], by: Actor) -> Phase:
    if all(each.stands for each in standings):
        return Phase.LAUNCH
    if any(not each.stands and not each.waits for each in standings):
        return Phase.ASK
    of_others = any(each.waits and not _is_of(each.approval, by) for each in standings)
    return Phase.DECIDE if of_others and by.may(APPROVE_PERMISSION) else Phase.WAIT


def _is_of(approval: Approval | None, by: Actor) -> bool:
    return approval is not None and approval.asked_by_id == by.user_id


def _amount(found: Review) -> Decimal | None:
    return found.price.amount if found.is_scheduled else None


def _proposed(found: Review) -> Decimal | None:
    amount = _amount(found)
    return None if amount is None else (amount * _ROOM).quantize(Decimal("0.01"), ROUND_UP)


def done(request: HttpRequest, what: MessagingCampaign | SmsMessage, seen: Seen) -> bool:
    """Whether what was posted is about an approval, and was done or refused. The next page tells."""
    by, reason = actor(request), request.POST.get("reason", "")
    launched = isinstance(what, SmsMessage) and what.state == SmsMessage.State.LAUNCHED
    acts: Mapping[str, tuple[Callable[[], object], str]] = {
        "ask": (
            lambda: ask_for_approval(what=what, seen=seen, ceilings=_ceilings(request), by=by),
            _("Approval was asked for. Whoever may approve finds it on their home page."),
        ),
        "approve": (
            lambda: approve(what=what, marks=seen.marks, reason=reason, by=by),
            _("Approved. It goes on as it is.") if launched else _("Approved. It can be launched as it is."),
        ),
        "decline": (lambda: decline(what=what, reason=reason, by=by), _("Declined. Whoever asked finds your reason.")),
        "withdraw": (lambda: withdraw(what=what, by=by), _("The request was taken back.")),
    }
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        return False
    verb, said = act
    tell(request, verb, done=said)
    return True


def _ceilings(request: HttpRequest) -> Mapping[int, Decimal]:
    """The cost ceilings that were typed, by message; what is no amount is left out, and so refused."""
    found = {}
    for key in request.POST:
        pk = key.removeprefix("ceiling-")
        if pk.isdecimal():
            try:
                found[int(pk)] = Decimal(request.POST[key].replace(",", "").strip()).quantize(Decimal("0.01"))
            except InvalidOperation:
                continue
    return found
