"""When a person may be texted: the hours of each country and state, in every zone that the person may be in.

Where two answers are possible, the narrower one holds: hours begin at the later reading of a time that clocks
show twice, and end at the earlier. Rules are those of 47 CFR 64.1200(c)(1) and of states, kept by `models.LawfulHours`.
"""

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from campaigns.timing import instant
from messaging.lawful.places import Place

ELSEWHERE: Final = "*"
"""The region whose hours hold in a country that has none of its own."""

# A rule repeats each week, so that hours which do not come within one never come. A day more on either side
# covers the distance between zones.
_HORIZON: Final = 9


@dataclass(frozen=True, slots=True)
class Span:
    """From `opens` up to, and without, `closes`, by the clock on the wall. Closing at 00:00 is the end of the day."""

    opens: dt.time
    closes: dt.time

    def narrowed(self, other: "Span") -> "Span":
        return Span(max(self.opens, other.opens), min(self.closes, other.closes, key=_end))

    @property
    def is_empty(self) -> bool:
        return _end(self.closes) <= _minutes(self.opens)


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of one region, ``US`` or ``US-FL``; None for a day without any."""

    region: str
    weekdays: Span | None
    saturday: Span | None
    sunday: Span | None

    def on(self, day: dt.date) -> Span | None:
        """The hours of one date."""
        return {5: self.saturday, 6: self.sunday}.get(day.weekday(), self.weekdays)


@dataclass(frozen=True, slots=True)
class Window:
    """Texts may leave from `opens` until before `closes`."""

    opens: dt.datetime
    closes: dt.datetime


@dataclass(frozen=True)
class Law:
    """The hours of all regions. Made anew when one changes."""

    hours: Mapping[str, Hours] = field(hash=False)

    def regions_for(self, place: Place) -> Sequence[str]:
        """The regions whose hours a place must keep: its country, and each state that it may be in."""
        country = place.country if place.country in self.hours else ELSEWHERE
        if place.states:
            states = [code for code in sorted(place.states) if code in self.hours]
        else:
            states = [code for code in sorted(self.hours) if code.startswith(f"{place.country}-")]
        return [code for code in (country, *states) if code in self.hours]

    def window(self, place: Place, at: dt.datetime, *, lead: dt.timedelta = dt.timedelta(0)) -> Window | None:
        """The window that is open at `at` and for longer than `lead` after it, else the next one; None for never.

        `at` bears a time zone; so do the answers, in UTC.
        """
        rules = tuple(self.hours[code] for code in self.regions_for(place))
        if not rules:
            return None
        at = at.astimezone(dt.UTC)
        windows = _windows(rules, place.zones, at.date())
        return next((window for window in windows if window.closes - lead > at), None)


@lru_cache(maxsize=4096)
def _windows(rules: tuple[Hours, ...], zones: frozenset[str], day: dt.date) -> Sequence[Window]:
    """The windows in which every zone allows it, in order, from the day before `day` on."""
    dates = [day + dt.timedelta(days=n) for n in range(-1, _HORIZON)]
    found: Sequence[Window] | None = None
    for zone in sorted(zones):
        here = _joined(_windows_of_zone(rules, zone, dates))
        found = here if found is None else list(_shared(found, here))
    return found or ()


def _windows_of_zone(rules: tuple[Hours, ...], zone: str, dates: Iterable[dt.date]) -> Iterable[Window]:
    for date in dates:
        span = _narrowest(rules, date)
        if span is None:
            continue
        opens = _last_reading(date, span.opens, zone)
        closes = instant(date + dt.timedelta(days=1) if not _minutes(span.closes) else date, span.closes, zone)
        if opens < closes:
            yield Window(opens, closes)


def _narrowest(rules: tuple[Hours, ...], date: dt.date) -> Span | None:
    """What all rules allow on a date."""
    narrowest: Span | None = None
    for rule in rules:
        span = rule.on(date)
        if span is None:
            return None
        narrowest = span if narrowest is None else narrowest.narrowed(span)
    return None if narrowest is None or narrowest.is_empty else narrowest


def _last_reading(date: dt.date, time: dt.time, zone: str) -> dt.datetime:
    """The moment at which clocks show `time`, the last when they show it twice, after the gap when they skip it."""
    first = instant(date, time, zone)
    last = dt.datetime.combine(date, time.replace(fold=1), tzinfo=zoneinfo.ZoneInfo(zone)).astimezone(dt.UTC)
    return max(first, last)


def _joined(windows: Iterable[Window]) -> Sequence[Window]:
    """Windows of which one begins as the other ends are one: hours all around the clock have no midnight."""
    joined: list[Window] = []
    for window in windows:
        if joined and window.opens <= joined[-1].closes:
            joined[-1] = Window(joined[-1].opens, max(joined[-1].closes, window.closes))
        else:
            joined.append(window)
    return joined


def _shared(left: Sequence[Window], right: Sequence[Window]) -> Iterable[Window]:
    """What lies in a window of both."""
    i = j = 0
    while i < len(left) and j < len(right):
        opens, closes = max(left[i].opens, right[j].opens), min(left[i].closes, right[j].closes)
        if opens < closes:
            yield Window(opens, closes)
        if left[i].closes <= right[j].closes:
            i += 1
        else:
            j += 1


def _minutes(time: dt.time) -> int:
    return time.hour * 60 + time.minute


def _end(closes: dt.time) -> int:
    return _minutes(closes) or 24 * 60
