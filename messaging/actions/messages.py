"""SMS messages: saving a draft, and what is still missing before it can be launched."""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.refusals import Refused
from messaging import parts, rendering
from messaging.actions.runs.lifecycle import open_run
from messaging.models import SmsMessage
from messaging.queries import merge_fields, wording_of


@transaction.atomic
def save_message(*, message: SmsMessage, by: Actor) -> None:
    """Save a draft, complete or not. A launched message is pinned: duplicate it to change it.

    A text that could never be sent (a misspelt merge field, over 10 parts) is refused at once, with its place.
    """
    by.require("messaging.change_smsmessage" if message.pk else "messaging.add_smsmessage")
    if message.pk and SmsMessage.objects.filter(pk=message.pk).exclude(state=SmsMessage.State.DRAFT).exists():
        raise Refused("wrong_state", _("This message was launched and is pinned. Only its notes can change."))
    refuse_bad_text(message.text)
    message.full_clean()
    message.save()
    record(by=by, act="message.save", of=message)


@transaction.atomic
def save_notes(*, message: SmsMessage, by: Actor) -> None:
    """Notes may change at any time."""
    by.require("messaging.change_smsmessage")
    SmsMessage.objects.filter(pk=message.pk).update(notes=message.notes)
    record(by=by, act="message.notes", of=message)


def refuse_bad_text(text: str) -> None:
    """Raise `Refused` for a text that could never be sent."""
    problems = rendering.check(text, merge_fields())
    if problems:
        raise Refused("bad_text", problems[0].sentence, field="body")
    if len(text) > parts.MAX_LENGTH:
        over = len(text) - parts.MAX_LENGTH
        said = _("The message is %(over)s characters too long: at most 1,600 fit.")
        raise Refused("too_long", said % {"over": over}, field="body")
    if not parts.fits(text):
        said = _("The message takes more than %(most)s parts. Shorten it.") % {"most": parts.MAX_PARTS}
        raise Refused("too_long", said, field="body")


def missing(message: SmsMessage, *, now: dt.datetime | None = None) -> Sequence[str]:
    """What keeps a message from being launched, as sentences; nothing when it is complete.

    `now` is the moment of the launch, when that is not this one.
    """
    now = now or timezone.now()
    said: list[str] = []
    if message.sender is None:
        said.append(_("Choose a target phone number (Creative)."))
    if message.programme is None:
        said.append(_("Choose a messaging preference (Creative)."))
    if not message.body.strip():
        said.append(_("Write the message (Creative)."))
    if message.late_after_hours == 0:
        said.append(
            _("Nobody can get it within no hour: say how many hours it is worth sending, or leave it empty (Setup).")
        )
    if settings.WORDING_RULES == "block":
        said += [_("%(sentence)s (Creative)") % {"sentence": finding.sentence} for finding in wording_of(message)]
    if message.delivery == SmsMessage.Delivery.TRIGGERED:
        return [*said, *_missing_for_trigger(message, now)]
    return [*said, *_missing_for_schedule(message, now)]


def _missing_for_schedule(message: SmsMessage, now: dt.datetime) -> Sequence[str]:
    when = message.scheduled_for
    if when is None:
        return [_("Choose the delivery date and time (Setup).")]
    if when < now:
        return [_("The delivery time is in the past. Choose a later one (Setup).")]
    begins, ends = message.campaign.starts_at, message.campaign.ends_at
    if (begins is not None and when < begins) or (ends is not None and when >= ends):
        return [_("The delivery time lies outside the campaign's runtime.")]
    return []


def _missing_for_trigger(message: SmsMessage, now: dt.datetime) -> Sequence[str]:
    if not message.event_name.strip():
        return [_("Name the event that triggers it (Setup).")]
    if message.window_until is not None and message.window_until <= now:
        return [_("Its window is already over. Choose a later end (Setup).")]
    return []


def pin(message: SmsMessage) -> None:
    """Launch one complete message, in the caller's transaction: from now on it goes out as it stands."""
    SmsMessage.objects.filter(pk=message.pk).update(state=SmsMessage.State.LAUNCHED, launched_at=Now())
    message.refresh_from_db()
    if message.delivery == SmsMessage.Delivery.TRIGGERED:
        open_run(message)
