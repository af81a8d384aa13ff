"""Freezing: writing a run's audience into the outbox, a chunk of customers at a time.

Each chunk is a transaction of its own that also moves the run's mark, so that a kill at any moment loses nothing and
doubles nothing, the first texts leave while the rest is written, and no lock is held for long. Each chunk is asked as
things stand at its moment: who joins the audience meanwhile may be in it, and who leaves is asked again at the claim.
"""

import time
from collections.abc import Mapping
from typing import Final

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Max
from django.db.models.functions import Now

from campaigns.bell import ring_after_commit
from campaigns.locks import alone
from campaigns.models import Customer
from messaging.actions.runs.binding import MEANT, hold, is_too_dear
from messaging.actions.runs.outbox import SEND_DUE
from messaging.actions.runs.releasing import release_first
from messaging.gates import recipients
from messaging.launch.approvals import unapproved
from messaging.models import Run
from messaging.states import Reason

log = structlog.get_logger(__name__)

_LOCK: Final = 7_062_000

_FREEZE: Final = """
    INSERT INTO messaging_outbound
        (kind, run_id, campaign_id, customer_id, number, sender_id, consent_event_id, body, sealed_body,
         state, reason, attempts, settled_at, due_at)
    SELECT 'campaign', %s, %s, customer_id, number, %s, consent_event_id, '', '',
           CASE WHEN reason = '' THEN 'queued' ELSE 'skipped' END, CASE WHEN reason = '' THEN %s ELSE reason END, 0,
           CASE WHEN reason = '' THEN NULL ELSE now() END, coalesce(%s, statement_timestamp())
    FROM ({recipients}) recipients
    ORDER BY customer_id
"""
# The first chunk is a small one: its texts leave while the large ones are written.
_FIRST_CHUNK: Final = 1_000
# A person, or a number, that an earlier chunk has already keeps the row it has.
_UNLESS_THERE: Final = "ON CONFLICT DO NOTHING"
# Each chunk looks up some thousands among millions. By its defaults, which are of spinning disks, the planner would
# read the whole table of subscriptions for each chunk, and compile what takes a tenth of a second to run.
_LOOK_UP: Final = "SET LOCAL random_page_cost = 1.1; SET LOCAL jit = off"


def freeze_due(*, seconds: float) -> bool:
    """Write the audiences of the runs that have begun, a chunk of each in turn, until so many seconds have passed.

    Returns whether all are complete, as far as this process knows: only one freezes at a time.
    """
    deadline = time.monotonic() + seconds
    with alone(_LOCK) as mine:
        while mine and (begun := _begun()):
            # A run whose audience cannot be worked out holds up no other.
            if not sum(_freeze_unless_broken(pk) for pk in begun):
                break
            if time.monotonic() >= deadline:
                return not _begun()
    return True


def _begun() -> list[int]:
    """The open runs whose audience is not complete, the latest first."""
    runs = Run.objects.filter(state=Run.State.OPEN, frozen_at__isnull=True, held_at__isnull=True)
    return list(runs.order_by("-pk").values_list("pk", flat=True))


def _freeze_unless_broken(run_id: int) -> bool:
    try:
        return not is_too_dear(run_id=run_id) and freeze_chunk(run_id=run_id)
    except Exception:
        log.exception("freeze_failed", run=run_id)
        return False


@transaction.atomic
def freeze_chunk(*, run_id: int) -> bool:
    """Write the next chunk of a run: one row a person, waiting or skipped with its reason. False if none is written.

    Holds the run's row, so that who closes the run waits for the chunk and then cancels what is in it.
    """
    waiting = Run.objects.filter(pk=run_id, state=Run.State.OPEN, frozen_at__isnull=True, held_at__isnull=True)
    run = waiting.select_for_update(of=("self",), no_key=True).select_related(*MEANT).first()
    if run is None:
        return False
    size = settings.FREEZE_CHUNK if run.frozen_through else min(_FIRST_CHUNK, settings.FREEZE_CHUNK)
    ahead = Customer.objects.filter(pk__gt=run.frozen_through).order_by("pk").values("pk")[:size]
    border = ahead.aggregate(last=Max("pk"), people=Count("pk"))
    complete = border["people"] < size
    last = border["last"] or run.frozen_through
    before = transaction.savepoint()
    written = _write(run, {"gt": run.frozen_through, "lte": last})
    # Asked now and not before, so that what was changed while people were written counts as well.
    if differs := unapproved(run.message):
        transaction.savepoint_rollback(before)
        hold(run=run, changes=differs)
        return False
    first = release_first(run, through=last, complete=complete) if run.wave else 0
    Run.objects.filter(pk=run_id).update(
        frozen_through=last, frozen_at=Now() if complete else None, wave_people=run.wave_people + first
    )
    log.info("audience_frozen" if complete else "audience_chunk_frozen", run=run_id, through=last, people=written)
    if complete or not run.frozen_through:
        ring_after_commit(SEND_DUE)
    return True


def _write(run: Run, between: Mapping[str, int]) -> int:
    """Write one chunk. To ask each row whether it is there already costs a seventh, and seldom one is."""
    sql, params = recipients(run.message, between=between)
    # Who is held for a first wave is due when it is too late: should nobody ever let them go, they are left out then.
    held = (Reason.HELD_FOR_FIRST_WAVE, run.due_at + run.message.late_after) if run.wave else ("", None)
    freeze, of_run = _FREEZE.format(recipients=sql), (run.pk, run.campaign_id, run.sender_id, *held)
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_UP)
        try:
            with transaction.atomic():
                cursor.execute(freeze, [*of_run, *params])
        except IntegrityError:
            cursor.execute(freeze + _UNLESS_THERE, [*of_run, *params])
        return int(cursor.rowcount)
