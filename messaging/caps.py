"""How many texts a number has had lately: at most so many a day from all campaigns together.

What counts is what may have reached the person: accepted and uncertain texts count, and those that failed after the
carrier took them; what surely never left does not. Notices answer what a person did and never count.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

WINDOW: Final = dt.timedelta(hours=24)

_COUNTED: Final = """
    messaging_outbound lately
    WHERE lately.number = {number} AND lately.kind = 'campaign' AND lately.claimed_at > {since} - %s
          AND (lately.state IN ('sending', 'uncertain', 'accepted', 'sent', 'delivered')
               OR lately.state = 'failed' AND lately.sid IS NOT NULL)
"""
_LATELY: Final = f"(SELECT count(*) FROM {_COUNTED.format(number='{number}', since='optline_now()')})"  # noqa: S608  constants
# To the quarter of an hour: a forecast asks as many questions as there are moments.
_ENOUGH_UNTIL: Final = f"""
    (SELECT to_timestamp(ceil(extract(epoch FROM lately.claimed_at + %s) / 900) * 900)
     FROM {_COUNTED.format(number="{number}", since="%s")} ORDER BY lately.claimed_at DESC OFFSET %s LIMIT 1)
"""  # noqa: S608  made of constants
_OVER: Final = f"""
    SELECT mine.id FROM unnest(string_to_array(%s, ',')::bigint[], string_to_array(%s, ',')) AS mine (id, number)
    WHERE {_LATELY.format(number="mine.number")} > %s
"""  # noqa: S608  made of constants


def has_had_enough(number: str) -> tuple[str, Sequence[Any]]:
    """SQL that is true of a number, named by an expression of the outer statement, that is at its limit now."""
    if not settings.FREQUENCY_CAP:
        return "FALSE", ()
    return f"{_LATELY.format(number=number)} >= %s", (WINDOW, settings.FREQUENCY_CAP)


def has_had_enough_until(number: str, *, at: dt.datetime) -> tuple[str, Sequence[Any]]:
    """SQL for the moment until which a number is at its limit, by what it has had before `at`; NULL when it is not."""
    if not settings.FREQUENCY_CAP:
        return "NULL::timestamptz", ()
    return _ENOUGH_UNTIL.format(number=number), (WINDOW, at, WINDOW, settings.FREQUENCY_CAP - 1)


def at_limit() -> RawSQL:
    """The same as an annotation of an outbound."""
    sql, params = has_had_enough('"messaging_outbound"."number"')
    return RawSQL(sql, params, output_field=BooleanField())  # noqa: S611  made of constants


def had_lately(number: str) -> int:
    """How many campaign texts a number has had in the last 24 hours."""
    with connection.cursor() as cursor:
        params: list[Any] = [number, WINDOW]
        cursor.execute(f"SELECT {_LATELY.format(number='%s')}", params)
        return int(cursor.fetchone()[0])


def over_limit(texts: Sequence[tuple[int, str]]) -> Sequence[int]:
    """Of these claimed and committed texts, by id and number, those of numbers that now have more than the limit."""
    if not settings.FREQUENCY_CAP or not texts:
        return ()
    ids, numbers = ",".join(str(pk) for pk, _ in texts), ",".join(number for _, number in texts)
    params: list[Any] = [ids, numbers, WINDOW, settings.FREQUENCY_CAP]
    with connection.cursor() as cursor:
        cursor.execute(_OVER, params)
        return [pk for (pk,) in cursor.fetchall()]
