"""The official client creates, fetches, cancels and redacts messages."""

from datetime import UTC, datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from messaging.simulator.accounts import FEB, JAN, JAN_SERVICE
from tests.fixtures.simulator import Simulator
from tests.messaging.simulator.conftest import LONG_CODE, PHONE, POOLED, SHORT_CODE, ToSimulator


def test_a_message_is_created_in_twilios_shape(client: Client) -> None:
    message = client.messages.create(to="(313) 555-0142", from_=LONG_CODE, body="Hello")
    assert message.status == "queued"
    assert (message.to, message.from_, message.body) == (PHONE, LONG_CODE, "Hello")
    assert message.direction == "outbound-api"
    assert (message.num_segments, message.num_media, message.price_unit) == ("1", "0", "USD")
    assert message.price is None
    assert message.date_sent is None
    assert message.date_created
    assert datetime.now(UTC) - message.date_created < timedelta(seconds=5)
    assert message.uri == f"/2010-04-01/Accounts/{JAN.sid}/Messages/{message.sid}.json"


def test_a_message_reaches_the_phone(client: Client, simulator: Simulator) -> None:
    sid = client.messages.create(to=PHONE, from_=SHORT_CODE, body="Hello").sid
    simulator.settle()
    fetched = client.messages(str(sid)).fetch()
    assert (fetched.status, fetched.price) == ("delivered", "-0.00790")
    assert fetched.date_sent
    [text] = simulator.texts(PHONE)
    assert (text["from"], text["body"], text["by"], text["status"]) == (
        SHORT_CODE,
        "Hello",
        "app",
        "delivered",
    )


def test_a_messaging_service_accepts_and_chooses_the_sender_later(client: Client, simulator: Simulator) -> None:
    message = client.messages.create(to=PHONE, messaging_service_sid=JAN_SERVICE.sid, body="Hello")
    assert (message.status, message.from_, message.num_segments) == ("accepted", None, "0")
    simulator.settle()
    fetched = message.fetch()
    assert (fetched.status, fetched.from_, fetched.num_segments) == ("delivered", POOLED, "1")


def test_a_messaging_service_is_also_taken_as_from(client: Client) -> None:
    message = client.messages.create(to=PHONE, from_=JAN_SERVICE.sid, body="Hello")
    assert message.messaging_service_sid == JAN_SERVICE.sid


def test_an_api_key_signs_in(simulator: Simulator) -> None:
    http_client = ToSimulator(simulator.url)
    client = Client(JAN.key_sid, JAN.key_secret, JAN.sid, http_client=http_client)
    assert client.messages.create(to=PHONE, from_=LONG_CODE, body="Hello").status == "queued"
    assert http_client.session
    http_client.session.close()


@pytest.mark.parametrize(
    ("name", "secret", "account"),
    [
        (JAN.sid, "wrong", JAN.sid),
        ("AC" + "0" * 32, JAN.auth_token, JAN.sid),
        (JAN.sid, JAN.auth_token, FEB.sid),
    ],
)
def test_wrong_credentials_are_20003(simulator: Simulator, name: str, secret: str, account: str) -> None:
    http_client = ToSimulator(simulator.url)
    with pytest.raises(TwilioRestException) as refused:
        Client(name, secret, account, http_client=http_client).messages.create(to=PHONE, from_=LONG_CODE)
    assert (refused.value.status, refused.value.code) == (401, 20003)
    assert http_client.session
    http_client.session.close()


def test_a_scheduled_message_can_be_canceled(client: Client, simulator: Simulator) -> None:
    message = client.messages.create(
        to=PHONE,
        messaging_service_sid=JAN_SERVICE.sid,
        body="Later",
        schedule_type="fixed",
        send_at=datetime.now(UTC) + timedelta(hours=1),
    )
    assert message.status == "scheduled"
    assert message.update(status="canceled").status == "canceled"
    simulator.settle()
    assert simulator.texts(PHONE) == []


def test_a_message_that_is_not_scheduled_cannot_be_canceled(client: Client) -> None:
    message = client.messages.create(to=PHONE, from_=LONG_CODE, body="Hello")
    with pytest.raises(TwilioRestException) as refused:
        message.update(status="canceled")
    assert (refused.value.status, refused.value.code) == (409, 30409)


def test_a_final_message_can_be_redacted(client: Client, simulator: Simulator) -> None:
    message = client.messages.create(to=PHONE, from_=LONG_CODE, body="Secret")
    simulator.settle()
    assert message.update(body="").body == ""


def test_an_unknown_message_is_20404(client: Client) -> None:
    with pytest.raises(TwilioRestException) as refused:
        client.messages("SM" + "0" * 32).fetch()
    assert (refused.value.status, refused.value.code) == (404, 20404)
