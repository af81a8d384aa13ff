"""Business days of the United States, by which the law counts: an opt-out is honoured within ten of them.

Source of the limit: 47 CFR 64.1200(a)(10). Source of the holidays, on the days on which they are observed: 5 USC 6103
and Executive Order 11582 (a holiday on a Saturday is observed on the Friday before, on a Sunday on the Monday after).
Holidays of single states are not counted, so that the clock is never slower than the federal one.
"""

import datetime as dt
from functools import lru_cache
from typing import Final

OPT_OUT_DAYS: Final = 10
_SATURDAY, _SUNDAY = 5, 6
_MONDAY, _THURSDAY = 0, 3


def is_business_day(day: dt.date) -> bool:
    """No weekend and no federal holiday."""
    # New Year's Day of the next year may be observed in this one.
    return day.weekday() < _SATURDAY and day not in _holidays(day.year) | _holidays(day.year + 1)


def after(begin: dt.datetime, days: int) -> dt.datetime:
    """The same time of day so many business days later. `begin` bears its zone, which is kept.

    That is earlier than the end of that day, which the law might allow.
    """
    day = begin.date()
    while days > 0:
        day += dt.timedelta(days=1)
        days -= is_business_day(day)
    return begin.replace(year=day.year, month=day.month, day=day.day)


def between(now: dt.datetime, until: dt.datetime) -> int:
    """How many business days begin after `now` and not after the day of `until`; 0 once that day has come."""
    days = (until.date() - now.date()).days
    return sum(is_business_day(now.date() + dt.timedelta(days=number)) for number in range(1, days + 1))


@lru_cache(maxsize=16)
def _holidays(year: int) -> frozenset[dt.date]:
    fixed = (
        dt.date(year, 1, 1),
        dt.date(year, 6, 19),
        dt.date(year, 7, 4),
        dt.date(year, 11, 11),
        dt.date(year, 12, 25),
    )
    moving = (
        _nth(year, 1, _MONDAY, 3),  # Martin Luther King's birthday
        _nth(year, 2, _MONDAY, 3),  # Washington's birthday
        _last_monday_of_may(year),  # Memorial Day
        _nth(year, 9, _MONDAY, 1),  # Labor Day
        _nth(year, 10, _MONDAY, 2),  # Columbus Day
        _nth(year, 11, _THURSDAY, 4),  # Thanksgiving
    )
    return frozenset((*map(_observed, fixed), *moving))


def _observed(day: dt.date) -> dt.date:
    shift = {_SATURDAY: -1, _SUNDAY: 1}.get(day.weekday(), 0)
    return day + dt.timedelta(days=shift)


def _last_monday_of_may(year: int) -> dt.date:
    last = dt.date(year, 5, 31)
    return last - dt.timedelta(days=last.weekday())


def _nth(year: int, month: int, weekday: int, number: int) -> dt.date:
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))
