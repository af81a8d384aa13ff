"""Holding a message's texts against the carrier's own list, page by page, so that memory stays flat at any size."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import structlog
from django.db import transaction
from django.db.models import Count, Min
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.bell import ring_after_commit
from campaigns.locks import alone
from campaigns.refusals import Refused
from messaging.actions.carriers import gateway_for
from messaging.actions.listening.matching import CLOCKS_DIFFER
from messaging.gateway.listing import Listed
from messaging.gateway.twilio import ProviderProblem
from messaging.models import DeliveryCertificate, Outbound, SmsMessage
from messaging.states import SETTLED, from_twilio
from optins.models import Sender

log = structlog.get_logger(__name__)

CERTIFY: Final = "messaging.certify"
_LOCK: Final = 7_062_004
_RELATED: Final = ("message__sender__provider", "message__campaign")


@dataclass
class _Found:
    """What the carrier's list came to so far."""

    matched: int = 0
    differing: int = 0
    unknown: int = 0


@transaction.atomic
def ask_for_certificate(*, message: SmsMessage, by: Actor) -> DeliveryCertificate:
    """Have a message's texts compared; gives the comparison that is under way instead, if there is one."""
    by.require("messaging.view_outbound")
    SmsMessage.objects.select_for_update().get(pk=message.pk)
    under_way = DeliveryCertificate.objects.filter(message=message, made_at__isnull=True).first()
    if under_way is not None:
        return under_way
    if not Outbound.objects.filter(run__message=message).exists():
        raise Refused("wrong_state", _("Nobody is among its recipients yet: there is nothing to compare."))
    asked = DeliveryCertificate.objects.create(message=message, asked_by=by.label)
    record(by=by, act="message.certificate", of=message)
    ring_after_commit(CERTIFY)
    return asked


def certify() -> int:
    """Make the certificates that were asked for. Returns how many."""
    made = 0
    with alone(_LOCK) as mine:
        if mine:
            for asked in DeliveryCertificate.objects.filter(made_at__isnull=True).select_related(*_RELATED):
                _make(asked)
                made += 1
    return made


def _make(certificate: DeliveryCertificate) -> None:
    message = certificate.message
    assert message.sender is not None
    texts = Outbound.objects.filter(run__message=message)
    counts = texts.order_by().values_list("state").annotate(number=Count("pk"))
    certificate.outcomes = dict(counts)
    certificate.taken = texts.filter(sid__isnull=False).count()
    since = texts.aggregate(first=Min("claimed_at"))["first"]
    try:
        found = _compare(message, message.sender, since) if since else _Found()
    except (ProviderProblem, Refused) as problem:
        certificate.problem = str(problem)[:255]
    else:
        certificate.matched, certificate.differing = found.matched, found.differing
        certificate.unknown, certificate.missing = found.unknown, certificate.taken - found.matched
    certificate.save()
    DeliveryCertificate.objects.filter(pk=certificate.pk).update(made_at=Now())
    log.info("certified", message=message.pk, holds=certificate.holds)


def _compare(message: SmsMessage, sender: Sender, first: dt.datetime) -> _Found:
    found = _Found()
    for page in gateway_for(sender.provider).pages_since(first - CLOCKS_DIFFER):
        ours = [text for text in page if not text.is_inbound]
        known = {
            sid: (run_message, state)
            for sid, run_message, state in Outbound.objects.filter(sid__in=[text.sid for text in ours]).values_list(
                "sid", "run__message", "state"
            )
        }
        for text in ours:
            if text.sid not in known:
                found.unknown += text.came_from(sender.address, since=first - CLOCKS_DIFFER)
            elif known[text.sid][0] == message.pk:
                found.matched += 1
                found.differing += _differs(known[text.sid][1], text)
    return found


def _differs(state: str, text: Listed) -> bool:
    """Whether the carrier names another end than we do. What is still on its way on either side may differ."""
    there = from_twilio(text.status)
    return state in SETTLED and there in SETTLED and state != there
