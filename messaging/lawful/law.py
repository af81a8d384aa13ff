"""The hours that hold now: what this product ships with, and what the company decided in its place."""

import datetime as dt
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from messaging.lawful.hours import Hours, Law, Span
from messaging.models import LawfulHours

SHORTEST_VALIDITY: Final = dt.timedelta(minutes=1)
DAYS: Final = ("weekdays", "saturday", "sunday")
_SHIPPED: Final = Path(__file__).parent / "hours.json"


def shipped(region: str) -> LawfulHours:
    """The hours of a region as this product ships with them, as a row that is not stored. Raises KeyError for none."""
    row = _rows()[region]
    # A day that the file does not name has the hours of weekdays.
    times = {day: row.get(day, row["weekdays"]) for day in DAYS}
    fields = {
        f"{day}_{end}": dt.time.fromisoformat(time)
        for day, pair in times.items()
        for end, time in zip(("opens", "closes"), pair or (), strict=False)
    }
    return LawfulHours(region=region, source=row["source"], **fields)


def is_shipped(region: str) -> bool:
    """Whether a region has hours that this product ships with, to go back to."""
    return region in _rows()


def table() -> Mapping[str, LawfulHours]:
    """Every region that has hours, with those that hold. A row that is stored goes before a shipped one."""
    regions = {region: shipped(region) for region in _rows()}
    regions |= {row.region: row for row in LawfulHours.objects.all()}
    return {region: regions[region] for region in sorted(regions)}


def lead() -> dt.timedelta:
    """How soon before it closes a window is as good as closed: a text may be handed over late, and the carrier needs a
    minute to get it out."""
    return latest_handover() + SHORTEST_VALIDITY


def latest_handover() -> dt.timedelta:
    """How long after its claim the carrier may get a text: a request begins within the lease that the claim gave, and
    is given up after two time-outs, of connecting and of waiting for the answer."""
    return settings.RESCUE_AFTER + dt.timedelta(seconds=2 * settings.TWILIO_TIMEOUT)


def law() -> Law:
    """The hours that hold now, as the gates ask them. One small query."""
    return Law({**_shipped_hours(), **{row.region: _hours(row) for row in LawfulHours.objects.all()}})


@cache
def _shipped_hours() -> Mapping[str, Hours]:
    return {region: _hours(shipped(region)) for region in _rows()}


@cache
def _rows() -> Mapping[str, Mapping[str, Any]]:
    return {row["region"]: row for row in json.loads(_SHIPPED.read_text())}


def _hours(row: LawfulHours) -> Hours:
    return Hours(row.region, *(_span(row, day) for day in DAYS))


def _span(row: LawfulHours, day: str) -> Span | None:
    opens, closes = getattr(row, f"{day}_opens"), getattr(row, f"{day}_closes")
    return None if opens is None else Span(opens, closes)
