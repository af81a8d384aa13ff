"""Reconciliation: what became of an uncertain text, learned from the carrier's own list.

A callback that bears the attempt id may settle the text at any time; this asks when none has come. The texts that the
carrier has to the number are matched by sender, body and time. One that matches and that no other row has settles the
text. Absence proves something only once the list has had time to show the text: it counts `RECONCILE_SETTLE_SECONDS`
after the last moment at which a request of the attempt can have begun, and not at the first asking. Then the text goes
back to the queue as a new attempt, and the claim asks every gate anew; after `RECONCILE_ATTEMPTS` it fails.

While the carrier cannot be asked, a text waits as it is. No transaction is open while it is being asked.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import chain
from typing import Final

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from campaigns.bell import ring_after_commit
from campaigns.locks import alone
from messaging.actions.listening.advancing import Report, advance_all
from messaging.actions.listening.asking import paced, reachable
from messaging.actions.listening.callbacks import awaiting_merge
from messaging.actions.listening.matching import CLOCKS_DIFFER, is_same, known_to_nobody
from messaging.actions.runs.outbox import SEND_DUE
from messaging.gateway.errors import ErrorClass, classify
from messaging.gateway.listing import Listed
from messaging.gateway.twilio import ProviderProblem, TwilioGateway
from messaging.models import Outbound
from messaging.states import Reason, State, from_twilio
from optins.actions.ledger import lock_number
from optins.models import MessageProvider

log = structlog.get_logger(__name__)

_LOCK: Final = 7_061_994
# Up to so many numbers are asked about one by one. More are looked for in one listing of the account.
_FEW: Final = 20
# So many numbers' texts are weighed in one transaction, which costs hardly more than one number's.
_NUMBERS_AT_ONCE: Final = 200


def reconcile() -> Mapping[str, int]:
    """Ask the carriers about uncertain texts that are due for it.

    Returns what came of it, counted: found, absent (asked again later), requeued, given_up, waiting (an equal text is
    on the wire, or the carrier shows a text without its body), unasked (a provider that could not be asked). Empty when
    somebody else is at it.
    """
    done: Counter[str] = Counter()
    with alone(_LOCK) as mine:
        if mine:
            providers = MessageProvider.objects.filter(pk__in=_due().values("sender__provider"))
            for provider, gateway in reachable(list(providers)):
                done += _reconcile_account(provider, gateway)
    if done:
        log.info("reconciled", **done)
    return done


def _due() -> QuerySet[Outbound]:
    return Outbound.objects.filter(state=State.UNCERTAIN, ask_at__lte=Now())


def _reconcile_account(provider: MessageProvider, gateway: TwilioGateway) -> Counter[str]:
    done: Counter[str] = Counter()
    asked_at, groups = _now(), _by_number(provider)
    try:
        for texts, listed in _listings(gateway, groups):
            done += _weigh_unless_raced(provider, texts, listed, ripe_until=asked_at - settings.RECONCILE_SETTLE)
    except ProviderProblem as problem:
        log.warning("carrier_cannot_be_asked", provider=provider.pk, problem=str(problem))
        done["unasked"] += 1
    return done


def _listings(
    gateway: TwilioGateway, groups: Sequence[Sequence[Outbound]]
) -> Iterator[tuple[Sequence[Outbound], Sequence[Listed]]]:
    """Texts, all that are asked about of some numbers, with what the carrier has to these. Raises ProviderProblem.

    After an outage thousands are uncertain: then one listing of the account, a thousand texts a page, answers for all.
    """
    if len(groups) <= _FEW:
        for texts in paced(groups):
            yield texts, gateway.sent_to(texts[0].number, since=_earliest(texts))
        return
    listed: dict[str, list[Listed]] = {}
    for entry in gateway.texts_since(min(map(_earliest, groups))):
        listed.setdefault(entry.to, []).append(entry)
    for place in range(0, len(groups), _NUMBERS_AT_ONCE):
        some = groups[place : place + _NUMBERS_AT_ONCE]
        yield list(chain(*some)), list(chain(*(listed.get(texts[0].number, ()) for texts in some)))


def _earliest(texts: Sequence[Outbound]) -> dt.datetime:
    return min(text.claimed_at for text in texts if text.claimed_at is not None) - CLOCKS_DIFFER


def _weigh_unless_raced(
    provider: MessageProvider, texts: Sequence[Outbound], listed: Sequence[Listed], *, ripe_until: dt.datetime
) -> Counter[str]:
    try:
        return _weigh(provider, texts, listed, ripe_until=ripe_until)
    except IntegrityError:
        # Somebody else learned of the same SID at this moment. The next asking sees what they wrote.
        log.info("reconciled_meanwhile", provider=provider.pk)
        return Counter()


def _now() -> dt.datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    assert isinstance(now, dt.datetime)
    return now


def _by_number(provider: MessageProvider) -> Sequence[Sequence[Outbound]]:
    """The texts to ask about now, longest due first, those to one number together: one question for all of them."""
    due = _due().filter(sender__provider=provider)
    numbers: dict[str, list[Outbound]] = {}
    for text in due.order_by("ask_at", "pk")[: settings.RECONCILE_AT_ONCE]:
        numbers.setdefault(text.number, []).append(text)
    return list(numbers.values())


@transaction.atomic
def _weigh(
    provider: MessageProvider, asked_about: Sequence[Outbound], listed: Sequence[Listed], *, ripe_until: dt.datetime
) -> Counter[str]:
    """Settle texts by what was listed to their numbers after they had been read. Absence counts for those whose lease
    had ended by `ripe_until`."""
    # The numbers' locks before the rows', and in one order: a STOP takes them so too.
    for number in sorted({entry.to for entry in listed if classify(entry.error_code) is ErrorClass.SUPPRESSED}):
        lock_number(number)
    texts = _hold(asked_about)
    moving = _in_motion(asked_about, texts)
    # The oldest first: of two equal texts the earlier row takes the earlier entry.
    free: dict[str, list[Listed]] = {}
    for entry in known_to_nobody(listed)[::-1]:
        free.setdefault(entry.to, []).append(entry)
    found, absent, waiting = [], [], []
    for text in texts:
        entries = free.get(text.number, [])
        mine = next((entry for entry in entries if _is(entry, text)), None)
        if text.number in moving or (mine is None and any(not e.body and _came_from(e, text) for e in entries)):
            waiting.append(text)
        elif mine is None:
            absent.append(text)
        else:
            entries.remove(mine)
            found.append(_report(provider, text, mine))
    return Counter(found=advance_all(found).count(True)) + _conclude(absent, ripe_until) + _ask_again(waiting)


def _hold(asked_about: Sequence[Outbound]) -> Sequence[Outbound]:
    """Those that are still uncertain, locked until the transaction ends.

    What somebody else has at this moment is not waited for: they bring news of it.
    """
    rows = Outbound.objects.filter(pk__in=[text.pk for text in asked_about], state=State.UNCERTAIN).order_by("pk")
    return list(rows.select_related("sender").select_for_update(of=("self",), skip_locked=True))


def _in_motion(asked_about: Sequence[Outbound], held: Sequence[Outbound]) -> Set[str]:
    """The numbers to which another text is being sent, or settled: a listed one may be that."""
    others = Outbound.objects.filter(number__in={text.number for text in asked_about})
    sending = Q(state=State.SENDING)
    elsewhere = Q(state=State.UNCERTAIN, pk__in={text.pk for text in asked_about} - {text.pk for text in held})
    return set(others.filter(sending | elsewhere).values_list("number", flat=True))


def _is(entry: Listed, text: Outbound) -> bool:
    return _came_from(entry, text) and is_same(entry.body, text.sealed_body or text.body)


def _came_from(entry: Listed, text: Outbound) -> bool:
    assert text.claimed_at is not None  # the database holds it for what was on the wire
    return entry.came_from(text.sender.address, since=text.claimed_at - CLOCKS_DIFFER)


def _report(provider: MessageProvider, text: Outbound, entry: Listed) -> Report:
    target = from_twilio(entry.status) or State.ACCEPTED
    return Report(provider.pk, text.attempt_id, entry.sid, target, entry.error_code)


def _conclude(absent: Sequence[Outbound], ripe_until: dt.datetime) -> Counter[str]:
    """What absence from the list means for texts: ask again, send again, or give up."""
    news = awaiting_merge([text.attempt_id for text in absent])
    meant: dict[str, list[int]] = {"absent": [], "requeued": [], "given_up": []}
    for text in absent:
        ripe = text.leased_until is not None and text.leased_until <= ripe_until
        if not ripe or not text.asked or text.attempt_id in news:
            meant["absent"].append(text.pk)
        else:
            meant["given_up" if text.requeued + 1 >= settings.RECONCILE_ATTEMPTS else "requeued"].append(text.pk)
    rows = {word: Outbound.objects.filter(pk__in=ids) for word, ids in meant.items()}
    rows["absent"].update(asked=F("asked") + 1, ask_at=Now() + settings.RECONCILE_EVERY)
    rows["given_up"].update(state=State.FAILED, reason=Reason.NEVER_TAKEN, settled_at=Now(), sealed_body="")
    # The attempt's id stays until the next claim: late news of it still takes the text out of the queue.
    if rows["requeued"].update(state=State.QUEUED, reason="", requeued=F("requeued") + 1, due_at=Now()):
        ring_after_commit(SEND_DUE)
    return Counter({word: len(ids) for word, ids in meant.items() if ids})


def _ask_again(texts: Sequence[Outbound]) -> Counter[str]:
    Outbound.objects.filter(pk__in=[text.pk for text in texts]).update(ask_at=Now() + settings.RECONCILE_EVERY)
    return Counter(waiting=len(texts))
