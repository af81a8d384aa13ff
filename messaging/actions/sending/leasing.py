"""Leases: for how long claimed texts are their send worker's, and what becomes of those whose worker died.

A claim gives each row a lease, `leased_until`, of `RESCUE_AFTER_SECONDS` by the database's clock. The worker keeps
the same lease by its own clock that nobody sets, started before the claim, and begins no request once it is over: what
it did not get to goes back to the queue unsent, so that what leaves was asked of every gate a moment ago. What has
begun may take longer, with a slow carrier: while it does, the worker renews the rows' leases, and so says that it is
alive. The rescue asks Postgres alone; Redis may remember what it likes.

What the rescue finds becomes *uncertain*, and reconciliation learns from the carrier what happened: not before a
request that began with the lease's last breath is over (`messaging.actions.listening.reconciling`). A slow worker's
answer that comes later still settles the row, as long as it is the same attempt's
(`messaging.actions.sending.settling`).
"""

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from messaging.models import Outbound
from messaging.planning import look_rows_up
from messaging.states import Reason, State

log = structlog.get_logger(__name__)

# So often within its length a lease is renewed: a turn that fails is made good by the next.
_RENEWALS = 4

# What is answered, or was rescued meanwhile, has no lease any more.
_RENEW = """
    UPDATE messaging_outbound AS outbound
    SET leased_until = optline_now() + make_interval(secs => %s)
    FROM unnest(%s::bigint[], %s::uuid[]) AS held (id, attempt_id)
    WHERE outbound.id = held.id AND outbound.attempt_id = held.attempt_id AND outbound.state = 'sending'
"""


@dataclass(frozen=True, slots=True)
class Lease:
    """A worker's side of a claim: until when requests of it begin, on the clock of `time.monotonic`."""

    ends: float

    @classmethod
    def begin(cls) -> Self:
        """To be called before the claim, so that the worker's lease never outlasts the row's."""
        return cls(time.monotonic() + settings.RESCUE_AFTER.total_seconds())

    def is_open(self) -> bool:
        """Whether a request may begin."""
        return time.monotonic() < self.ends


def renewal_seconds() -> float:
    """How often the leases of what is on its way are to be renewed."""
    return settings.RESCUE_AFTER.total_seconds() / _RENEWALS


def renew(held: Collection[tuple[int, str]]) -> int:
    """Renew the leases of texts, each an outbound id and an attempt id, that are still being sent. Returns how many."""
    with transaction.atomic():
        look_rows_up()
        with connection.cursor() as cursor:
            seconds = settings.RESCUE_AFTER.total_seconds()
            cursor.execute(_RENEW, [seconds, [pk for pk, _ in held], [attempt for _, attempt in held]])
            return int(cursor.rowcount)


def flag_stuck() -> int:
    """Make what a dead worker left on the wire *uncertain*, to be reconciled. Returns how many."""
    stuck = Outbound.objects.filter(state=State.SENDING, leased_until__lt=Now()).update(
        state=State.UNCERTAIN, reason=Reason.NO_ANSWER, ask_at=Now()
    )
    if stuck:
        log.warning("stuck_texts_are_uncertain", texts=stuck)
    return stuck
