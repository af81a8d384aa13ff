"""The drift check: what the carriers know of people's wishes and we do not, healed to the safe side.

Two things can come apart. A STOP may never have reached us, because a webhook was lost: the carrier's list has it. And
the carrier may have refused a text with 21610 without a suppression on our side. The check only ever lowers consent.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import structlog
from django.conf import settings
from django.utils.translation import gettext_noop

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.locks import alone
from campaigns.models import AuditEntry
from campaigns.phone import E164
from messaging.actions.listening.asking import paced, reachable
from messaging.actions.listening.receiving import take_inbound
from messaging.clock import gate_now
from messaging.gateway.listing import Listed
from messaging.gateway.twilio import ProviderProblem, TwilioGateway
from messaging.models import Inbound, Outbound
from messaging.reports.figures import DRIFT_ACT
from messaging.states import Reason
from optins.actions.opting_out import suppress_refused
from optins.keywords import Meaning, SenderKind
from optins.models import ConsentEvent, MessageProvider, Sender, Suppression, digest_of

log = structlog.get_logger(__name__)

_BY: Final = Actor.system(gettext_noop("drift check"))
_LOCK: Final = 7_061_999
# Of a provider that was never checked, and at most so far back.
_FURTHEST: Final = dt.timedelta(days=30)
# A text may be listed some time after it was sent.
_OVERLAP: Final = dt.timedelta(hours=1)


def check_drift(*, is_due_only: bool = False) -> Mapping[str, int]:
    """Compare with every carrier what came in since the last check, and heal. With `is_due_only` only those whose last
    check is older than `DRIFT_CHECK_EVERY_SECONDS`.

    Returns what came of it, counted: texts (that had not reached us and are in the inbox now), stops (of which opted
    out or wait for review), refusals (suppressed since the carrier refuses), unasked (providers that did not answer:
    the next check covers their time, too). The audit trail has a line for each provider that was checked.
    """
    done: Counter[str] = Counter(texts=0, stops=0, refusals=0, unasked=0)
    with alone(_LOCK) as mine:
        if not mine:
            return done
        now = gate_now()
        for provider, gateway in reachable(list(MessageProvider.objects.order_by("pk"))):
            last = _last_check(provider)
            if is_due_only and last is not None and now - last < settings.DRIFT_CHECK_EVERY:
                continue
            since = max(now - _FURTHEST, last or now - _FURTHEST) - _OVERLAP
            done += _check(provider, gateway, since=since, until=now - settings.DRIFT_IN_FLIGHT)
    if done["texts"] or done["refusals"]:
        log.warning("drift_healed", **done)
    return {word: done[word] for word in ("texts", "stops", "refusals", "unasked")}


def _last_check(provider: MessageProvider) -> dt.datetime | None:
    checks = AuditEntry.objects.filter(
        act=DRIFT_ACT, object_type=provider._meta.label_lower, object_id=str(provider.pk)
    )
    return checks.order_by("-id").values_list("at", flat=True).first()


def _check(
    provider: MessageProvider, gateway: TwilioGateway, *, since: dt.datetime, until: dt.datetime
) -> Counter[str]:
    found: Counter[str] = Counter()
    try:
        for place in paced(_places(provider, gateway)):
            listed = gateway.sent_to(place.address, since=since)
            found += _take_missing(provider, place, [text for text in listed[::-1] if text.created_at <= until])
    except ProviderProblem as problem:
        log.warning("carrier_cannot_be_asked", provider=provider.pk, problem=str(problem))
        return found + Counter(unasked=1)
    found += Counter(refusals=_suppress_refused(provider, since))
    record(by=_BY, act=DRIFT_ACT, of=provider, **{word: found[word] for word in ("texts", "stops", "refusals")})
    return found


class _Place(NamedTuple):
    """A number that people may have texted, and the messaging service through which we know of it, if only so."""

    address: str
    service: str


def _places(provider: MessageProvider, gateway: TwilioGateway) -> Iterator[_Place]:
    """The provider's numbers on file, then those that the carrier has in the pools of its messaging services.

    A service has no inbound texts of its own: they came to its numbers, which need not have been added one by one.
    """
    senders = Sender.objects.filter(provider=provider).order_by("pk")
    known = set()
    for sender in senders.exclude(kind=SenderKind.MESSAGING_SERVICE):
        known.add(sender.address)
        yield _Place(sender.address, "")
    for service in senders.filter(kind=SenderKind.MESSAGING_SERVICE):
        for address in gateway.pool_of(service.address):
            if address not in known:
                known.add(address)
                yield _Place(address, service.address)


def _take_missing(provider: MessageProvider, place: _Place, listed: list[Listed]) -> Counter[str]:
    """Texts from people that never reached us, the oldest first: into the inbox, and what ends consent ends it."""
    known = set(Inbound.objects.filter(sid__in=[text.sid for text in listed]).values_list("sid", flat=True))
    found: Counter[str] = Counter()
    for text in listed:
        if text.sid in known or not text.sender:
            continue
        taken = take_inbound(
            account_sid=provider.account_sid, sid=text.sid, number=text.sender, to=place.address, body=text.body,
            service=place.service, sent_at=text.created_at,
        )  # fmt: skip
        meaning = Inbound.objects.values_list("meaning", flat=True).get(sid=text.sid)
        found += Counter(texts=int(taken), stops=int(taken and meaning in (Meaning.OPT_OUT, Meaning.REVIEW)))
    return found


def _suppress_refused(provider: MessageProvider, since: dt.datetime) -> int:
    """Pairs that the carrier refused with 21610, without a suppression here, and nobody came back since."""
    refused = Outbound.objects.filter(
        sender__provider=provider, reason=Reason.OPTED_OUT_AT_CARRIER, settled_at__gte=since
    )
    healed = 0
    for text in refused.select_related("sender__pool").order_by("pk").iterator():
        if E164.fullmatch(text.number) and _is_forgotten(text):
            suppress_refused(number=text.number, sender=text.sender, code=text.error_code or 0)
            healed += 1
    return healed


def _is_forgotten(text: Outbound) -> bool:
    standing = Suppression.objects.filter(number_digest=digest_of(text.number), lifted_at__isnull=True)
    lifted = ConsentEvent.objects.of(text.number).filter(action=ConsentEvent.Action.LIFTED, takes_back=None)
    lifted = lifted.filter(at__gte=text.settled_at)
    return not standing.filter(sender=text.sender.scope).exists() and not lifted.exists()
