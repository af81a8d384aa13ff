"""How many subscriptions began and ended on each of the last days, by the ledger."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from optins.models import ConsentEvent

DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Day:
    """One day by the company's clock. Who joins or leaves two programmes counts twice."""

    on: dt.date
    opt_ins: int
    opt_outs: int

    @property
    def net(self) -> int:
        return self.opt_ins - self.opt_outs


def trend() -> Sequence[Day]:
    """The last fourteen days, today the last of them."""
    today = timezone.localdate()
    days = [today - dt.timedelta(days=back) for back in reversed(range(DAYS))]
    # One question for each, which an index alone answers.
    joined = _by_day(ConsentEvent.Action.OPTED_IN, days[0])
    left = _by_day(ConsentEvent.Action.OPTED_OUT, days[0])
    return [Day(day, joined.get(day, 0), left.get(day, 0)) for day in days]


def _by_day(action: ConsentEvent.Action, first: dt.date) -> Mapping[dt.date, int]:
    since = timezone.make_aware(dt.datetime.combine(first, dt.time.min))
    entries = ConsentEvent.objects.filter(action=action, at__gte=since).order_by()
    return dict(entries.values_list(TruncDate("at")).annotate(entries=Count("at")))
