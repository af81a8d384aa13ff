"""Faults on order: the next requests go wrong as was asked, and the ones after them do not."""

import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from tests.fixtures.simulator import Simulator
from tests.messaging.simulator.conftest import LONG_CODE, PHONE


def send(client: Client) -> None:
    client.messages.create(to=PHONE, from_=LONG_CODE, body="Hello")


@pytest.mark.parametrize(("deed", "status"), [("busy", 429), ("error", 500), ("unavailable", 503), ("hold", 500)])
@pytest.mark.parametrize("taken", [False, True])
def test_a_text_is_answered_wrongly_and_taken_or_not(
    client: Client, simulator: Simulator, deed: str, status: int, taken: bool
) -> None:
    simulator.order_fault(on="create", do=deed, taken=taken)
    with pytest.raises(TwilioRestException) as raised:
        send(client)
    assert raised.value.status == status
    assert len(simulator.messages(PHONE)) == taken
    send(client)
    assert len(simulator.messages(PHONE)) == 1 + taken


@pytest.mark.parametrize("deed", ["drop", "garbage"])
def test_an_answer_does_not_come_or_says_nothing(client: Client, simulator: Simulator, deed: str) -> None:
    simulator.order_fault(on="create", do=deed, taken=True)
    with pytest.raises((requests.ConnectionError, requests.JSONDecodeError, ValueError)):
        send(client)
    assert len(simulator.messages(PHONE)) == 1


def test_lists_fail_as_often_as_was_ordered(client: Client, simulator: Simulator) -> None:
    simulator.order_fault(on="list", do="unavailable", times=2)
    for _ in range(2):
        with pytest.raises(TwilioException):
            client.messages.list(to=PHONE)
    assert client.messages.list(to=PHONE) == []


def test_a_reset_forgets_faults(client: Client, simulator: Simulator) -> None:
    simulator.order_fault(on="create", do="error", times=5)
    simulator.reset()
    send(client)
    assert len(simulator.messages(PHONE)) == 1


@pytest.mark.parametrize(
    "fault",
    [{}, [], {"on": "create", "do": "dance"}, {"on": "all", "do": "drop"}, {"on": "list", "do": "drop", "times": 0}],
)
def test_what_is_no_fault_is_refused_with_a_sentence(simulator: Simulator, fault: object) -> None:
    answer = requests.post(f"{simulator.url}/control/faults", json=fault, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["problem"].endswith(".")
