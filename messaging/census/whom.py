"""The people behind a figure of the audience card: who gets a message, who is left out and why, who waits."""

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max
from django.utils import timezone

from campaigns.models import Customer
from messaging.gates import verdicts
from messaging.lawful.law import law, lead
from messaging.lawful.places import PLACE_FIELDS, Known, place_of
from messaging.models import SmsMessage
from messaging.states import Reason

PER_PAGE: Final = 50
_CHUNK: Final = 5_000


@dataclass(frozen=True, slots=True)
class Somebody:
    """One of the people, with the number that was judged; blank for none."""

    customer: Customer
    number: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the people. `after` is where the next page begins; None when everybody has been looked at."""

    people: Sequence[Somebody]
    after: int | None


def people_of(message: SmsMessage, reason: str, *, after: int = 0, seconds: float = 1.0) -> Page:
    """The people of one reason, blank for those who get it, in the order of their ids.

    Looks for a page's worth for so many seconds, a chunk of customers at a time, so that a rare reason among a million
    people blocks nothing: then fewer come back, and where to go on.
    """
    found: list[tuple[int, str]] = []
    deadline = time.monotonic() + seconds
    while len(found) < PER_PAGE and time.monotonic() < deadline:
        ahead = Customer.objects.filter(pk__gt=after).order_by("pk").values("pk")[:_CHUNK]
        border = ahead.aggregate(last=Max("pk"), people=Count("pk"))
        if not border["people"]:
            return Page(_read(found), None)
        found += _of_chunk(message, reason, after, border["last"])
        after = border["last"]
        if border["people"] < _CHUNK and len(found) <= PER_PAGE:
            return Page(_read(found), None)
    shown = found[:PER_PAGE]
    return Page(_read(shown), shown[-1][0] if len(found) > PER_PAGE else after)


def _of_chunk(message: SmsMessage, reason: str, after: int, last: int) -> list[tuple[int, str]]:
    """Those of one chunk; who is held gets it, later, and is not a reason of the gates."""
    wanted = "" if reason == Reason.HELD_FOR_HOURS else reason
    sql, params = verdicts(message, between={"gt": after, "lte": last})
    columns = ", ".join(PLACE_FIELDS)
    statement = f"""
        SELECT customer_id, number, {columns} FROM ({sql}) verdicts
        JOIN campaigns_customer customer ON customer.id = customer_id WHERE reason = %s ORDER BY customer_id
    """  # noqa: S608  the gates' own, and constants
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, wanted])
        rows = cursor.fetchall()
    if reason != Reason.HELD_FOR_HOURS:
        return [(customer, number) for customer, number, *_ in rows]
    at = max(filter(None, (timezone.now(), message.scheduled_for)))
    return [(customer, number) for customer, number, *where in rows if _waits(Known(number, *where), at)]


def _waits(known: Known, at: dt.datetime) -> bool:
    """Whether it is no lawful hour where somebody is at that moment."""
    if not settings.QUIET_HOURS:
        return False
    window = law().window(place_of(known), at, lead=lead())
    return window is None or window.opens > at


def _read(found: Sequence[tuple[int, str]]) -> Sequence[Somebody]:
    people = Customer.objects.in_bulk([pk for pk, _ in found])
    return [Somebody(people[pk], number) for pk, number in found if pk in people]
