"""What Twilio refuses at once, with its codes."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from messaging.simulator.accounts import FEB, JAN, JAN_SERVICE
from tests.fixtures.simulator import Simulator
from tests.messaging.simulator.conftest import LONG_CODE, PHONE, SHORT_CODE

SOON = datetime.now(UTC) + timedelta(seconds=10)


def post(simulator: Simulator, **form: str) -> requests.Response:
    return requests.post(
        f"{simulator.url}/2010-04-01/Accounts/{JAN.sid}/Messages.json",
        data={"To": PHONE, "From": LONG_CODE, "Body": "Hello"} | form,
        auth=(JAN.sid, JAN.auth_token),
        timeout=5,
    )


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"To": "not a number"}, 21211),
        ({"To": "+1313555014"}, 21211),
        ({"To": "12345"}, 21211),
        ({"From": "x"}, 21212),
        ({"From": "+13125550199"}, 21606),
        ({"From": FEB.numbers[0].address}, 21606),
        ({"To": LONG_CODE}, 21266),
        ({"StatusCallback": "ftp://example.com/"}, 21609),
        ({"StatusCallback": "http://under_score.example.com/"}, 21609),
        ({"StatusCallback": "http://[::1"}, 21609),
        ({"StatusCallback": "https://example.com/" + "x" * 4000}, 21609),
        ({"ValidityPeriod": "0"}, 90007),
        ({"ValidityPeriod": "36001"}, 90007),
        ({"ValidityPeriod": "soon"}, 90007),
        ({"ScheduleType": "fixed", "SendAt": "2030-01-01T00:00:00Z"}, 35118),
        ({"ScheduleType": "weekly"}, 35126),
        ({"ScheduleType": "fixed", "MessagingServiceSid": JAN_SERVICE.sid}, 35111),
        ({"ScheduleType": "fixed", "MessagingServiceSid": JAN_SERVICE.sid, "SendAt": "tomorrow"}, 35114),
        ({"ScheduleType": "fixed", "MessagingServiceSid": JAN_SERVICE.sid, "SendAt": str(SOON)}, 35114),
    ],
)
def test_a_bad_request_is_refused(simulator: Simulator, form: dict[str, str], code: int) -> None:
    answer = post(simulator, **form)
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert simulator.messages() == []


def test_an_unknown_messaging_service_is_refused(client: Client) -> None:
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to=PHONE, messaging_service_sid="MG" + "0" * 32, body="Hello")
    assert refused.value.code == 21701


def test_an_error_body_has_twilios_four_fields(simulator: Simulator) -> None:
    assert post(simulator, To="").json() == {
        "code": 21604,
        "message": "A 'To' phone number is required.",
        "more_info": "https://www.twilio.com/docs/errors/21604",
        "status": 400,
    }


def test_an_unknown_path_and_a_wrong_method_answer_json(simulator: Simulator) -> None:
    unknown = requests.get(f"{simulator.url}/2010-04-01/Nothing.json", timeout=5)
    assert (unknown.status_code, unknown.json()["code"]) == (404, 20404)
    wrong = requests.delete(f"{simulator.url}/v1/Services", timeout=5)
    assert (wrong.status_code, wrong.json()["code"]) == (405, 20004)


@pytest.mark.parametrize(
    ("suffix", "code"),
    [("0001", 21211), ("0002", 21612), ("0003", 21408), ("0004", 21610), ("0008", 21611), ("0009", 21614)],
)
def test_a_magic_recipient_is_refused(client: Client, suffix: str, code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to=f"+1500555{suffix}", from_=SHORT_CODE, body="Hello")
    assert (refused.value.status, refused.value.code) == (400, code)


def test_0429_is_throttled_once_and_then_accepted(simulator: Simulator) -> None:
    first, second = post(simulator, To="+15005550429"), post(simulator, To="+15005550429")
    assert (first.status_code, first.json()["code"], first.headers["Retry-After"]) == (429, 20429, "1")
    assert second.status_code == 201
    assert len(simulator.messages()) == 1


def test_0500_answers_an_error_and_sends_nevertheless(simulator: Simulator) -> None:
    answer = post(simulator, To="+15005550500")
    assert (answer.status_code, answer.json()["code"]) == (500, 20500)
    simulator.settle()
    assert len(simulator.texts("+15005550500")) == 1


def test_0504_keeps_the_answer_waiting_and_sends_nevertheless(simulator: Simulator) -> None:
    started = time.monotonic()
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{simulator.url}/2010-04-01/Accounts/{JAN.sid}/Messages.json",
            data={"To": "+15005550504", "From": LONG_CODE, "Body": "Hello"},
            auth=(JAN.sid, JAN.auth_token),
            timeout=0.05,
        )
    assert time.monotonic() - started < 1
    simulator.settle()
    assert len(simulator.texts("+15005550504")) == 1


@pytest.mark.parametrize(
    ("suffix", "status", "code"),
    [
        ("0303", "undelivered", 30003),
        ("0305", "undelivered", 30005),
        ("0307", "undelivered", 30007),
        ("0999", "queued", None),
        ("0130", "delivered", None),
    ],
)
def test_a_magic_recipient_ends_in_its_own_way(
    client: Client, simulator: Simulator, suffix: str, status: str, code: Any
) -> None:
    message = client.messages.create(to=f"+1500555{suffix}", from_=LONG_CODE, body="Hello")
    simulator.settle()
    fetched = message.fetch()
    assert (fetched.status, fetched.error_code) == (status, code)
