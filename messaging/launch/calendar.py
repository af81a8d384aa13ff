"""The week ahead: which scheduled messages leave on which day, by the company's clock."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from messaging.models import Run, SmsMessage

DAYS = 7


@dataclass(frozen=True, slots=True)
class Entry:
    """One scheduled message. `movable`: nothing of it has started."""

    message: SmsMessage
    at: dt.datetime
    movable: bool


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a week with its messages in order."""

    date: dt.date
    is_today: bool
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days by the clock of `zone`, the company's."""

    days: Sequence[Day]
    zone: str

    @property
    def monday(self) -> dt.date:
        return self.days[0].date

    @property
    def sunday(self) -> dt.date:
        return self.days[-1].date


def week_of(date: dt.date) -> dt.date:
    """The Monday of a date's week."""
    return date - dt.timedelta(days=date.weekday())


def week(monday: dt.date) -> Week:
    """Seven days from `monday` with the scheduled messages of each, launched or drafts."""
    zone = timezone.get_default_timezone()
    start = dt.datetime.combine(monday, dt.time(), tzinfo=zone)
    end = dt.datetime.combine(monday + dt.timedelta(days=DAYS), dt.time(), tzinfo=zone)
    messages = SmsMessage.objects.filter(
        delivery=SmsMessage.Delivery.SCHEDULED, scheduled_for__gte=start, scheduled_for__lt=end
    ).select_related("campaign")
    started = set(Run.objects.filter(message__in=messages).values_list("message_id", flat=True))
    entries: dict[dt.date, list[Entry]] = {}
    for message in messages.order_by("scheduled_for", "pk"):
        assert message.scheduled_for is not None
        at = message.scheduled_for.astimezone(zone)
        entries.setdefault(at.date(), []).append(Entry(message, at, message.pk not in started))
    today = timezone.localdate()
    days = [monday + dt.timedelta(days=place) for place in range(DAYS)]
    shown = [Day(day, day == today, entries.get(day, [])) for day in days]
    return Week(shown, timezone.get_default_timezone_name())
