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
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Now

from campaigns.bell import ring_after_commit
from campaigns.locks import alone
from messaging.actions.advancing import Report, advance
from messaging.actions.asking import paced, reachable
from messaging.actions.callbacks import is_news_waiting
from messaging.actions.matching import CLOCKS_DIFFER, is_same, known_to_nobody
from messaging.actions.outbox import SEND_DUE
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
    groups = _by_number(provider)
    try:
        for texts, listed in _listings(gateway, groups):
            done += _weigh_unless_raced(provider, texts, listed)
    except ProviderProblem as problem:
        log.warning("carrier_cannot_be_asked", provider=provider.pk, problem=str(problem))
        done["unasked"] += 1
    return done


def _listings(
    gateway: TwilioGateway, groups: Sequence[Sequence[Outbound]]
) -> Iterator[tuple[Sequence[Outbound], Sequence[Listed]]]:
    """The texts to each number, with what the carrier has to it. Raises ProviderProblem.

    After an outage thousands are uncertain: then one listing of the account, a thousand texts a page, answers for all.
    """
    if len(groups) <= _FEW:
        for texts in paced(groups):
            yield texts, gateway.sent_to(texts[0].number, since=_earliest(texts))
        return
    listed: dict[str, list[Listed]] = {}
    for entry in gateway.texts_since(min(map(_earliest, groups))):
        listed.setdefault(entry.to, []).append(entry)
    for texts in groups:
        yield texts, listed.get(texts[0].number, [])


def _earliest(texts: Sequence[Outbound]) -> dt.datetime:
    return min(text.claimed_at for text in texts if text.claimed_at is not None) - CLOCKS_DIFFER


def _weigh_unless_raced(provider: MessageProvider, texts: Sequence[Outbound], listed: Sequence[Listed]) -> Counter[str]:
    try:
        return _weigh(provider, texts, listed)
    except IntegrityError:
        # Somebody else learned of the same SID at this moment. The next asking sees what they wrote.
        log.info("reconciled_meanwhile", provider=provider.pk)
        return Counter()


def _by_number(provider: MessageProvider) -> Sequence[Sequence[Outbound]]:
    """The texts to ask about now, longest due first, those to one number together: one question for all of them."""
    ripe = ExpressionWrapper(Q(leased_until__lte=Now() - settings.RECONCILE_SETTLE), output_field=BooleanField())
    due = _due().filter(sender__provider=provider).select_related("sender").annotate(ripe=ripe)
    numbers: dict[str, list[Outbound]] = {}
    for text in due.order_by("ask_at", "pk")[: settings.RECONCILE_AT_ONCE]:
        numbers.setdefault(text.number, []).append(text)
    return list(numbers.values())


@transaction.atomic
def _weigh(provider: MessageProvider, asked_about: Sequence[Outbound], listed: Sequence[Listed]) -> Counter[str]:
    """Settle the texts to one number by what was listed after they had been read."""
    # The number's lock before the rows': a STOP takes them in this order too.
    lock_number(asked_about[0].number)
    ripe = {text.pk for text in asked_about if getattr(text, "ripe")}  # noqa: B009  an annotation
    still = Outbound.objects.filter(pk__in=[text.pk for text in asked_about], state=State.UNCERTAIN)
    texts = list(still.select_related("sender").select_for_update(of=("self",)).order_by("pk"))
    if _is_on_the_wire(asked_about[0]):
        return _ask_again(texts)
    # The oldest first: of two equal texts the earlier row takes the earlier entry.
    free = known_to_nobody(listed)[::-1]
    done: Counter[str] = Counter()
    for text in texts:
        entry = next((entry for entry in free if _is(entry, text)), None)
        if entry is not None:
            free.remove(entry)
            done["found"] += _found(provider, text, entry)
        elif any(not entry.body and _came_from(entry, text) for entry in free):
            done += _ask_again([text])
        else:
            done[_absent(text, ripe=text.pk in ripe)] += 1
    return done


def _is_on_the_wire(text: Outbound) -> bool:
    """Whether another text to the number is being sent: a listed one may be that, with an answer still to come."""
    return Outbound.objects.filter(number=text.number, state=State.SENDING).exists()


def _is(entry: Listed, text: Outbound) -> bool:
    return _came_from(entry, text) and is_same(entry.body, text.sealed_body or text.body)


def _came_from(entry: Listed, text: Outbound) -> bool:
    assert text.claimed_at is not None  # the database holds it for what was on the wire
    return entry.came_from(text.sender.address, since=text.claimed_at - CLOCKS_DIFFER)


def _found(provider: MessageProvider, text: Outbound, entry: Listed) -> bool:
    target = from_twilio(entry.status) or State.ACCEPTED
    return advance(Report(provider.pk, text.attempt_id, entry.sid, target, entry.error_code))


def _absent(text: Outbound, *, ripe: bool) -> str:
    """What absence from the list means for a text: ask again, send again, or give up."""
    row = Outbound.objects.filter(pk=text.pk)
    if not ripe or not text.asked or is_news_waiting(text.attempt_id):
        row.update(asked=F("asked") + 1, ask_at=Now() + settings.RECONCILE_EVERY)
        return "absent"
    if text.requeued + 1 >= settings.RECONCILE_ATTEMPTS:
        row.update(state=State.FAILED, reason=Reason.NEVER_TAKEN, settled_at=Now(), sealed_body="")
        return "given_up"
    # The attempt's id stays until the next claim: late news of it still takes the text out of the queue.
    row.update(state=State.QUEUED, reason="", requeued=F("requeued") + 1, due_at=Now())
    ring_after_commit(SEND_DUE)
    return "requeued"


def _ask_again(texts: Sequence[Outbound]) -> Counter[str]:
    Outbound.objects.filter(pk__in=[text.pk for text in texts]).update(ask_at=Now() + settings.RECONCILE_EVERY)
    return Counter(waiting=len(texts))
