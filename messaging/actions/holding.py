"""Lawful hours at the claim: for whom it is day goes on, the others wait for the morning or are left out."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from messaging.gates import known, waiting_rows
from messaging.hours import Law
from messaging.law import law, lead
from messaging.models import Outbound, Run, SmsMessage
from messaging.places import place_of
from messaging.states import Reason, State

# When one is found for whom it is night, there are more: so many are looked at at once, that a slow sender does not
# find them one by one while others, for whom it is day, stand behind them.
_AHEAD: Final = 2000

_HOLD: Final = """
    UPDATE messaging_outbound AS outbound SET due_at = held.until, reason = %s
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS held (id, until)
    WHERE outbound.id = held.id
"""
# A region without any hour to come: asked again in a day, since somebody may change the table.
_NEVER: Final = dt.timedelta(days=1)


def keep_hours(*, run: Run, rows: Sequence[Outbound]) -> Sequence[Outbound]:
    """Those of a run's locked rows for whom it is day, in the caller's transaction; the others are held or skipped.

    A row that leaves gets a `lifetime`: how long the carrier may let it wait, so that nothing leaves the carrier's
    queue after the window closes or the campaign ends, however late in its lease the request begins.
    """
    if not settings.QUIET_HOURS:
        return rows
    hours = law()
    leaving, staying = _sorted(run, hours, rows)
    if staying:
        ahead = waiting_rows(run).exclude(pk__in=[row.pk for row in rows]).order_by("due_at", "pk")
        more = ahead.select_for_update(skip_locked=True, of=("self",))[:_AHEAD]
        _settle(run, {**staying, **_sorted(run, hours, more)[1]})
    return leaving


def _sorted(run: Run, hours: Law, rows: Iterable[Any]) -> tuple[list[Outbound], dict[int, dt.datetime]]:
    """Who may be texted now, or is refused anyway; and until when each of the others has to wait."""
    leaving: list[Outbound] = []
    staying: dict[int, dt.datetime] = {}
    for row in rows:
        window = hours.window(place_of(known(row)), row.asked_at, lead=lead())
        if getattr(row, "refusal", ""):
            leaving.append(row)
        elif window is None or window.opens > row.asked_at:
            staying[row.pk] = row.asked_at + _NEVER if window is None else window.opens
        else:
            closes = min(filter(None, (window.closes, run.campaign.ends_at)))
            row.lifetime = closes - row.asked_at - settings.RESCUE_AFTER
            leaving.append(row)
    return leaving, staying


def _settle(run: Run, staying: Mapping[int, dt.datetime]) -> None:
    if run.message.outside_hours == SmsMessage.OutsideHours.SKIP:
        skipped = Outbound.objects.filter(pk__in=staying)
        skipped.update(state=State.SKIPPED, reason=Reason.OUTSIDE_HOURS, settled_at=Now())
        return
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [Reason.HELD_FOR_HOURS, list(staying.keys()), list(staying.values())])
