"""The send worker: tokens, claim, wire, settle. A Celery task wakes it; Postgres says what there is to do."""

import time
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

import structlog
from django.conf import settings

from campaigns.refusals import Refused as NoCarrier
from messaging import pacing
from messaging.actions.carriers import gateway_for
from messaging.actions.claiming import Claimed, claim_notices, claim_recipients
from messaging.actions.leasing import Lease
from messaging.actions.settling import settle
from messaging.gateway.outcomes import Outcome, RetryLater, Uncertain
from messaging.gateway.twilio import OutgoingText, TwilioGateway
from messaging.models import Run
from messaging.queries import open_runs, senders_with_work
from optins.models import Sender

log = structlog.get_logger(__name__)

# Twilio tries a callback again on these faults: connection overrides travel in the unsigned fragment.
_CALLBACK_RETRIES = "rc=3&rp=5xx,ct,rt"
# How long to wait when every sender's bucket is empty: a tenth of a second keeps the pace even.
_BREATH_SECONDS = 0.1
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


class _Sky:
    """The chunks in flight, oldest first: while one is on the wire the next is claimed, so that neither waits."""

    def __init__(self) -> None:
        self._flights: deque[_Flight] = deque()

    def take_off(self, flight: _Flight) -> int:
        """Add a chunk and return the parts it costs. Lands the oldest when there is one too many."""
        if flight.claimed:
            self._flights.append(flight)
        if len(self._flights) > _CHUNKS_IN_FLIGHT:
            self.land_one()
        return sum(text.parts for text in flight.claimed)

    def land_one(self) -> bool:
        """Settle the oldest chunk. False when nothing is in flight."""
        if not self._flights:
            return False
        self._flights.popleft().land()
        return True


def send_due(*, seconds: float) -> int:
    """Send what is due until nothing is, or the time is up. Returns how many texts went out.

    Should a chunk not be settled because the database is away, its lease and the carrier's list tell later.
    """
    sent, deadline, sky = 0, time.monotonic() + seconds, _Sky()
    try:
        while time.monotonic() < deadline:
            senders = list(senders_with_work())
            round_sent = sum(_send_from(sender, sky) for sender in senders)
            sent += round_sent
            if round_sent or sky.land_one():
                continue
            if not senders:
                break
            time.sleep(_BREATH_SECONDS)
    finally:
        while sky.land_one():
            pass
    return sent


def _send_from(sender: Sender, sky: _Sky) -> int:
    """One chunk from one sender: replies and codes ahead of campaigns, at no more than its rate."""
    try:
        # Before anything is claimed: what was claimed and not posted would be uncertain for ever.
        gateway = gateway_for(sender.provider)
    except NoCarrier as fault:
        log.error("no_carrier", provider=sender.provider_id, code=fault.code)
        return 0
    granted = pacing.take(sender, settings.SEND_CHUNK)
    if not granted:
        return 0
    lease = Lease.begin()
    notices = claim_notices(sender=sender, limit=granted)
    spent = sky.take_off(_begin(gateway, sender, notices, lease, run=None))
    sent = len(notices)
    for run in open_runs(sender):
        if spent >= granted:
            break
        lease = Lease.begin()
        recipients = claim_recipients(run=run, limit=granted - spent)
        spent += sky.take_off(_begin(gateway, sender, recipients, lease, run=run))
        sent += len(recipients)
    pacing.correct(sender, granted - spent)
    return sent


def _begin(
    gateway: TwilioGateway, sender: Sender, claimed: Sequence[Claimed], lease: Lease, *, run: Run | None
) -> _Flight:
    """Begin to post a claimed chunk, many texts at once. Its lease was begun before the claim."""
    return _Flight(sender, run, claimed, _pool().map(lambda text: _post(gateway, sender, text, lease), claimed))


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
