"""The audience card of a message: who would be texted now, and why the others would not."""

import datetime as dt
import time
import zoneinfo
from collections import defaultdict
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from campaigns.rules import RuleError
from messaging.census import parts_by_country
from messaging.forecast import forecast
from messaging.gates import audience, estimate
from messaging.models import SmsMessage
from messaging.prices import cost
from messaging.reports import Progress
from messaging.states import State


@dataclass(frozen=True, slots=True)
class _Day:
    """How many texts leave on one day of the message's zone, between which hours."""

    date: dt.date
    count: int
    begins: dt.time
    ends: dt.time


def _days(message: SmsMessage) -> dict[str, object]:
    """The forecast by day, as the card shows it."""
    told, zone = forecast(message), zoneinfo.ZoneInfo(message.time_zone)
    days: dict[dt.date, list[tuple[dt.datetime, int]]] = defaultdict(list)
    for hour, count in told.leaving.items():
        local = hour.astimezone(zone)
        days[local.date()].append((local, count))
    shown = [
        _Day(date, sum(n for _, n in hours), hours[0][0].time(), (hours[-1][0] + dt.timedelta(hours=1)).time())
        for date, hours in days.items()
    ]
    skipped = {(State.SKIPPED.value, reason): number for reason, number in told.skipped.items()}
    return {"shown": shown, "held": told.held, "skipped": Progress(skipped).reasons, "zone": message.time_zone}


def audience_of(request: HttpRequest, message: SmsMessage) -> HttpResponse:
    """A piece of page. It asks the same question as the sender does, about what is stored of the message."""
    began = time.monotonic()
    context: dict[str, object] = {"message": message, "at": timezone.localtime()}
    try:
        if message.programme is None or message.sender is None:
            context["meant"] = audience(message).count()
        else:
            found = estimate(message)
            skipped = {(State.SKIPPED.value, reason): number for reason, number in found.skipped.items()}
            context |= {"estimate": found, "reasons": Progress(skipped).reasons}
            if found.reachable and message.body.strip():
                context["cost"] = cost(parts_by_country(message, found))
            if found.reachable and message.delivery == SmsMessage.Delivery.SCHEDULED:
                context["days"] = _days(message)
    except RuleError as problem:
        context["problem"] = str(problem)
    context["seconds"] = time.monotonic() - began
    return TemplateResponse(request, "admin/messaging/audience.html", context)
