"""Moving a scheduled message to another time, while nothing of it has started."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actions.moves import LAUNCH_PERMISSION
from campaigns.actors import Actor
from campaigns.language import english
from campaigns.lifecycle import CLOSED
from campaigns.refusals import Refused
from campaigns.timing import in_words
from messaging.clock import gate_now
from messaging.launch.approvals import needs_approval
from messaging.models import SmsMessage


@transaction.atomic
def reschedule(*, message: SmsMessage, to: dt.datetime, by: Actor) -> None:
    """Let a draft, or a launched message that has not started, leave at another time.

    A draft takes the right to change messages, a launched one the right to launch. All else stays as it is. Raises
    `Refused` for a time in the past or outside the campaign's runtime.
    """
    # The row's lock is the one that the clock takes to start it: it starts before this, or at the new time.
    held = SmsMessage.objects.select_related("campaign").select_for_update(of=("self",)).get(pk=message.pk)
    by.require("messaging.change_smsmessage" if held.state == SmsMessage.State.DRAFT else LAUNCH_PERMISSION)
    if held.delivery != SmsMessage.Delivery.SCHEDULED:
        raise Refused("wrong_state", _("Only a scheduled message has a time: this one waits for an event."))
    if held.campaign.state in CLOSED:
        raise Refused("wrong_state", _("Its campaign is over: nothing of it is sent any more."))
    if held.runs.exists():
        raise Refused("wrong_state", _("It has started already: what was sent cannot be moved."))
    if held.state == SmsMessage.State.LAUNCHED and needs_approval():
        raise Refused(
            "not_approved", _("It was approved for its time. Cancel it, and have a copy approved for another.")
        )
    _refuse_time(held, to)
    SmsMessage.objects.filter(pk=held.pk).update(scheduled_for=to)
    with english():
        before = in_words(held.scheduled_for, held.time_zone) if held.scheduled_for else ""
        after = in_words(to, held.time_zone)
    record(by=by, act="message.reschedule", of=held, before=before, after=after)


def _refuse_time(message: SmsMessage, to: dt.datetime) -> None:
    now, campaign = gate_now(), message.campaign
    if to <= now:
        said = _("This is in the past: it is %(now)s. Choose a later time.")
        raise Refused("argument_error", said % {"now": in_words(now, message.time_zone)}, field="time")
    if campaign.starts_at is not None and to < campaign.starts_at:
        said = _("The campaign begins on %(day)s. Choose a later time.")
        day = in_words(campaign.starts_at, message.time_zone)
        raise Refused("argument_error", said % {"day": day}, field="time")
    if campaign.ends_at is not None and to >= campaign.ends_at:
        said = _("The campaign ends on %(day)s. Choose an earlier time.")
        day = in_words(campaign.ends_at, message.time_zone)
        raise Refused("argument_error", said % {"day": day}, field="time")
