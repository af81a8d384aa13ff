"""A send while it runs: how fast, how long still, and what else its number has to carry."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q
from django.db.models.functions import Now

from campaigns.timing import roughly
from messaging.models import Outbound, SmsMessage
from messaging.parts import count
from messaging.states import Reason, State
from optins.queries import parts_per_second

_MEASURED_OVER: Final = dt.timedelta(minutes=1)
# More than so many are not counted one by one: the figure says that there are many.
MOST_COUNTED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Running:
    """`per_minute` is of the last minute; `left` is roughly what the rest takes, blank when nothing is due.

    `later` of those who wait are due later (a lawful hour, a delay). `beside` are texts of other campaigns that wait
    for the same number now, at most `MOST_COUNTED`.
    """

    per_minute: int
    left: str
    later: int
    beside: int

    @property
    def beside_is_more(self) -> bool:
        return self.beside >= MOST_COUNTED


def running(message: SmsMessage) -> Running | None:
    """How a launched message is going; None while it has no text that waits or is on its way."""
    if message.sender is None:
        return None
    texts = Outbound.objects.filter(run__message=message)
    waits = Q(state=State.QUEUED)
    found = texts.filter(waits | Q(claimed_at__gt=Now() - _MEASURED_OVER)).aggregate(
        due=Count("pk", filter=waits & Q(due_at__lte=Now())),
        later=Count("pk", filter=waits & Q(due_at__gt=Now()) & ~Q(reason=Reason.HELD_FOR_FIRST_WAVE)),
        gone=Count("pk", filter=~waits),
    )
    if not any(found.values()):
        return None
    others = Outbound.objects.filter(waits, sender=message.sender, kind=Outbound.Kind.CAMPAIGN, due_at__lte=Now())
    beside = others.exclude(run__message=message).order_by()[:MOST_COUNTED].count()
    rate = parts_per_second(message.sender) / max(1, count(message.text).parts)
    # What was seen in the last minute, where something was; before that what the number can do.
    per_second = found["gone"] / _MEASURED_OVER.total_seconds() or rate
    left = roughly(found["due"] / per_second) if found["due"] else ""
    return Running(found["gone"], left, found["later"], beside)
