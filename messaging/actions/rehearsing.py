"""Trying a text out: it is received for real, in a transaction that is always rolled back.

So the keyword laboratory cannot tell anything else than what would happen: there is no second implementation.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from campaigns.actors import Actor
from campaigns.refusals import Refused
from messaging.models import Outbound
from messaging.states import State
from optins import queries
from optins.actions import ledger
from optins.actions.ledger import Evidence, Method
from optins.actions.receive import InboundText, receive
from optins.keywords import Meaning, Reading
from optins.models import ConsentEvent, Notice, OptInCampaign, OptOutReview, Sender

NOBODY = "+19995550100"
"""The number of an invented situation: no area code 999 exists, so that nobody has it."""


class Invented(StrEnum):
    """What has gone before, for a number that nobody has."""

    STRANGER = "stranger"
    SUBSCRIBED = "subscribed"
    PENDING = "pending"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a text would do: how it is read, which entries the ledger gets, what we answer, what is called back."""

    reading: Reading
    events: Sequence[ConsentEvent]
    answers: Sequence[Notice]
    cancelled: int
    waits_for_a_person: bool


def rehearse(*, body: str, sender: Sender, number: str, before: Invented, opt_out_type: str, by: Actor) -> Rehearsal:
    """What `body` would do from `number`, or from a number that nobody has when it is blank, as things stand.

    Raises `Refused` when the situation cannot be invented: no live opt-in campaign can be joined.
    """
    by.require("messaging.view_inbound")
    with transaction.atomic():
        try:
            return _played(body, sender, number, before, opt_out_type)
        finally:
            transaction.set_rollback(True)


def _played(body: str, sender: Sender, number: str, before: Invented, opt_out_type: str) -> Rehearsal:
    texted_by = number or NOBODY
    if not number:
        _invent(before, sender)
    ledger.lock_number(texted_by)
    last_event = ConsentEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    last_notice = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    text = InboundText(number=texted_by, sender=sender, body=body, sid="SM" + "0" * 32, opt_out_type=opt_out_type)
    reading = receive(text=text)
    events = ConsentEvent.objects.of(texted_by).filter(pk__gt=last_event).select_related("programme", "sender")
    return Rehearsal(
        reading=reading,
        events=list(events.order_by("pk")),
        answers=list(Notice.objects.filter(number=texted_by, pk__gt=last_notice)),
        cancelled=_cancelled(reading, sender, texted_by),
        waits_for_a_person=reading.meaning is Meaning.REVIEW
        and OptOutReview.objects.filter(number=texted_by, inbound_sid=text.sid).exists(),
    )


def _cancelled(reading: Reading, sender: Sender, number: str) -> int:
    if reading.meaning is not Meaning.OPT_OUT:
        return 0
    stopped = Q() if settings.STOP_SCOPE == "brand" else queries.in_scope(sender, "sender")
    return Outbound.objects.filter(stopped, number=number, kind=Outbound.Kind.CAMPAIGN, state=State.QUEUED).count()


def _invent(before: Invented, sender: Sender) -> None:
    if before is Invented.STRANGER:
        return
    programme = _programme(sender)
    evidence = Evidence(method=Method.KEYWORD, sender=sender)
    ledger.lock_number(NOBODY)
    if before is Invented.PENDING:
        ledger.ask(number=NOBODY, programme=programme, evidence=evidence, until=dt.timedelta(hours=1))
        return
    ledger.opt_in(number=NOBODY, programme=programme, evidence=evidence)
    if before is Invented.STOPPED:
        receive(text=InboundText(number=NOBODY, sender=sender, body="STOP", sid="SM" + "1" * 32))


def _programme(sender: Sender) -> OptInCampaign:
    live = OptInCampaign.objects.filter(state="live", options__sender__isnull=False).order_by("pk")
    programme = live.filter(queries.in_scope(sender, "options__sender")).first() or live.first()
    if programme is None:
        raise Refused(
            "missing_data", _("Launch an SMS Opt-In first, so that somebody can have joined it."), field="before"
        )
    return programme
