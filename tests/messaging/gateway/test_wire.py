"""The wire never falls asleep over texts that wait."""

import threading

from messaging.gateway.outcomes import Accepted, Unsent
from messaging.gateway.transport import Transport
from messaging.gateway.twilio import Account, OutgoingText, TwilioGateway
from messaging.gateway.window import Window
from messaging.gateway.wire import Batch, Lane, wire
from tests.messaging.gateway.conftest import ACCOUNT_SID
from tests.messaging.gateway.scripted import ScriptedServer, created


class EndsAtOnce(Window):
    """Holds when it is first asked for room, and for no longer than a breath: whoever looks again finds it over."""

    def __init__(self) -> None:
        super().__init__(1)
        self._was_asked = False

    def room(self, now: float) -> int:
        if not self._was_asked:
            self._was_asked = True
            self.hold(now + 1e-9)
        return super().room(now)


def none_begins(_place: int) -> None:
    """As when the lease of a whole chunk was over before the turn of its first text."""


def test_texts_whose_time_is_over_hold_up_nobody_however_few_may_be_under_way() -> None:
    over, lane = threading.Event(), Lane(Transport(timeout_seconds=1), 1)
    batches = [Batch(3, none_begins, wake=over.set, urgent=False) for _ in range(2)]
    for batch in batches:
        wire().carry(lane, batch)
    while not all(batch.is_over for batch in batches):
        assert over.wait(5), "The wire sleeps."
        over.clear()
    assert all(isinstance(outcome, Unsent) for batch in batches for _, outcome in batch.collect())


def test_a_hold_that_ends_between_two_looks_at_the_clock_is_noticed(server: ScriptedServer, text: OutgoingText) -> None:
    server.will(created())
    gateway, over = TwilioGateway(Account(ACCOUNT_SID, ACCOUNT_SID, "a:token", server.url, 1)), threading.Event()
    lane = Lane(Transport(timeout_seconds=1), 1)
    lane.window = EndsAtOnce()
    batch = Batch(1, lambda _: gateway.exchange(text), wake=over.set, urgent=False)
    wire().carry(lane, batch)
    while not batch.is_over:
        assert over.wait(5), "The wire sleeps."
        over.clear()
    ((_, outcome),) = batch.collect()
    assert isinstance(outcome, Accepted)
