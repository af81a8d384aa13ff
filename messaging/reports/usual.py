"""What is usual by this time of the day: the same weekday of the last four weeks."""

import datetime as dt
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Min, Q, Sum
from django.utils import timezone

from messaging.models import TakenCount

_WEEKS: Final = 4


@dataclass(frozen=True, slots=True)
class Usual:
    """The mean of the texts that had left by this time on so many of the last four days of this name."""

    texts: int
    weeks: int


def usual_by_now() -> Usual | None:
    """To the quarter of an hour, by the company's clock; None until a day of this name has passed since the first."""
    now = timezone.localtime()
    first = TakenCount.objects.aggregate(first=Min("since"))["first"]
    days = [now.replace(tzinfo=None) - dt.timedelta(weeks=back) for back in range(1, _WEEKS + 1)]
    spans = [
        Q(since__gte=midnight, since__lt=timezone.make_aware(day))
        for day in days
        if first and (midnight := timezone.make_aware(dt.datetime.combine(day, dt.time.min))) >= first
    ]
    if not spans:
        return None
    texts = TakenCount.objects.filter(reduce(or_, spans)).aggregate(texts=Sum("texts"))["texts"] or 0
    return Usual(round(texts / len(spans)), len(spans))
