"""The chaos suite can fail: bad senders and a good one meet the same carrier and the same verdict."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import requests

from benchmarks.chaos_suite.verdict import Campaign, Evidence, Kind, Row, Taken, judge
from messaging.simulator.accounts import JAN
from messaging.simulator.carrier import Delays
from tests.fixtures.simulator import Simulator

BODY = "Acme: news"
PEOPLE = [f"+1313200000{n}" for n in range(6)]
IMPATIENT = 0.2


class Killed(Exception):
    """As good as kill -9: whatever the sender was about to do, it does not."""


@dataclass
class Desk:
    """What a sender works with: its rows, a carrier, and the places at which it is killed, each once."""

    url: str
    states: dict[str, str] = field(default_factory=lambda: dict.fromkeys(PEOPLE, "queued"))
    sids: dict[str, str] = field(default_factory=dict)
    deaths: set[tuple[str, str]] = field(default_factory=set)

    def post(self, number: str) -> None:
        """Hand a text over. Raises requests.Timeout, after which nobody knows."""
        path = f"{self.url}/2010-04-01/Accounts/{JAN.sid}/Messages.json"
        form = {"To": number, "From": "97865", "Body": BODY}
        answer = requests.post(path, data=form, auth=(JAN.sid, JAN.auth_token), timeout=IMPATIENT)
        self.sids[number] = answer.json()["sid"]

    def mark(self, number: str, state: str) -> None:
        self.states[number] = state

    def here(self, place: str, number: str) -> None:
        """A place at which the sender may be killed."""
        if (place, number) in self.deaths:
            self.deaths.remove((place, number))
            raise Killed

    def waiting(self) -> Iterator[str]:
        return (number for number, state in self.states.items() if state == "queued")


def marks_after_sending(desk: Desk) -> None:
    for number in list(desk.waiting()):
        desk.post(number)
        desk.here("sent", number)
        desk.mark(number, "delivered")


def marks_before_sending(desk: Desk) -> None:
    for number in list(desk.waiting()):
        desk.mark(number, "delivered")
        desk.here("marked", number)
        desk.post(number)


def retries_on_time_out(desk: Desk) -> None:
    for number in list(desk.waiting()):
        while desk.states[number] == "queued":
            try:
                desk.post(number)
            except requests.Timeout:
                continue
            desk.mark(number, "delivered")


def asks_the_carrier(desk: Desk) -> None:
    """A good one: it says what it is about to do, and asks what became of what it cannot know."""
    for number, state in desk.states.items():
        if state == "delivered" or (state == "sending" and _is_listed(desk, number)):
            desk.mark(number, "delivered")
            continue
        desk.mark(number, "sending")
        desk.here("marked", number)
        desk.post(number)
        desk.here("sent", number)
        desk.mark(number, "delivered")


def _is_listed(desk: Desk, number: str) -> bool:
    path = f"{desk.url}/2010-04-01/Accounts/{JAN.sid}/Messages.json"
    listed = requests.get(path, params={"To": number}, auth=(JAN.sid, JAN.auth_token), timeout=5).json()["messages"]
    desk.sids |= {text["to"]: text["sid"] for text in listed}
    return bool(listed)


def run(sender: Callable[[Desk], None], desk: Desk) -> None:
    """Start the sender again until it ends by itself, as a supervisor does."""
    for _ in range(10):
        try:
            return sender(desk)
        except (Killed, requests.Timeout):
            continue
    raise AssertionError("The sender does not come to its end.")


def verdict(desk: Desk, carrier: Simulator) -> dict[Kind, int]:
    carrier.settle()
    counts = {"planned": len(PEOPLE), **Counter(desk.states.values())}
    record = [
        Taken(text["sid"], text["to"], text["body"], dt.datetime.fromisoformat(text["taken_at"]), text["status"])
        for text in carrier.messages()
    ]
    rows = [Row(number, BODY, state, sid=desk.sids.get(number)) for number, state in desk.states.items()]
    faults = judge(Evidence([Campaign("News", BODY, frozenset(PEOPLE), counts)], [], record, rows))
    return dict(Counter(fault.kind for fault in faults if fault.kind in (Kind.LOST, Kind.DOUBLED)))


@pytest.fixture
def desk(simulator: Simulator) -> Desk:
    simulator.set_delays(Delays(scale=0, hold=2 * IMPATIENT))
    return Desk(simulator.url)


def test_a_sender_that_marks_after_sending_is_caught_doubling(desk: Desk, simulator: Simulator) -> None:
    desk.deaths = {("sent", PEOPLE[1]), ("sent", PEOPLE[4])}
    run(marks_after_sending, desk)
    assert verdict(desk, simulator) == {Kind.DOUBLED: 2}


def test_a_sender_that_marks_before_sending_is_caught_losing(desk: Desk, simulator: Simulator) -> None:
    desk.deaths = {("marked", PEOPLE[1]), ("marked", PEOPLE[4])}
    run(marks_before_sending, desk)
    assert verdict(desk, simulator) == {Kind.LOST: 2}


def test_a_sender_that_retries_on_time_outs_is_caught_doubling(desk: Desk, simulator: Simulator) -> None:
    simulator.order_fault(on="create", do="hold", taken=True, times=2)
    run(retries_on_time_out, desk)
    assert verdict(desk, simulator) == {Kind.DOUBLED: 1}


def test_a_sender_that_asks_the_carrier_passes_under_the_same_blows(desk: Desk, simulator: Simulator) -> None:
    desk.deaths = {(place, number) for place in ("marked", "sent") for number in PEOPLE[1:3]}
    simulator.order_fault(on="create", do="hold", taken=True, times=1)
    run(asks_the_carrier, desk)
    assert verdict(desk, simulator) == {}
