"""An inbound text: stored once, acted upon at once, and what it stops stopped, in one transaction."""

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from campaigns.phone import E164
from messaging.actions.runs.outbox import cancel_waiting
from messaging.models import Inbound
from messaging.states import Reason
from optins.actions.receive import InboundText, receive
from optins.keywords import Meaning, kind_of_sender, opt_out_type_of
from optins.models import MessageProvider, Sender
from optins.queries import in_scope


def take_inbound(
    *,
    account_sid: str,
    sid: str,
    number: str,
    to: str,
    body: str,
    opt_out_type: str = "",
    service: str = "",
    sent_at: dt.datetime | None = None,
) -> bool:
    """Take one inbound text. Returns False for a text that was taken before: it changes nothing again.

    `service` is the messaging service that the number is in, blank without one: it stands for those of its
    numbers that were never added one by one. A number of the account that nobody added is added now, or a STOP
    to it would be lost. When this returns, a STOP holds: nothing that was still ours to stop leaves for that number.
    `sent_at` as for `InboundText`.
    """
    sender = _sender(account_sid, to) or _sender(account_sid, service) or _added(account_sid, to)
    provider_id = sender.provider_id if sender else _provider(account_sid).pk
    try:
        with transaction.atomic():
            inbound = Inbound.objects.create(
                sid=sid, provider_id=provider_id, sender=sender, number=number, body=body, opt_out_type=opt_out_type
            )
            # Short codes and alphanumeric senders are machines: an answer to one could loop for ever.
            if sender is not None and E164.fullmatch(number) and not _is_ours(number):
                _act(inbound, sender, sent_at)
    except IntegrityError:
        if Inbound.objects.filter(sid=sid).exists():
            return False
        raise
    return True


def _provider(account_sid: str) -> MessageProvider:
    return MessageProvider.objects.get(account_sid=account_sid)


def _sender(account_sid: str, address: str) -> Sender | None:
    senders = Sender.objects.select_related("pool").filter(provider__account_sid=account_sid)
    return senders.filter(address=address).first()


def _added(account_sid: str, address: str) -> Sender | None:
    kind = kind_of_sender(address)
    if kind is None:
        return None
    label = "Added because somebody texted it"
    sender, _ = Sender.objects.get_or_create(
        provider=_provider(account_sid), address=address, defaults={"kind": kind, "label": label}
    )
    return sender


def _is_ours(number: str) -> bool:
    return Sender.objects.filter(address=number).exists()


def _type_in_a_list(sender: Sender, body: str) -> str:
    """The carrier's list does not say what Advanced Opt-Out took a text for; the text does."""
    return opt_out_type_of(body) if sender.opt_out_is_advanced else ""


def _act(inbound: Inbound, sender: Sender, sent_at: dt.datetime | None) -> None:
    text = InboundText(
        number=inbound.number,
        sender=sender,
        body=inbound.body,
        sid=inbound.sid,
        opt_out_type=inbound.opt_out_type if sent_at is None else _type_in_a_list(sender, inbound.body),
        sent_at=sent_at,
    )
    reading = receive(text=text)
    if reading.meaning is Meaning.OPT_OUT:
        stopped = Q() if settings.STOP_SCOPE == "brand" else in_scope(sender, "sender")
        cancel_waiting(which=Q(stopped, number=inbound.number), reason=Reason.STOPPED)
    Inbound.objects.filter(pk=inbound.pk).update(
        meaning=reading.meaning, rule=reading.rule, campaign=reading.campaign_id
    )
