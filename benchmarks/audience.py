"""Audience rows a second: through the gates, by a bare INSERT … SELECT with the same keys, by `bulk_create`."""

import math
import time
from collections.abc import Callable

from django.db import connection

from benchmarks.stage import Stage, forget_texts, message_to
from campaigns.models import PhoneNumber, Segment
from messaging.actions.runs.freezing import freeze_due
from messaging.actions.runs.lifecycle import open_run
from messaging.models import Outbound, Run

_BARE = """
    INSERT INTO messaging_outbound
        (kind, run_id, campaign_id, customer_id, number, sender_id, body, sealed_body, state, reason, attempts)
    SELECT 'campaign', %s, %s, customer_id, number, %s, '', '', 'queued', '', 0
    FROM campaigns_phonenumber ORDER BY customer_id
"""
_BULK_ROWS = 5_000


def through_the_gates(stage: Stage, segment: Segment | None) -> float:
    """The product's own freezing of a segment, or of everybody."""
    return _timed(stage, _freeze, segment)


def bare_insert(stage: Stage) -> float:
    """The same rows into the same table, nobody asked anything."""
    return _timed(stage, _insert_all)


def bulk_create(stage: Stage) -> float:
    """The first rows through the ORM."""
    return _timed(stage, _bulk_create)


def _timed(stage: Stage, fill: Callable[[Run], int], segment: Segment | None = None) -> float:
    forget_texts()
    message = message_to(stage, segment)
    message.refresh_from_db()
    run = open_run(message)
    begun = time.perf_counter()
    rows = fill(run)
    return rows / (time.perf_counter() - begun)


def _freeze(run: Run) -> int:
    freeze_due(seconds=math.inf)
    return run.recipients.count()


def _insert_all(run: Run) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_BARE, [run.pk, run.campaign_id, run.sender_id])
        return int(cursor.rowcount)


def _bulk_create(run: Run) -> int:
    people = PhoneNumber.objects.values_list("customer_id", "number")[:_BULK_ROWS]
    rows = [
        Outbound(
            kind="campaign", run=run, campaign_id=run.campaign_id, customer_id=customer, number=number,
            sender_id=run.sender_id,
        )
        for customer, number in people
    ]  # fmt: skip
    return len(Outbound.objects.bulk_create(rows, batch_size=500))
