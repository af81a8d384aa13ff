"""Leases: for how long claimed texts are their send worker's, and what becomes of those whose worker died.

A claim gives each row a lease, `leased_until`, of `RESCUE_AFTER_SECONDS` by the database's clock. The worker keeps
the same lease by its own clock that nobody sets, started before the claim, and begins no request that might still be
on its way when the lease ends: what it did not get to goes back to the queue unsent. So it need not renew anything,
nor be fast, for the rescue to be right: once a lease has ended, no request of that attempt begins any more, whether
its worker died or is slow. The rescue asks Postgres alone; Redis may remember what it likes.

What it finds becomes *uncertain*, and reconciliation learns from the carrier what happened. A slow worker's answer
that comes later still settles the row, as long as it is the same attempt's (`messaging.actions.settling`).
"""

import time
from dataclasses import dataclass
from typing import Self

import structlog
from django.conf import settings
from django.db.models.functions import Now

from messaging.models import Outbound
from messaging.states import Reason, State

log = structlog.get_logger(__name__)

# Connecting may take a time-out, and waiting for the answer another.
TIMEOUTS_A_REQUEST = 2


@dataclass(frozen=True, slots=True)
class Lease:
    """A worker's side of a claim. `ends` is on the clock of `time.monotonic`."""

    ends: float

    @classmethod
    def begin(cls) -> Self:
        """To be called before the claim, so that the worker's lease never outlasts the row's."""
        return cls(time.monotonic() + settings.RESCUE_AFTER.total_seconds())

    def leaves_time(self) -> bool:
        """Whether a request that begins now is over before the lease is."""
        return time.monotonic() + TIMEOUTS_A_REQUEST * settings.TWILIO_TIMEOUT < self.ends


def flag_stuck() -> int:
    """Make what a dead worker left on the wire *uncertain*, to be reconciled. Returns how many."""
    stuck = Outbound.objects.filter(state=State.SENDING, leased_until__lt=Now()).update(
        state=State.UNCERTAIN, reason=Reason.NO_ANSWER, ask_at=Now()
    )
    if stuck:
        log.warning("stuck_texts_are_uncertain", texts=stuck)
    return stuck
