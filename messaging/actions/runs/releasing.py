"""Letting held people go: the first of an audience while it is still being written, later all others.

Who goes is chosen by a hash, among the people of each chunk: the first customers of all are not like the others.
"""

import math
from typing import Final

from django.db import connection
from django.db.models import Max, Min

from campaigns.bell import ring_after_commit
from campaigns.models import Customer
from messaging.actions.runs.outbox import SEND_DUE
from messaging.models import Outbound, Run, SmsMessage
from messaging.states import Reason, State

_RELEASE: Final = """
    UPDATE messaging_outbound SET due_at = optline_now(), reason = ''
    WHERE id IN (SELECT id FROM messaging_outbound
                 WHERE run_id = %s AND state = 'queued' AND reason = 'held_for_first_wave' {chunk}
                 ORDER BY hashint8(id), id LIMIT %s FOR UPDATE)
"""
# As the key says it that finds a chunk's rows.
_OF_CHUNK: Final = "AND event_id IS NULL AND customer_id > %s AND customer_id <= %s"


def release(run: Run, people: int) -> int:
    """Let so many of a run's held people go, in the caller's transaction. Returns how many went."""
    return _release(_RELEASE.format(chunk=""), [run.pk, people])


def release_first(run: Run, *, through: int, complete: bool) -> int:
    """Let those of a chunk go that are of the first wave, in the transaction that wrote it. Returns how many.

    The chunk are the customers after `run.frozen_through` up to `through`. Of a number of people a chunk gives as many
    as it is of all customers, by their ids; of a share of them its share, rounded down: what lacks is chosen among
    everybody when the audience is complete.
    """
    size, chunk = run.message.first_wave or 0, (run.frozen_through, through)
    if run.message.first_wave_unit == SmsMessage.WaveUnit.PERCENT:
        people = size * _held(run, *chunk) // 100
    else:
        people = math.ceil(size if complete else size * _part(through)) - run.wave_people
    return _release(_RELEASE.format(chunk=_OF_CHUNK), [run.pk, *chunk, max(people, 0)])


def _part(through: int) -> float:
    """What part of all customers those up to one are. To count them would read a million."""
    ids = Customer.objects.aggregate(first=Min("pk"), last=Max("pk"))
    first, last = ids["first"] or through, ids["last"] or through
    return min(1.0, (through - first + 1) / (last - first + 1))


def _held(run: Run, after: int, through: int) -> int:
    held = Outbound.objects.filter(run=run, event=None, state=State.QUEUED, reason=Reason.HELD_FOR_FIRST_WAVE)
    return held.filter(customer__gt=after, customer__lte=through).count()


def _release(sql: str, params: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        released = int(cursor.rowcount)
    if released:
        ring_after_commit(SEND_DUE)
    return released
