"""Lawful hours at the claim: for whom it is day goes on, the others wait for the morning or are left out."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from messaging.clock import gate_now
from messaging.gates import waiting_rows
from messaging.lawful.hours import Law, Window
from messaging.lawful.law import latest_handover, law, lead
from messaging.lawful.places import PLACE_FIELDS, Place, place_of
from messaging.models import Outbound, Run, SmsMessage
from messaging.states import Reason, State
from messaging.waiting import Waiting

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

Leaving = tuple[Waiting, dt.timedelta | None]
"""A row that may leave, and how long the carrier may let it wait; None leaves that to the carrier."""


def keep_hours(*, run: Run, rows: Sequence[Waiting]) -> Sequence[Leaving]:
    """Those of a run's locked rows for whom it is day, in the caller's transaction; the others are held or skipped.

    What leaves has a lifetime, so that nothing leaves the carrier's queue after the window closes or the campaign
    ends, however late in its lease the request begins and however long it takes.
    """
    if not settings.QUIET_HOURS or not rows:
        return [(row, None) for row in rows]
    clocks = _Clocks(law(), gate_now(), run.campaign.ends_at)
    leaving, staying = clocks.sort(rows)
    if staying:
        _settle(run, {**staying, **clocks.sort(_ahead(run, rows))[1]})
    return leaving


class _Clocks:
    """What the hours say at one moment, asked once for each place: places are few, and people many."""

    def __init__(self, hours: Law, now: dt.datetime, ends_at: dt.datetime | None) -> None:
        self._hours = hours
        self._now = now
        self._ends_at = ends_at
        self._lead = lead()
        self._windows: dict[Place, Window | None] = {}

    def sort(self, rows: Iterable[Waiting]) -> tuple[list[Leaving], dict[int, dt.datetime]]:
        """Who may be texted now, or is refused anyway; and until when each of the others has to wait.

        Who has had enough by now may not have in the morning: at night the frequency cap refuses nobody.
        """
        leaving: list[Leaving] = []
        staying: dict[int, dt.datetime] = {}
        for row in rows:
            window = self._window(place_of(row.known))
            if row.refusal and row.refusal != Reason.FREQUENCY_CAP:
                leaving.append((row, None))
            elif window is None or window.opens > self._now:
                staying[row.pk] = self._now + _NEVER if window is None else window.opens
            else:
                leaving.append((row, self._lifetime(window)))
        return leaving, staying

    def _window(self, place: Place) -> Window | None:
        if place not in self._windows:
            self._windows[place] = self._hours.window(place, self._now, lead=self._lead)
        return self._windows[place]

    def _lifetime(self, window: Window) -> dt.timedelta:
        closes = window.closes if self._ends_at is None else min(window.closes, self._ends_at)
        return closes - self._now - latest_handover()


def _ahead(run: Run, rows: Sequence[Waiting]) -> Iterable[Waiting]:
    """Rows that stand behind these, locked as well."""
    behind = waiting_rows(run).exclude(pk__in=[row.pk for row in rows]).order_by("due_at", "pk")
    for row in behind.select_for_update(skip_locked=True, of=("self",))[:_AHEAD]:
        yield Waiting(row.pk, row.number, "", None, *(getattr(row, f"place_{name}") for name in PLACE_FIELDS))


def _settle(run: Run, staying: Mapping[int, dt.datetime]) -> None:
    if run.message.outside_hours == SmsMessage.OutsideHours.SKIP:
        skipped = Outbound.objects.filter(pk__in=staying)
        skipped.update(state=State.SKIPPED, reason=Reason.OUTSIDE_HOURS, settled_at=Now())
        return
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [Reason.HELD_FOR_HOURS, list(staying.keys()), list(staying.values())])
