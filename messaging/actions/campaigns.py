"""Messaging campaigns: launching, pausing, resuming, ending, cancelling."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actions.moves import LAUNCH_PERMISSION, move
from campaigns.actors import Actor
from campaigns.bell import ring_after_commit
from campaigns.language import retold
from campaigns.lifecycle import LAUNCHED, Move
from campaigns.models import Campaign
from campaigns.refusals import Refused
from messaging.actions.messages import missing, pin
from messaging.actions.runs.binding import START_DUE
from messaging.actions.runs.lifecycle import close_runs
from messaging.actions.runs.outbox import SEND_DUE
from messaging.clock import gate_now
from messaging.gates import audience
from messaging.launch.approvals import why_not_approved
from messaging.models import MessagingCampaign, Run, SmsMessage
from messaging.states import Reason


@transaction.atomic
def launch(*, campaign: MessagingCampaign, by: Actor, at_once: bool = False) -> None:
    """Launch a campaign with every complete message in it; incomplete ones stay drafts.

    `at_once` makes this the delivery time of its scheduled messages, whatever stood there. Raises `Refused` when no
    message is complete, with what the first one lacks.
    """
    # First, so that of two clicks the second is told that it is live already; a refusal below takes it back.
    move(campaign=campaign, move=Move.LAUNCH, by=by)
    now = gate_now()
    if at_once:
        drafts_of(campaign).filter(delivery=SmsMessage.Delivery.SCHEDULED).update(scheduled_for=now)
    drafts = list(drafts_of(campaign))
    complete = [message for message in drafts if not missing(message, now=now)]
    if not drafts:
        raise Refused("missing_data", _("Add a message first (Add Message → SMS Message)."))
    if not complete:
        incomplete = _("“%(name)s” is not complete.") % {"name": drafts[0].name}
        raise Refused("missing_data", f"{incomplete} {missing(drafts[0], now=now)[0]}")
    for message in complete:
        _launch_one(message)


@transaction.atomic
def launch_message(*, message: SmsMessage, by: Actor) -> None:
    """Launch a message that was added after its campaign."""
    by.require(LAUNCH_PERMISSION)
    campaign = Campaign.objects.select_for_update().get(pk=message.campaign_id)
    if campaign.state not in LAUNCHED:
        raise Refused("wrong_state", _("Launch the campaign: its complete messages go with it."))
    draft = drafts_of(campaign).filter(pk=message.pk).first()
    if draft is None:
        raise Refused("wrong_state", _("This message is launched already."))
    lacking = missing(draft)
    if lacking:
        raise Refused("missing_data", lacking[0])
    _launch_one(draft)
    record(by=by, act="message.launch", of=draft)


@transaction.atomic
def pause(*, campaign: MessagingCampaign, by: Actor, reason: str = "") -> None:
    """Nothing more is claimed. What is on the wire arrives; what waits goes on waiting."""
    move(campaign=campaign, move=Move.PAUSE, by=by, reason=reason)


@transaction.atomic
def resume(*, campaign: MessagingCampaign, by: Actor) -> None:
    move(campaign=campaign, move=Move.RESUME, by=by)
    ring_after_commit(SEND_DUE)


@transaction.atomic
def end(*, campaign: MessagingCampaign, by: Actor) -> None:
    """Over before its time. What still waited never goes."""
    move(campaign=campaign, move=Move.END, by=by)
    close_runs(campaigns=Q(campaign=campaign), state=Run.State.FINISHED, reason=Reason.CAMPAIGN_ENDED)


@transaction.atomic
def cancel(*, campaign: MessagingCampaign, by: Actor) -> None:
    """Given up. What still waited never goes."""
    move(campaign=campaign, move=Move.CANCEL, by=by)
    close_runs(campaigns=Q(campaign=campaign), state=Run.State.CANCELLED, reason=Reason.CAMPAIGN_CANCELLED)


def _launch_one(message: SmsMessage) -> None:
    """Launch one complete message, if it may be and could reach anybody."""
    lacks = why_not_approved(message)
    if lacks:
        raise Refused("not_approved", lacks)
    _refuse_futile(message)
    pin(message)
    # What is due at once need not wait for the clock.
    ring_after_commit(START_DUE)


def _refuse_futile(message: SmsMessage) -> None:
    """Refuse what could reach nobody: credentials that do not work, or a scheduled text that is meant for nobody."""
    provider = message.sender.provider if message.sender else None
    if provider is not None and provider.check_problem:
        failed = _(
            "The connection test of “%(name)s” failed: %(problem)s Mend the credentials and test the connection again."
        )
        said = failed % {"name": provider.name, "problem": retold(provider.check_problem)}
        raise Refused("provider_refused", said)
    if message.delivery == SmsMessage.Delivery.SCHEDULED and not audience(message).exists():
        said = _("“%(name)s” is meant for nobody: no customer is in its target audience.") % {"name": message.name}
        raise Refused("no_audience", said)


def drafts_of(campaign: Campaign) -> QuerySet[SmsMessage]:
    """A campaign's messages that are not launched, with what a launch asks of them."""
    drafts = SmsMessage.objects.filter(campaign=campaign.pk, state=SmsMessage.State.DRAFT)
    return drafts.select_related(
        "campaign__audience", "sender__provider", "sender__pool", "programme__audience", "segment_in", "segment_out"
    ).order_by("pk")
