"""Chunks of texts between claim and settlement: handed to the wire, called back when they must stop, written back.

While chunks are on the wire the next is claimed, so that neither the database nor the carrier waits. An answer is
written back when its whole chunk is answered, or soon: one text that gets no answer does not keep the others waiting.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from messaging.actions.sending.claiming import Claimed
from messaging.actions.sending.leasing import Lease, renew, renewal_seconds
from messaging.actions.sending.settling import settle
from messaging.gateway.twilio import OutgoingText, TwilioGateway
from messaging.gateway.wire import Batch, Exchange, wire
from messaging.models import Run
from messaging.queries import live_runs
from optins.models import Sender

# Twilio tries a callback again on these faults: connection overrides travel in the unsigned fragment.
CALLBACK_RETRIES = "rc=3&rp=5xx,ct,rt"
# One whose texts are beginning, and one that is next. More would only wait elsewhere than in the queue.
_CHUNKS_WAITING = 2
# How often answers are written back, and campaigns asked about: a pause is to reach what has not begun within 2 s.
_ROUND_SECONDS = 0.5


@dataclass(slots=True)
class _Flight:
    """A claimed chunk on its way. `written_at` is when its answers were last written back, `leased_at` when its lease
    was last renewed."""

    gateway: TwilioGateway
    sender: Sender
    run: Run | None
    claimed: Sequence[Claimed]
    batch: Batch
    written_at: float
    leased_at: float

    @property
    def waits(self) -> bool:
        """Whether texts of it have not begun."""
        return bool(self.batch.waiting)

    def write_back(self, now: float) -> None:
        answers = [(self.claimed[place], outcome) for place, outcome in self.batch.collect()]
        self.written_at = now
        if answers:
            settle(sender=self.sender, answers=answers, run=self.run)

    def renew_lease(self, now: float) -> None:
        self.leased_at = now
        renew([(text.outbound_id, text.attempt_id) for text in self.claimed])


class Flights:
    """The chunks that one send worker has in flight, oldest first."""

    def __init__(self) -> None:
        self._flights: list[_Flight] = []
        self._wire = wire()
        self._stirred = threading.Event()
        self._asked_at = time.monotonic()

    def has_room(self, gateway: TwilioGateway) -> bool:
        """Whether a chunk that is claimed now would begin soon. An account that is slow or busy holds up no other."""
        if gateway.lane.window.held_for(time.monotonic()):
            return False
        return sum(flight.waits for flight in self._flights if flight.gateway is gateway) < _CHUNKS_WAITING

    def take_off(
        self, gateway: TwilioGateway, sender: Sender, claimed: Sequence[Claimed], lease: Lease, *, run: Run | None
    ) -> None:
        """Hand a claimed chunk to the wire, notices (without a run) ahead. Its lease was begun before the claim."""
        if claimed:

            def begin(place: int) -> Exchange | None:
                return gateway.exchange(_outgoing(sender, claimed[place])) if lease.is_open() else None

            batch = Batch(len(claimed), begin, self._stirred.set, urgent=run is None)
            now = time.monotonic()
            self._flights.append(_Flight(gateway, sender, run, claimed, batch, written_at=now, leased_at=now))
            self._wire.carry(gateway.lane, batch)
        self._tend()

    def land(self) -> bool:
        """Wait until something stirs, for a moment at most, and write back what is known. False: nothing in flight."""
        if not self._flights:
            return False
        self._stirred.wait(_ROUND_SECONDS / 2)
        self._stirred.clear()
        self._tend()
        return True

    def recall(self) -> None:
        """Hand back to the queue whatever has not begun, because the worker is to end."""
        for flight in self._flights:
            if flight.waits:
                self._wire.recall(flight.batch)

    def _tend(self) -> None:
        now = time.monotonic()
        if now - self._asked_at >= _ROUND_SECONDS:
            self._asked_at = now
            self._call_back_what_was_stopped()
        for flight in tuple(self._flights):
            if flight.batch.is_over:
                self._flights.remove(flight)
                flight.write_back(now)
                continue
            if now - flight.written_at >= _ROUND_SECONDS:
                flight.write_back(now)
            if now - flight.leased_at >= renewal_seconds():
                flight.renew_lease(now)
        if self._flights and not self._wire.is_alive():
            # Their leases end, and the carrier is asked about them.
            self._flights.clear()
            raise RuntimeError("The wire broke.")

    def _call_back_what_was_stopped(self) -> None:
        waiting = [flight for flight in self._flights if flight.run is not None and flight.waits]
        if not waiting:
            return
        live = live_runs({flight.run.pk for flight in waiting if flight.run})
        for flight in waiting:
            if flight.run and flight.run.pk not in live:
                self._wire.recall(flight.batch)


def _outgoing(sender: Sender, text: Claimed) -> OutgoingText:
    return OutgoingText(
        to=text.number,
        sender=sender.address,
        body=text.body,
        status_callback=callback_url(text.attempt_id),
        validity_seconds=text.validity_seconds,
    )


def callback_url(attempt_id: object) -> str:
    """Where Twilio reports on one attempt, by its UUID, even when its answer to us was lost."""
    return f"{settings.PUBLIC_BASE_URL}/webhooks/twilio/status?attempt={attempt_id}#{CALLBACK_RETRIES}"
