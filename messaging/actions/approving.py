"""Approval by another person: asking for it, giving or refusing it, taking the request back."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actions.moves import LAUNCH_PERMISSION
from campaigns.actors import Actor
from campaigns.refusals import Refused
from messaging.actions.reviewing import Seen, messages_of, refuse_unseen, reviews_of
from messaging.actions.runs.binding import let_go_on
from messaging.launch.approvals import APPROVE_PERMISSION, standing, unapproved_of
from messaging.launch.fingerprint import facts
from messaging.launch.review import Review
from messaging.models import Approval, LaunchRules, MessagingCampaign, SmsMessage

_COUNTS = (Approval.State.ASKED, Approval.State.APPROVED)


@transaction.atomic
def save_launch_rules(*, rules: LaunchRules, by: Actor) -> None:
    """Say whether launches need another person's approval; if not, what was held for one goes on."""
    by.require("messaging.change_launchrules")
    rules.save()
    if not rules.needs_approval:
        let_go_on()
    record(by=by, act="launch_rules.save", of=rules, needs_approval=rules.needs_approval)


@transaction.atomic
def ask_for_approval(
    *, what: MessagingCampaign | SmsMessage, seen: Seen, ceilings: Mapping[int, Decimal], by: Actor
) -> Sequence[Approval]:
    """Ask somebody else to approve the launch of a campaign, or of a message that was added later, as it was reviewed.

    A launched message can be asked for anew while it is not what was approved: with the approval it goes on.
    `ceilings` are what each scheduled message may cost at most, by its id. What is approved or asked for already is
    left alone. Raises Refused for what `launch_reviewed` refuses, and for a ceiling below what it costs.
    """
    by.require(LAUNCH_PERMISSION)
    reviews = reviews_of(what)
    refuse_unseen(reviews, seen)
    wanted = [found for found in reviews if _lacks_approval(found)]
    if not wanted:
        raise Refused("wrong_state", _("Nothing of this lacks an approval, or a request for one."))
    return [_ask(found, ceilings.get(found.message.pk), by) for found in wanted]


def _lacks_approval(found: Review) -> bool:
    """Whether nobody has approved it, or asks for it, as it is and at what it costs; a launched one can be too late."""
    if found.message.state == SmsMessage.State.LAUNCHED:
        waits = unapproved_of(found.message)
        if waits is None or waits.is_too_late:
            return False
    now = standing(found.message, amount=found.price.amount if found.is_scheduled else None)
    return not (now.stands or now.waits)


def _ask(found: Review, ceiling: Decimal | None, by: Actor) -> Approval:
    message = SmsMessage.objects.select_for_update().get(pk=found.message.pk)
    if not found.is_scheduled:
        ceiling = None
    elif ceiling is None or ceiling < found.price.amount:
        said = _("“%(name)s” costs more than the ceiling. Set a higher one.") % {"name": message.name}
        raise Refused("too_expensive", said)
    message.approvals.filter(state__in=_COUNTS).update(state=Approval.State.WITHDRAWN)
    asked = Approval.objects.create(
        message=message, fingerprint=found.mark, facts=dict(facts(found.message)), ceiling=ceiling,
        currency=settings.CURRENCY, asked_by_id=by.user_id, asked_label=by.label,
    )  # fmt: skip
    record(by=by, act="approval.ask", of=message, people=found.tally.reachable, ceiling=str(ceiling or ""))
    return asked


@transaction.atomic
def approve(*, what: MessagingCampaign | SmsMessage, marks: Mapping[int, str], by: Actor, reason: str = "") -> None:
    """Approve what somebody else asked for, as it was looked at: `marks` are the fingerprints by the messages' ids.

    A launched message that was held goes on.
    Raises Refused for one's own request, and for what was changed since it was asked for or looked at.
    """
    by.require(APPROVE_PERMISSION)
    for asked in _decided_by(what, by):
        if standing(asked.message).changes or marks.get(asked.message_id) != asked.fingerprint:
            said = _("“%(name)s” was changed since. Whoever asked has to ask again.") % {"name": asked.message.name}
            raise Refused("changed", said)
        _decide(asked, Approval.State.APPROVED, by, reason)
        let_go_on(messages=[asked.message_id])


@transaction.atomic
def decline(*, what: MessagingCampaign | SmsMessage, reason: str, by: Actor) -> None:
    """Decline what somebody else asked for. The reason is shown to them."""
    by.require(APPROVE_PERMISSION)
    if not reason.strip():
        raise Refused("missing_reason", _("Say why, so that it can be changed."), field="reason")
    for asked in _decided_by(what, by):
        _decide(asked, Approval.State.DECLINED, by, reason)


@transaction.atomic
def withdraw(*, what: MessagingCampaign | SmsMessage, by: Actor) -> None:
    """Take back a request that nobody has decided yet."""
    by.require(LAUNCH_PERMISSION)
    for asked in _asked(what):
        Approval.objects.filter(pk=asked.pk).update(state=Approval.State.WITHDRAWN)
        record(by=by, act="approval.withdraw", of=asked.message)


def _decided_by(what: MessagingCampaign | SmsMessage, by: Actor) -> Sequence[Approval]:
    """The requests that this person is about to decide: somebody who signs in, and not who asked."""
    if by.user_id is None:
        raise Refused("not_a_person", _("Only a person who is signed in can approve or decline."))
    others = [asked for asked in _asked(what) if by.user_id != asked.asked_by_id and by.label != asked.asked_label]
    if not others:
        raise Refused("own_request", _("You asked for this yourself: somebody else has to decide."))
    return others


def _asked(what: MessagingCampaign | SmsMessage) -> Sequence[Approval]:
    waiting = Approval.objects.filter(message__in=[message.pk for message in messages_of(what)])
    rows = list(waiting.filter(state=Approval.State.ASKED).select_for_update().order_by("pk"))
    if not rows:
        raise Refused("wrong_state", _("Nobody asks for approval of this any more. Reload the page."))
    return rows


def _decide(asked: Approval, state: Approval.State, by: Actor, reason: str) -> None:
    Approval.objects.filter(pk=asked.pk).update(
        state=state, decided_by=by.user_id, decided_label=by.label, decided_at=Now(), reason=reason.strip()[:255]
    )
    act = "approval.approve" if state == Approval.State.APPROVED else "approval.decline"
    record(by=by, act=act, of=asked.message, asked_by=asked.asked_label, ceiling=str(asked.ceiling or ""))
