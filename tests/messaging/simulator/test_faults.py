"""Faults on order: the next requests go wrong as was asked, and the ones after them do not."""

import time
from collections import Counter

import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from messaging.simulator.accounts import JAN, JAN_SERVICE
from messaging.simulator.carrier import STORM, Delays
from tests.fixtures.simulator import Simulator
from tests.messaging.simulator.conftest import LONG_CODE, PHONE, POOLED, ToSimulator, Webhook


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


@pytest.mark.parametrize("deed", ["drop", "garbage", "half"])
def test_an_answer_does_not_come_or_says_nothing(client: Client, simulator: Simulator, deed: str) -> None:
    simulator.order_fault(on="create", do=deed, taken=True)
    with pytest.raises((requests.RequestException, ValueError)):
        send(client)
    assert len(simulator.messages(PHONE)) == 1


def test_a_late_text_is_taken_after_the_client_has_given_up(client: Client, simulator: Simulator) -> None:
    simulator.set_delays(Delays(scale=0, hold=0.3))
    simulator.order_fault(on="create", do="late")
    hasty = Client(JAN.sid, JAN.auth_token, http_client=ToSimulator(simulator.url, timeout=0.1))
    with pytest.raises(requests.Timeout):
        send(hasty)
    assert simulator.messages(PHONE) == []
    time.sleep(0.4)
    assert len(simulator.messages(PHONE)) == 1


def test_a_storm_of_callbacks_comes_before_the_answer(client: Client, simulator: Simulator, webhook: Webhook) -> None:
    simulator.order_fault(on="create", do="storm")
    client.messages.create(to=PHONE, from_=LONG_CODE, body="Hello", status_callback=webhook.url)
    assert Counter(webhook.statuses) == {"sent": STORM, "delivered": STORM}
    assert webhook.statuses != ["sent"] * STORM + ["delivered"] * STORM
    assert len(simulator.messages(PHONE)) == 1


def test_a_storm_delivers_nothing_to_a_phone_that_is_blocked(client: Client, simulator: Simulator) -> None:
    simulator.text_in(PHONE, POOLED, "STOP")
    simulator.order_fault(on="create", do="storm")
    sent = client.messages.create(to=PHONE, messaging_service_sid=JAN_SERVICE.sid, body="Hello")
    assert (sent.status, client.messages(str(sent.sid)).fetch().error_code) == ("failed", 21610)


def test_lists_fail_as_often_as_was_ordered(client: Client, simulator: Simulator) -> None:
    simulator.order_fault(on="list", do="unavailable", times=2)
    for _ in range(2):
        with pytest.raises(TwilioException):
            client.messages.list(to=PHONE)
    assert client.messages.list(to=PHONE) == []


def test_faults_that_are_still_to_come_can_be_called_off(client: Client, simulator: Simulator) -> None:
    simulator.order_fault(on="create", do="error", times=5)
    requests.delete(f"{simulator.url}/control/faults", timeout=5).raise_for_status()
    send(client)
    assert len(simulator.messages(PHONE)) == 1


def test_a_reset_forgets_faults(client: Client, simulator: Simulator) -> None:
    simulator.order_fault(on="create", do="error", times=5)
    simulator.reset()
    send(client)
    assert len(simulator.messages(PHONE)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {},
        [],
        {"on": "create", "do": "dance"},
        {"on": "all", "do": "drop"},
        {"on": "list", "do": "drop", "times": 0},
        {"on": "list", "do": "storm"},
        {"on": "create", "do": "late", "taken": True},
    ],
)
def test_what_is_no_fault_is_refused_with_a_sentence(simulator: Simulator, fault: object) -> None:
    answer = requests.post(f"{simulator.url}/control/faults", json=fault, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["problem"].endswith(".")


def test_revoked_credentials_open_nothing_until_they_are_taken_again(client: Client, simulator: Simulator) -> None:
    simulator.revoke()
    with pytest.raises(TwilioRestException) as raised:
        send(client)
    assert (raised.value.status, raised.value.code) == (401, 20003)
    simulator.revoke(False)
    send(client)
    assert len(simulator.messages(PHONE)) == 1
