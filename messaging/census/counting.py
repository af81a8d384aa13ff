"""Rendering the text of each person meant, as the send worker will: the work of a census, for some of the people."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from django.db import connection
from django.utils import timezone

from campaigns.models import Customer
from messaging import parts, rendering
from messaging.census.tally import Tally
from messaging.gates import verdicts
from messaging.lawful.places import AREA_CODE_LENGTH, PLACE_FIELDS, PREFIX_LENGTH, Known, dialled_country
from messaging.models import Census, SmsMessage
from messaging.queries import merge_values
from messaging.states import Reason

FRESH: Final = dt.timedelta(minutes=10)
"""So long a census stands for the people of now: who opts in or out meanwhile is asked again at the send."""


def count_people(message: SmsMessage, tally: Tally, *, between: Mapping[str, int]) -> None:
    """Add to `tally` what the text becomes for the people of a range of customer ids (`gt`, `lte`)."""
    sql, params = verdicts(message, between=between)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT customer_id, number, reason FROM ({sql}) verdicts", params)  # noqa: S608  the gates' own
        rows = cursor.fetchall()
    template = rendering.compile(message.text)
    rendered = ("", Reason.MISSING_FIELD)
    people = Customer.objects.in_bulk([customer for customer, _, reason in rows if reason in rendered])
    for customer, number, reason in rows:
        if reason not in rendered:
            tally.skipped[reason] += 1
        else:
            _count(tally, template, people[customer], number)


def _count(tally: Tally, template: rendering.Template, person: Customer, number: str) -> None:
    try:
        counted = parts.count(template.render(merge_values(person)))
    except rendering.MissingValue as lacking:
        tally.skipped[Reason.MISSING_FIELD] += 1
        tally.missing[lacking.field] += 1
        return
    if counted.parts > parts.MAX_PARTS:
        tally.skipped[Reason.TOO_LONG] += 1
        return
    beginning = number[: AREA_CODE_LENGTH if number.startswith("+1") else PREFIX_LENGTH]
    place = Known(beginning, *(getattr(person, name) for name in PLACE_FIELDS))
    tally.take(place, dialled_country(number), parts=counted.parts, length=counted.units, customer=person.pk)


def latest(message: SmsMessage, *, fingerprint: str = "") -> Census | None:
    """The latest census of a message; with a fingerprint the latest one of what the message says now."""
    found = Census.objects.filter(message=message)
    return found.filter(fingerprint=fingerprint).first() if fingerprint else found.first()


def is_fresh(census: Census) -> bool:
    """Whether a census is done and stands for the people of now."""
    done = census.finished_at
    return census.state == Census.State.DONE and done is not None and done > timezone.now() - FRESH
