"""Staff in the inbox: answering a person in their own words, and saying that a text needs no answer any more."""

import datetime as dt
from typing import Final

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actions.persons import holder_of
from campaigns.actors import Actor
from campaigns.phone import E164, mask
from campaigns.refusals import Refused
from messaging.gates import why_no_reply
from messaging.models import Inbound
from messaging.parts import MAX_LENGTH, MAX_PARTS, count
from messaging.reports.figures import reason_in_words
from optins.actions import ledger
from optins.actions.notices import owe
from optins.models import Notice, Sender

REPLY: Final = "messaging.reply_to_text"
HANDLE: Final = "messaging.handle_text"

LIFETIME: Final = dt.timedelta(days=1)
"""A reply that could not leave for so long answers nothing any more."""


@transaction.atomic
def reply(*, number: str, sender: Sender, text: str, by: Actor) -> None:
    """Answer a person (E.164) from one of our numbers. What they texted counts as handled.

    Only who texted us lately or is opted in is answered, and nobody who is suppressed: asked here for the person who
    writes, and again at the claim, where a STOP that came meanwhile wins. Raises `Refused`.
    """
    by.require(REPLY)
    body = text.strip()
    if not body:
        raise Refused("missing_data", _("Write the reply first."), field="text")
    if len(body) > MAX_LENGTH or count(body).parts > MAX_PARTS:
        said = _("A text has at most %(most)s parts. Shorten the reply.") % {"most": MAX_PARTS}
        raise Refused("too_long", said, field="text")
    if not E164.fullmatch(number):
        raise Refused("invalid_phone_number", _("This is no phone number that can be texted."), field="text")
    ledger.lock_number(number)
    reason = why_no_reply(number=number, sender=sender)
    if reason:
        raise Refused("not_allowed", reason_in_words(reason), field="text")
    person = holder_of(number=number)
    owed = owe(
        kind=Notice.Kind.REPLY, number=number, sender=sender, body=body, lifetime=LIFETIME,
        customer_id=None if person is None else person.pk,
    )  # fmt: skip
    if not owed:
        raise Refused(
            "too_many", _("This number got many replies within the hour. Wait before the next."), field="text"
        )
    _handled(number, by)
    record(by=by, act="text.reply", of=person or sender, number=mask(number), parts=count(body).parts)


@transaction.atomic
def mark_handled(*, number: str, by: Actor) -> int:
    """Say that the number's texts need no answer any more. Returns how many that were."""
    by.require(HANDLE)
    latest = Inbound.objects.filter(number=number, handled_at=None).order_by("-pk").first()
    handled = _handled(number, by)
    if latest is not None:
        record(by=by, act="text.handle", of=holder_of(number=number) or latest, number=mask(number), texts=handled)
    return handled


@transaction.atomic
def mark_unhandled(*, number: str, by: Actor) -> None:
    """Say that the number's latest text needs an answer after all."""
    by.require(HANDLE)
    latest = Inbound.objects.filter(number=number).exclude(handled_at=None).order_by("-pk").first()
    if latest is not None:
        Inbound.objects.filter(pk=latest.pk).update(handled_at=None, handled_by="")
        record(by=by, act="text.reopen", of=holder_of(number=number) or latest, number=mask(number))


def _handled(number: str, by: Actor) -> int:
    return Inbound.objects.filter(number=number, handled_at=None).update(handled_at=Now(), handled_by=by.label)
