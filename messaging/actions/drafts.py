"""Drafts: copying a message, whatever its state, and throwing a draft away."""

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actions.shell import copy_shell
from campaigns.actors import Actor
from campaigns.lifecycle import CLOSED
from campaigns.models import Campaign
from campaigns.queries import segments_asking
from campaigns.refusals import Refused
from campaigns.rules import MESSAGE
from messaging.models import MessagingCampaign, SmsMessage


@transaction.atomic
def duplicate_message(*, message: SmsMessage, by: Actor) -> SmsMessage:
    """A draft that says the same, in the same campaign: how a launched message is changed. Its time is left open."""
    by.require("messaging.add_smsmessage")
    if Campaign.objects.filter(pk=message.campaign_id, state__in=sorted(CLOSED)).exists():
        raise Refused("wrong_state", _("This campaign is over. Create another one and write the message there."))
    copied = {name: getattr(message, name) for name in _COPIED}
    draft = SmsMessage.objects.create(name=_("%(name)s (copy)") % {"name": message.name[:140]}, **copied)
    record(by=by, act="message.duplicate", of=draft, original=message.pk)
    return draft


_COPIED = (
    "campaign", "delivery", "time_zone", "event_name", "window_from", "window_until", "delay_amount", "delay_unit",
    "limit_count", "limit_days", "outside_hours", "late_after_hours", "first_wave", "first_wave_unit",
    "first_wave_wait", "first_wave_failed", "first_wave_opt_outs", "sender", "programme", "opening", "body",
    "closing", "segment_in", "segment_out", "notes",
)  # fmt: skip


@transaction.atomic
def duplicate_campaign(*, campaign: MessagingCampaign, by: Actor) -> MessagingCampaign:
    """A draft of a campaign, whatever its state, with all its messages as drafts. Their times are left open."""
    by.require("messaging.add_smsmessage")
    draft = MessagingCampaign.objects.get(pk=copy_shell(campaign=campaign, by=by).pk)
    for message in campaign.messages.order_by("pk"):
        copied = {name: getattr(message, name) for name in _COPIED}
        SmsMessage.objects.create(name=message.name, **{**copied, "campaign": draft})
    return draft


@transaction.atomic
def delete_draft(*, message: SmsMessage, by: Actor) -> None:
    """Throw a draft away. A launched message stays: texts refer to it."""
    by.require("messaging.delete_smsmessage")
    draft = SmsMessage.objects.select_for_update().filter(pk=message.pk, state=SmsMessage.State.DRAFT).first()
    if draft is None:
        raise Refused("wrong_state", _("This message was launched: it stays, because texts refer to it."))
    asking = segments_asking(MESSAGE, draft.pk)
    if asking:
        who = ", ".join(f"“{segment}”" for segment in asking[:3])
        said = _("The segment %(segments)s asks who was sent this message. Change that first.")
        raise Refused("message_in_use", said % {"segments": who})
    record(by=by, act="message.delete", of=draft)
    draft.delete()
