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
from collections.abc import Mapping, Sequence
from typing import Final

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Now

from campaigns.bell import ring_after_commit
from campaigns.locks import alone
from messaging.actions.advancing import Report, advance
from messaging.actions.asking import at_most, paced, reachable
from messaging.actions.callbacks import is_news_waiting
from messaging.actions.outbox import SEND_DUE
from messaging.gateway.listing import Listed
from messaging.gateway.twilio import ProviderProblem, TwilioGateway
from messaging.models import Outbound
from messaging.parts import clean
from messaging.states import Reason, State, from_twilio
from optins.actions.ledger import lock_number
from optins.models import MessageProvider

log = structlog.get_logger(__name__)

_LOCK: Final = 7_061_994
# The carrier's clock and the database's may differ. An older equal text is one we know, by its SID.
_CLOCKS_DIFFER: Final = dt.timedelta(minutes=5)
# What Twilio writes before each text of an account that is not paid for.
_TRIAL: Final = "Sent from your Twilio trial account - "


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
    for texts in paced(_by_number(provider)):
        since = min(text.claimed_at for text in texts if text.claimed_at is not None) - _CLOCKS_DIFFER
        try:
            listed = gateway.sent_to(texts[0].number, since=since)
        except ProviderProblem as problem:
            log.warning("carrier_cannot_be_asked", provider=provider.pk, problem=str(problem))
            done["unasked"] += 1
            return done
        try:
            done += _weigh(provider, texts, listed)
        except IntegrityError:
            # Somebody else learned of the same SID at this moment. The next asking sees what they wrote.
            log.info("reconciled_meanwhile", provider=provider.pk)
    return done


def _by_number(provider: MessageProvider) -> Sequence[Sequence[Outbound]]:
    """The texts to ask about now, longest due first, those to one number together: one question for all of them."""
    ripe = ExpressionWrapper(Q(leased_until__lte=Now() - settings.RECONCILE_SETTLE), output_field=BooleanField())
    due = _due().filter(sender__provider=provider).select_related("sender").annotate(ripe=ripe)
    numbers: dict[str, list[Outbound]] = {}
    for text in due.order_by("ask_at", "pk")[: at_most()]:
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
    free = _known_to_nobody(listed)[::-1]
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


def _known_to_nobody(listed: Sequence[Listed]) -> list[Listed]:
    known = set(Outbound.objects.filter(sid__in=[entry.sid for entry in listed]).values_list("sid", flat=True))
    return [entry for entry in listed if entry.sid not in known]


def _is(entry: Listed, text: Outbound) -> bool:
    return _came_from(entry, text) and _plain(entry.body) == _plain(text.sealed_body or text.body)


def _plain(body: str) -> str:
    """A body whose characters a messaging service may have replaced, or a trial account added to."""
    return " ".join(clean(body.removeprefix(_TRIAL)).split())


def _came_from(entry: Listed, text: Outbound) -> bool:
    assert text.claimed_at is not None  # the database holds it for what was on the wire
    return entry.came_from(text.sender.address, since=text.claimed_at - _CLOCKS_DIFFER)


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
