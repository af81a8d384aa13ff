"""Who would get a message when, as things stand: the audience by place, rehearsed at the sender's rate.

The frequency cap is known from what people have had; what other campaigns will have sent them by then is not."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from messaging.caps import has_had_enough_until
from messaging.gates import recipients
from messaging.launch.timetable import Crowd, Terms, Timetable, rehearse
from messaging.lawful.law import law, lead
from messaging.lawful.places import AREA_CODE_LENGTH, PREFIX_LENGTH, Known, Place, place_of
from messaging.models import SmsMessage
from messaging.parts import count
from messaging.states import Reason
from optins.queries import parts_per_second

# What decides over a place, and nothing else of a person: a million people have some ten thousand of these.
_BY_PLACE: Final = """
    SELECT CASE WHEN number LIKE '+1%%' THEN left(number, {area}) ELSE left(number, {prefix}) END,
           time_zone, country, state, left(upper(replace(postal_code, ' ', '')), 5), {enough_until}, count(*)
    FROM ({recipients}) recipients JOIN campaigns_customer customer ON customer.id = recipients.customer_id
    WHERE reason = '' GROUP BY 1, 2, 3, 4, 5, 6
"""


def by_place(message: SmsMessage, *, at: dt.datetime) -> Counter[Crowd]:
    """How many people a message would reach in each place, apart by when their frequency cap lets them from `at` on."""
    sql, params = recipients(message)
    enough_until, cap_params = has_had_enough_until("recipients.number", at=at)
    statement = _BY_PLACE.format(area=AREA_CODE_LENGTH, prefix=PREFIX_LENGTH, recipients=sql, enough_until=enough_until)
    people: Counter[Crowd] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(statement, (*cap_params, *params))
        for number, time_zone, country, state, postal_code, until, amount in cursor.fetchall():
            place = place_of(Known(number, time_zone, country, state, postal_code))
            people[Crowd(place, max(until or at, at))] += amount
    return people


def forecast(
    message: SmsMessage,
    *,
    begins: dt.datetime | None = None,
    per_second: float | None = None,
    people: Mapping[Place, int] | None = None,
) -> Timetable:
    """When the texts of a scheduled message would leave, from its time (or `begins`) on.

    `people` are those of each place who are not at their limit, when they have been counted already. `per_second` are
    texts; by default what the sender does of texts as long as this one is before merge fields.
    """
    if message.sender is None:
        raise ValueError("A message without a sender leaves at no rate.")
    at = begins or max(filter(None, (timezone.now(), message.scheduled_for)))
    rate = per_second or parts_per_second(message.sender) / max(1, count(message.text).parts)
    late, ends = at + message.late_after, message.campaign.ends_at
    over = ends is not None and ends < late
    terms = Terms(
        begins=at,
        deadline=ends if ends is not None and over else late,
        afterwards=Reason.CAMPAIGN_ENDED if over else Reason.TOO_LATE,
        per_second=rate,
        law=law() if settings.QUIET_HOURS else None,
        lead=lead(),
        holds=message.outside_hours == SmsMessage.OutsideHours.HOLD,
    )
    if people is not None:
        return rehearse({Crowd(place, at): amount for place, amount in people.items()}, terms)
    return rehearse(by_place(message, at=at), terms)
