"""Chunks of texts between claim and settlement: handed to the carrier, answers waited for, results written back.

While one chunk is on the wire the next is claimed, so that neither the database nor the carrier waits.
"""

import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

import structlog
from django.conf import settings

from messaging.actions.claiming import Claimed
from messaging.actions.leasing import Lease
from messaging.actions.settling import settle
from messaging.gateway.outcomes import Outcome, RetryLater, Uncertain
from messaging.gateway.twilio import OutgoingText, TwilioGateway
from messaging.models import Run
from optins.models import Sender

log = structlog.get_logger(__name__)

# Twilio tries a callback again on these faults: connection overrides travel in the unsigned fragment.
_CALLBACK_RETRIES = "rc=3&rp=5xx,ct,rt"
# One on the wire, one claimed and next in line. More would only make a pause reach them later.
_CHUNKS_IN_FLIGHT = 2


@dataclass(frozen=True, slots=True)
class _Flight:
    """A claimed chunk whose posting has begun. `outcomes` come in the order of `claimed`, each waited for."""

    sender: Sender
    run: Run | None
    claimed: Sequence[Claimed]
    outcomes: Iterator[Outcome]

    def land(self) -> None:
        """Wait for the answers and write them back."""
        settle(sender=self.sender, answers=list(zip(self.claimed, self.outcomes, strict=True)), run=self.run)


class Flights:
    """The chunks that one send worker has in flight, oldest first."""

    def __init__(self) -> None:
        self._flights: deque[_Flight] = deque()

    def take_off(
        self, gateway: TwilioGateway, sender: Sender, claimed: Sequence[Claimed], lease: Lease, *, run: Run | None
    ) -> None:
        """Begin to post a claimed chunk, many texts at once. Its lease was begun before the claim.

        Waits for the oldest chunk when there is one too many.
        """
        if claimed:
            outcomes = _pool().map(lambda text: _post(gateway, sender, text, lease), claimed)
            self._flights.append(_Flight(sender, run, claimed, outcomes))
        if len(self._flights) > _CHUNKS_IN_FLIGHT:
            self.land_one()

    def land_one(self) -> bool:
        """Settle the oldest chunk. False when nothing is in flight."""
        if not self._flights:
            return False
        self._flights.popleft().land()
        return True


def _post(gateway: TwilioGateway, sender: Sender, text: Claimed, lease: Lease) -> Outcome:
    if not lease.leaves_time():
        return RetryLater(0, None)
    try:
        return gateway.send(
            OutgoingText(
                to=text.number,
                sender=sender.address,
                body=text.body,
                status_callback=callback_url(text.attempt_id),
                validity_seconds=text.validity_seconds,
            )
        )
    except Exception:
        # A fault of ours after the claim: the request may have left, so it counts as uncertain like any other.
        log.exception("post_failed", outbound=text.outbound_id)
        return Uncertain("The send worker met an error of its own.")


def callback_url(attempt_id: uuid.UUID) -> str:
    """Where Twilio reports on one attempt, even when its answer to us was lost."""
    query = urlencode({"attempt": str(attempt_id)})
    return f"{settings.PUBLIC_BASE_URL}/webhooks/twilio/status?{query}#{_CALLBACK_RETRIES}"


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=settings.SEND_CONNECTIONS, thread_name_prefix="wire")
