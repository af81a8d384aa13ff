"""The wire: one thread that carries the requests of all accounts of a process at once, through libcurl's multi
interface.

Its users hand over batches and collect outcomes; what has not begun they can call back at any time. How many requests
of an account are under way is its window's to say (`messaging.gateway.window`).
"""

import gc
import os
import select
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import cache
from typing import NamedTuple

import pycurl
import structlog

from messaging.gateway.errors import ErrorClass
from messaging.gateway.outcomes import Broken, Outcome, Refused, RetryLater, Uncertain, Unsent
from messaging.gateway.transport import Answer, Line, MaybeSent, NeverSent, Request, Transport
from messaging.gateway.window import Window

log = structlog.get_logger(__name__)

Exchange = Coroutine[Request, Answer | None, Outcome]
"""The conversation about one text: yields its request, is sent the answer (or thrown NeverSent or MaybeSent)."""

# Connections that are left open for the next texts, whoever they are for.
_KEPT_CONNECTIONS = 2_000
# An account that was refused is left alone for so long, in which its campaigns are paused: only what was under way is
# refused with it.
_REFUSED_SECONDS = 2.0
# A hold that is shorter is waited for; during a longer one other workers, or nobody, should have what waits.
_WORTH_WAITING_SECONDS = 1.0
# New objects between two looks of Python's collector; by itself it looks after 700, some thirty texts.
_COLLECT_AFTER = 20_000

# What libcurl wants to know of a socket, and is told, in the system's words and in its own.
_WATCHED = {
    pycurl.POLL_IN: select.POLLIN,
    pycurl.POLL_OUT: select.POLLOUT,
    pycurl.POLL_INOUT: select.POLLIN | select.POLLOUT,
}
_STIRRED = {select.POLLIN: pycurl.CSELECT_IN, select.POLLOUT: pycurl.CSELECT_OUT}
# Also when a socket broke: libcurl finds that out as it reads or writes.
_BOTH = pycurl.CSELECT_IN | pycurl.CSELECT_OUT
if sys.platform == "linux":
    # The two have the same face and the same words, but count time differently.
    _new_poll, _POLL_UNITS = select.epoll, 1
else:
    _new_poll, _POLL_UNITS = select.poll, 1000


class Batch:
    """Texts that were handed to the wire together, known by their place in it.

    `begin` makes the conversation of the text at a place, when it is its turn; None: the time for it is over. `wake` is
    called when all have begun and again when all have an outcome. Both are called by the wire's thread.
    """

    def __init__(
        self, size: int, begin: Callable[[int], Exchange | None], wake: Callable[[], None], *, urgent: bool
    ) -> None:
        self.begin = begin
        self.wake = wake
        self.urgent = urgent
        self.recalled = False
        self.waiting = deque(range(size))
        self._unknown = size
        self._outcomes: deque[tuple[int, Outcome]] = deque()

    def put(self, place: int, outcome: Outcome) -> None:
        """The wire tells what became of a text: once for each."""
        self._outcomes.append((place, outcome))
        self._unknown -= 1
        if not self._unknown:
            self.wake()

    @property
    def is_over(self) -> bool:
        """Whether every text has its outcome, collected or not."""
        return not self._unknown

    def collect(self) -> list[tuple[int, Outcome]]:
        """What became known since the last time."""
        return [self._outcomes.popleft() for _ in range(len(self._outcomes))]


class Lane:
    """One account's share of the wire: its lines, its window, and the batches whose turn is to come."""

    def __init__(self, transport: Transport, most_at_once: int) -> None:
        self.transport = transport
        self.window = Window(most_at_once)
        self.batches: list[Batch] = []

    def add(self, batch: Batch) -> None:
        """Queue a batch; an urgent one goes before all that are not."""
        place = sum(other.urgent for other in self.batches) if batch.urgent else len(self.batches)
        self.batches.insert(place, batch)

    def clear_out(self, now: float) -> None:
        """Hand back what was recalled, everything when the carrier wants to be left alone, and drop empty batches."""
        held = self.window.held_for(now) > _WORTH_WAITING_SECONDS
        for batch in self.batches:
            while (held or batch.recalled) and batch.waiting:
                batch.put(batch.waiting.popleft(), Unsent())
        self.batches = [batch for batch in self.batches if batch.waiting]

    def is_crowded(self, now: float) -> bool:
        """Whether more would begin if the window were larger."""
        return bool(self.batches) and not self.window.room(now) and not self.window.held_for(now)


class _UnderWay(NamedTuple):
    """One request that libcurl has."""

    lane: Lane
    batch: Batch
    place: int
    line: Line
    exchange: Exchange
    number: int


class Wire(threading.Thread):
    """The thread. Of its methods `carry` and `recall` are for others. One for a process: `wire()`."""

    def __init__(self) -> None:
        super().__init__(name="wire", daemon=True)
        self._curl = pycurl.CurlMulti()
        self._poll = _new_poll()
        self._watched: set[int] = set()
        self._timer: float | None = None
        self._curl.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._curl.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        # libcurl would keep four connections for each request under way now, and close the rest when there are fewer.
        self._curl.setopt(pycurl.M_MAXCONNECTS, _KEPT_CONNECTIONS)
        self._ear, self._bell = os.pipe()
        os.set_blocking(self._ear, False)
        self._poll.register(self._ear, select.POLLIN)
        self._handed: deque[tuple[Lane, Batch]] = deque()
        self._lanes: dict[Lane, None] = {}
        self._under_way: dict[pycurl.Curl, _UnderWay] = {}

    def carry(self, lane: Lane, batch: Batch) -> None:
        """Take a batch over. Every text of it gets an outcome, but for those on the way when the process dies."""
        self._handed.append((lane, batch))
        os.write(self._bell, b"!")

    def recall(self, batch: Batch) -> None:
        """Begin no more of a batch: what has not begun becomes Unsent."""
        batch.recalled = True
        os.write(self._bell, b"!")

    def run(self) -> None:
        """Carry, for as long as the process lives."""
        while True:
            now = time.monotonic()
            for lane in tuple(self._lanes):
                self._begin_what_may(lane, now)
            self._listen(now)
            self._end_what_is_over()

    def _take_over(self) -> None:
        """Somebody rang: there are new batches, or some were recalled."""
        os.read(self._ear, 4096)
        while self._handed:
            lane, batch = self._handed.popleft()
            lane.add(batch)
            self._lanes[lane] = None
        now = time.monotonic()
        for lane in self._lanes:
            lane.clear_out(now)

    def _begin_what_may(self, lane: Lane, now: float) -> None:
        # Asked anew for each: a text whose time is over takes no room, and nobody would come back for those after it.
        while lane.window.room(now):
            if not lane.batches:
                del self._lanes[lane]
                return
            batch = lane.batches[0]
            self._begin(lane, batch, batch.waiting.popleft())
            if not batch.waiting:
                lane.batches.pop(0)
                batch.wake()

    def _begin(self, lane: Lane, batch: Batch, place: int) -> None:
        line = lane.transport.take()
        try:
            exchange = batch.begin(place)
            if exchange is None:
                lane.transport.give_back(line)
                batch.put(place, Unsent())
                return
            line.load(exchange.send(None))
        except Exception:
            # A fault of ours that concerns this text: nothing of it has left.
            log.exception("text_cannot_be_posted")
            lane.transport.give_back(line)
            batch.put(place, Broken())
            return
        self._under_way[line.handle] = _UnderWay(lane, batch, place, line, exchange, lane.window.begin())
        self._curl.add_handle(line.handle)

    def _listen(self, now: float) -> None:
        """Let libcurl act on what its sockets and its timer say.

        `now` is when it was asked what may begin: a hold that has ended since would otherwise be waited for by nobody.
        """
        crowded = [lane for lane in self._lanes if lane.is_crowded(now)]
        events = self._stirred(0.0 if crowded else self._patience(now))
        if crowded and not events:
            # Time to spare, and texts that wait: what bounds us is the window.
            for lane in crowded:
                lane.window.grow()
            if all(lane.is_crowded(now) for lane in crowded):
                events = self._stirred(self._patience(now))
        for socket, mask in events:
            if socket == self._ear:
                self._take_over()
            elif socket in self._watched:
                self._curl.socket_action(socket, _STIRRED.get(mask, _BOTH))
            else:
                # A connection that nobody uses now was closed by the other side.
                with suppress(OSError):
                    self._poll.unregister(socket)
        if self._timer is not None and self._timer <= time.monotonic():
            self._timer = None
            self._curl.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def _stirred(self, seconds: float | None) -> list[tuple[int, int]]:
        return self._poll.poll(None if seconds is None else seconds * _POLL_UNITS)

    def _patience(self, now: float) -> float | None:
        """Seconds until something is to be done even if no socket stirs."""
        moments = [now + held for lane in self._lanes if (held := lane.window.held_for(now))]
        if self._timer is not None:
            moments.append(self._timer)
        return max(0.0, min(moments) - time.monotonic()) if moments else None

    def _end_what_is_over(self) -> None:
        left = 1
        while left:
            left, answered, failed = self._curl.info_read()
            for handle in answered:
                self._end(self._under_way.pop(handle), None)
            for handle, code, _ in failed:
                self._end(self._under_way.pop(handle), code)

    def _end(self, it: _UnderWay, code: int | None) -> None:
        self._curl.remove_handle(it.line.handle)
        outcome = _outcome(it.exchange, it.line.answer() if code is None else it.line.failure(code))
        it.lane.transport.give_back(it.line)
        it.lane.window.end(it.number, good=_is_good(outcome))
        now, hold = time.monotonic(), _hold_seconds(outcome)
        if hold:
            it.lane.window.hold(now + hold)
        if isinstance(outcome, Refused) and outcome.kind is ErrorClass.SENDER_CONFIG:
            it.batch.recalled = True  # all of it is from that sender
        if hold or it.batch.recalled:
            it.lane.clear_out(now)
        it.batch.put(it.place, outcome)

    def _watch(self, what: int, socket: int, _multi: object, _data: object) -> None:
        """libcurl says what to watch a socket for."""
        if what == pycurl.POLL_REMOVE:
            # Mostly the next request follows on it at once. If it stirs before, it is let go of then.
            self._watched.discard(socket)
            return
        self._watched.add(socket)
        try:
            self._poll.modify(socket, _WATCHED[what])
        except OSError:
            self._poll.register(socket, _WATCHED[what])

    def _set_timer(self, milliseconds: int) -> None:
        self._timer = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000


def wire() -> Wire:
    """This process's wire, running. A fork gets one of its own, and a wire that broke is replaced."""
    if not _wire_of(os.getpid()).is_alive():
        _wire_of.cache_clear()
    return _wire_of(os.getpid())


@cache
def _wire_of(_process: int) -> Wire:
    _spare_the_collector()
    thread = Wire()
    thread.start()
    return thread


def _spare_the_collector() -> None:
    """Texts leave no circles of objects behind. Python would look for some all the time, and through all of Django."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, *gc.get_threshold()[1:])


def _outcome(exchange: Exchange, came: Answer | NeverSent | MaybeSent) -> Outcome:
    try:
        if isinstance(came, Answer):
            exchange.send(came)
        else:
            exchange.throw(came)
    except StopIteration as end:
        outcome: Outcome = end.value
        return outcome
    except Exception:
        # A fault of ours after the request: it may have been processed, so it counts as uncertain like any other.
        log.exception("answer_cannot_be_read")
    return Uncertain("The send worker met an error of its own.")


def _hold_seconds(outcome: Outcome) -> float:
    """For how long the account is to be left alone after this outcome; 0 when it is not."""
    if isinstance(outcome, Refused) and outcome.kind is ErrorClass.ACCOUNT_CONFIG:
        return _REFUSED_SECONDS
    return (outcome.hold_seconds or 0.0) if isinstance(outcome, RetryLater) else 0.0


def _is_good(outcome: Outcome) -> bool:
    """Whether the carrier answered as one does who can take more."""
    return not isinstance(outcome, Uncertain) and not (
        isinstance(outcome, RetryLater) and outcome.hold_seconds is not None
    )
