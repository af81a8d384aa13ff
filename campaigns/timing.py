"""Wall clocks and instants: when a message set for a date, a time and a place is due, and how to say it."""

import datetime as dt
import functools
import zoneinfo
from enum import StrEnum
from typing import Final

from campaigns.language import gettext as _
from campaigns.language import moment_in_words

LONGEST_DELAY: Final = dt.timedelta(days=365)


class Unit(StrEnum):
    """What a delay is counted in."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


def instant(date: dt.date, time: dt.time, zone: str) -> dt.datetime:
    """The moment, in UTC, at which clocks in `zone` show `date` and `time`.

    A time that clocks skip (spring forward) means the first moment after the gap; a time that they show twice
    (fall back) means the first of the two. Raises ValueError for an unknown zone or a moment past year 9999.
    """
    place = _zone(zone)
    wall = dt.datetime.combine(date, time.replace(tzinfo=None, fold=0), tzinfo=place)
    # The two readings differ only at a change of the clocks: `fold=0` applies the offset before it, `fold=1`
    # the one after it. In a gap, therefore, the second reading comes before the first.
    try:
        first, second = wall.astimezone(dt.UTC), wall.replace(fold=1).astimezone(dt.UTC)
    except OverflowError:
        raise ValueError(_("This date is out of the calendar's reach.")) from None
    return _change(second, first, place) if second < first else first


def in_words(moment: dt.datetime, zone: str) -> str:
    """``Friday 27 November 2026, 10:00 America/New_York``.

    Raises ValueError for an unknown zone or a moment without any.
    """
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be told.")
    local = moment.astimezone(_zone(zone))
    return f"{moment_in_words(local)} {zone}"


def roughly(length: dt.timedelta | float) -> str:
    """A length of time, or its seconds, as much as one can take in: ``12 s``, ``40 min``, ``27.8 h``, ``3 days``."""
    seconds = length.total_seconds() if isinstance(length, dt.timedelta) else length
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    hours = seconds / 3600
    return f"{hours:.3g} h" if hours < 48 else _("%(number)s days") % {"number": f"{hours / 24:.2g}"}


def delay(amount: int, unit: str) -> dt.timedelta:
    """So many minutes, hours or days of 24 hours. Raises ValueError unless between 0 and LONGEST_DELAY."""
    try:
        length = dt.timedelta(**{Unit(unit).value: amount})
    except OverflowError:
        length = dt.timedelta.max
    if not dt.timedelta(0) <= length <= LONGEST_DELAY:
        sentence = _("Choose a delay between 0 and %(most)s days.")
        raise ValueError(sentence % {"most": LONGEST_DELAY.days})
    return length


def is_zone(name: str) -> bool:
    """Whether `name` is an IANA time zone, spelled as IANA does."""
    return name in _zones()


@functools.cache
def _zones() -> frozenset[str]:
    # Listing the zones walks directories. Opening one by name would also open "right/…" and "localtime".
    return frozenset(zoneinfo.available_timezones())


def _zone(name: str) -> zoneinfo.ZoneInfo:
    if not is_zone(name):
        sentence = _("There is no time zone “%(name)s”. Choose one such as America/New_York.")
        raise ValueError(sentence % {"name": name})
    return zoneinfo.ZoneInfo(name)


def _change(before: dt.datetime, after: dt.datetime, place: zoneinfo.ZoneInfo) -> dt.datetime:
    """The second in (before, after] from which `place` keeps the offset that it has at `after`."""
    new = after.astimezone(place).utcoffset()
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if dt.datetime.fromtimestamp(middle, place).utcoffset() == new:
            high = middle
        else:
            low = middle
    return dt.datetime.fromtimestamp(high, dt.UTC)
