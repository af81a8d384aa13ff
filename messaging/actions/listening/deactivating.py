"""Numbers that carriers took from their holders: their consent ends, since whoever has them next gave none.

Twilio publishes the list of each day, the same for every account (support.twilio.com 360042744973). Carriers want it to
be worked off daily (CTIA Messaging Principles, 5.1.5).
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

import structlog
from django.utils import timezone

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.language import gettext_noop as _
from campaigns.language import storable
from campaigns.locks import alone
from campaigns.models import AuditEntry, PhoneNumber
from messaging.actions.listening.asking import reachable
from messaging.gateway.twilio import ProviderProblem
from optins.actions.opting_out import end_deactivated
from optins.models import ConsentEvent, MessageProvider, Subscription, digest_of

log = structlog.get_logger(__name__)

ACT: Final = "deactivations.take"
_BY: Final = Actor.system(_("deactivation lists"))
_DEACTIVATED: Final = storable(_("Deactivated by its carrier on %(day)s"))
_LOCK: Final = 7_062_013
# How far back lists are caught up on that were not to be had in time.
_DAYS: Final = 7
_AT_ONCE: Final = 5_000
# Ten digits, with or without the country code: the lists are of the US.
_US: Final = re.compile(r"\+?1?(\d{10})")
_RAISED: Final = (ConsentEvent.Action.OPTED_IN, ConsentEvent.Action.VERIFIED)


def take_deactivations(*, day: dt.date | None = None) -> Mapping[str, int]:
    """Take the list of a day, or those of the last days that were not taken yet, from the first provider that has it.

    Returns what came of it, counted: days (taken), listed (numbers), ended (of ours, whose consent or verification
    ended), missing (days whose list nobody gave: the next call asks again). The audit trail has a line for each day.
    """
    done = {"days": 0, "listed": 0, "ended": 0, "missing": 0}
    with alone(_LOCK) as mine:
        for each in (_due() if day is None else [day]) if mine else ():
            listed = _list_of(each)
            if listed is None:
                done["missing"] += 1
                continue
            provider, numbers = listed
            ended = sum(_end(chunk, each) for chunk in _chunks(numbers))
            record(by=_BY, act=ACT, of=provider, day=each.isoformat(), listed=len(numbers), ended=ended)
            done = {**done, "days": done["days"] + 1, "listed": done["listed"] + len(numbers)}
            done["ended"] += ended
    return done


def _due() -> Sequence[dt.date]:
    """The days that were not taken, from the first that was until yesterday, the oldest first; at first yesterday."""
    today = timezone.now().astimezone(dt.UTC).date()
    days = [today - dt.timedelta(days=back) for back in range(_DAYS, 0, -1)]
    taken = set(AuditEntry.objects.filter(act=ACT).order_by("-id").values_list("detail__day", flat=True)[: 4 * _DAYS])
    first = min(taken, default=days[-1].isoformat())
    return [day for day in days if day.isoformat() >= first and day.isoformat() not in taken]


def _list_of(day: dt.date) -> tuple[MessageProvider, Sequence[str]] | None:
    for provider, gateway in reachable(list(MessageProvider.objects.order_by("pk"))):
        try:
            return provider, gateway.deactivated_on(day)
        except ProviderProblem as problem:
            log.warning("no_deactivations", provider=provider.pk, day=day.isoformat(), problem=str(problem))
    return None


def _chunks(listed: Sequence[str]) -> Iterator[Sequence[str]]:
    numbers = (f"+1{found[1]}" for found in map(_US.fullmatch, listed) if found)
    while chunk := list(islice(numbers, _AT_ONCE)):
        yield chunk


def _end(numbers: Sequence[str], day: dt.date) -> int:
    """End what the former holders gave. Who joined later than the day after is the next holder, and stays."""
    standing = Subscription.objects.filter(
        number__in=numbers, state__in=[Subscription.State.OPTED_IN, Subscription.State.PENDING]
    )
    verified = PhoneNumber.objects.filter(number__in=numbers, verified_at__isnull=False)
    ours = {*standing.values_list("number", flat=True), *verified.values_list("number", flat=True)}
    digests = {digest_of(number): number for number in ours}
    after = dt.datetime.combine(day + dt.timedelta(days=2), dt.time(), dt.UTC)
    since = ConsentEvent.objects.filter(number_digest__in=digests, action__in=_RAISED, at__gte=after)
    ours -= {digests[digest] for digest in since.values_list("number_digest", flat=True)}
    for number in sorted(ours):
        end_deactivated(number=number, by=_BY, reason=_DEACTIVATED % {"day": day.isoformat()})
    return len(ours)
