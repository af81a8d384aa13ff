"""After a restore: what the carriers did since the backup is taken in, before a person releases sending.

Inbound texts that the database does not know are taken as if they came now: a STOP holds again, and an answer that was
given is owed again. Then each text that the carrier has and the database does not is matched with one that waits, by
number, sender and body: that one has left, and has the carrier's SID and state. So has one that was called back since,
by a STOP that is heard again or by staff: it had left before they spoke. What nobody can know stays with people: a
campaign that was created after the backup is not there.

The carriers are asked late. A send worker that was at work when the database went back, as when a standby took over,
has texts on the wire that no row tells of: they may begin until its lease ends, and be listed later still.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from campaigns.lifecycle import State as CampaignState
from campaigns.locks import alone
from messaging import rendering
from messaging.actions.listening.advancing import Report, advance
from messaging.actions.listening.asking import reachable
from messaging.actions.listening.matching import CLOCKS_DIFFER, is_same, known_to_nobody
from messaging.actions.listening.receiving import take_inbound
from messaging.actions.runs.outbox import carry_notices
from messaging.attempts import new_attempt
from messaging.gateway.listing import Listed
from messaging.gateway.twilio import ProviderProblem, TwilioGateway
from messaging.models import Inbound, Outbound, Run, SendingHold, SmsMessage
from messaging.queries import merge_values
from messaging.states import State, from_twilio
from optins.models import MessageProvider

log = structlog.get_logger(__name__)

_LOCK: Final = 7_061_997
_AT_ONCE: Final = 500


def reconcile_restored() -> Mapping[str, int]:
    """Take in what the carriers know and a restored database does not. Empty when there is nothing to do, or not yet.

    Returns what came of it, counted: inbound, matched, unmatched (no text of ours waits for it), unasked (providers
    that could not be asked), freezing (audiences that are still being written: it is done again after that).
    """
    done: Counter[str] = Counter()
    with alone(_LOCK) as mine:
        hold = _unreconciled() if mine else None
        if hold is None:
            return done
        providers = list(MessageProvider.objects.all())
        reached = 0
        for provider, gateway in reachable(providers):
            reached += 1
            done += _take_in(provider, gateway, hold)
        done["unasked"] += len(providers) - reached
        done["freezing"] += _is_still_freezing()
        if not done["unasked"] and not done["freezing"]:
            SendingHold.objects.filter(pk=hold.pk).update(reconciled_at=Now())
    log.info("restored_database_reconciled", **done)
    return done


def _unreconciled() -> SendingHold | None:
    restored = SendingHold.objects.filter(cause=SendingHold.Cause.RESTORED, released_at=None)
    on_the_wire = settings.RESCUE_AFTER + settings.RECONCILE_SETTLE
    return restored.filter(reconciled_at=None, held_at__lte=Now() - on_the_wire).first()


def _is_still_freezing() -> bool:
    """Whether rows are still to be written for what was due: only rows that exist can be matched."""
    due = SmsMessage.objects.filter(
        ~Exists(Run.objects.filter(message=OuterRef("pk"))), state=SmsMessage.State.LAUNCHED, scheduled_for__lte=Now(),
        delivery=SmsMessage.Delivery.SCHEDULED, campaign__state=CampaignState.LIVE,
    )  # fmt: skip
    return due.exists() or Run.objects.filter(state=Run.State.OPEN, frozen_at__isnull=True).exists()


def _take_in(provider: MessageProvider, gateway: TwilioGateway, hold: SendingHold) -> Counter[str]:
    assert hold.since is not None  # the database holds it for a restored one
    try:
        listed = gateway.texts_since(hold.since - CLOCKS_DIFFER)[::-1]
    except ProviderProblem as problem:
        log.warning("carrier_cannot_be_asked", provider=provider.pk, problem=str(problem))
        return Counter(unasked=1)
    done: Counter[str] = Counter(inbound=_take_in_inbound(provider, [entry for entry in listed if entry.is_inbound]))
    while carry_notices():
        pass  # the answers that were owed anew are rows before they are matched
    for entries in _in_chunks(entry for entry in listed if not entry.is_inbound):
        done += _match(provider, known_to_nobody(entries), hold.since - CLOCKS_DIFFER)
    return done


def _take_in_inbound(provider: MessageProvider, entries: Sequence[Listed]) -> int:
    known = set(Inbound.objects.filter(sid__in=[entry.sid for entry in entries]).values_list("sid", flat=True))
    return sum(
        take_inbound(
            account_sid=provider.account_sid, sid=entry.sid, number=entry.sender or "", to=entry.to, body=entry.body,
            service=entry.messaging_service_sid or "",
        )
        for entry in entries
        if entry.sid not in known
    )  # fmt: skip


def _match(provider: MessageProvider, entries: Sequence[Listed], since: dt.datetime) -> Counter[str]:
    done: Counter[str] = Counter()
    waiting: dict[str, list[Outbound]] = {}
    called_back = Q(state__in=[State.CANCELLED, State.SKIPPED], settled_at__gte=since, sid=None)
    rows = Outbound.objects.filter(
        Q(state=State.QUEUED) | called_back, sender__provider=provider, number__in={entry.to for entry in entries}
    ).select_related("run", "sender", "customer")
    for row in sorted(rows, key=lambda row: (row.state != State.QUEUED, row.state, row.pk)):
        waiting.setdefault(row.number, []).append(row)
    for entry in entries:
        mine = waiting.get(entry.to, [])
        found = next((row for row in mine if _is(entry, row)), None)
        if found is not None:
            mine.remove(found)
        done["matched" if found is not None and _settle(provider, found, entry) else "unmatched"] += 1
    return done


def _is(entry: Listed, row: Outbound) -> bool:
    came = row.sender.address in (entry.sender, entry.messaging_service_sid)
    return came and is_same(entry.body, _text(row))


def _text(row: Outbound) -> str:
    """What a waiting row would say."""
    if row.run is None:
        return row.sealed_body or row.body
    try:
        return rendering.compile(row.run.body).render(merge_values(row.customer) if row.customer else {})
    except (rendering.MissingValue, rendering.TemplateError):
        return ""


def _settle(provider: MessageProvider, row: Outbound, entry: Listed) -> bool:
    attempt = new_attempt(row.pk)
    try:
        with transaction.atomic():
            changed = Outbound.objects.filter(pk=row.pk, state=row.state, sid=None).update(
                state=State.UNCERTAIN, reason="", settled_at=None, attempt_id=attempt, attempts=1,
                claimed_at=entry.created_at, leased_until=entry.created_at, body=row.body or entry.body,
            )  # fmt: skip
            target = from_twilio(entry.status) or State.ACCEPTED
            return bool(changed) and advance(Report(provider.pk, attempt, entry.sid, target, entry.error_code))
    except IntegrityError:
        log.info("reconciled_meanwhile", provider=provider.pk)
        return False


def _in_chunks(entries: Iterator[Listed]) -> Iterator[Sequence[Listed]]:
    while chunk := list(islice(entries, _AT_ONCE)):
        yield chunk
