"""One text, handed over once: what every answer of the provider becomes."""

import base64
from dataclasses import replace
from email.utils import formatdate
from time import time

import pytest

from messaging.gateway.errors import ErrorClass
from messaging.gateway.outcomes import Accepted, Refused, RetryLater, Uncertain
from messaging.gateway.twilio import OutgoingText, TwilioGateway
from tests.messaging.gateway.conftest import ACCOUNT_SID
from tests.messaging.gateway.scripted import (
    SID,
    Half,
    Reset,
    ScriptedServer,
    Silence,
    Step,
    answer,
    created,
    refused,
)


def test_a_text_goes_out_as_twilio_wants_it(server: ScriptedServer, gateway: TwilioGateway, text: OutgoingText) -> None:
    server.will(created())
    assert gateway.send(text) == Accepted(SID, "queued", 1)
    (request,) = server.requests
    assert (request.method, request.target) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json")
    assert request.form == {
        "To": text.to,
        "From": text.sender,
        "Body": text.body,
        "StatusCallback": text.status_callback,
        "ValidityPeriod": "3600",
    }
    login = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    assert login == f"{ACCOUNT_SID}:a:token"


def test_a_messaging_service_is_named_as_such(
    server: ScriptedServer, gateway: TwilioGateway, text: OutgoingText
) -> None:
    server.will(created(status="accepted", num_segments="0"))
    outcome = gateway.send(replace(text, sender="MG" + "1" * 32, validity_seconds=None))
    assert outcome == Accepted(SID, "accepted", None)
    assert server.requests[0].form["MessagingServiceSid"] == "MG" + "1" * 32
    assert {"From", "ValidityPeriod"}.isdisjoint(server.requests[0].form)


def test_an_odd_date_does_not_make_a_text_doubtful_that_has_its_name(
    server: ScriptedServer, gateway: TwilioGateway, text: OutgoingText
) -> None:
    server.will(created(date_created=7))
    assert gateway.send(text) == Accepted(SID, "queued", 1)


REFUSALS = [
    (refused(400, 21211), Refused, ErrorClass.NUMBER_BAD, 21211),
    (refused(400, 21610), Refused, ErrorClass.SUPPRESSED, 21610),
    (refused(400, 21606), Refused, ErrorClass.SENDER_CONFIG, 21606),
    (refused(400, 21408), Refused, ErrorClass.COUNTRY_DISABLED, 21408),
    (refused(401, 20003), Refused, ErrorClass.ACCOUNT_CONFIG, 20003),
    (refused(400, 99999), Refused, ErrorClass.UNKNOWN, 99999),
    (refused(404, 404), Refused, ErrorClass.UNKNOWN, None),
    (answer(400, "<html>Bad request</html>"), Refused, ErrorClass.UNKNOWN, None),
    (answer(400, ["odd"]), Refused, ErrorClass.UNKNOWN, None),
    (answer(400, {"code": {"odd": 1}}), Refused, ErrorClass.UNKNOWN, None),
    (answer(403, ""), Refused, ErrorClass.ACCOUNT_CONFIG, None),
]


@pytest.mark.parametrize(("step", "outcome", "kind", "code"), REFUSALS)
def test_a_refusal_has_a_class_a_code_and_a_sentence(
    server: ScriptedServer,
    gateway: TwilioGateway,
    text: OutgoingText,
    step: Step,
    outcome: type[Refused],
    kind: ErrorClass,
    code: int | None,
) -> None:
    server.will(step)
    refusal = gateway.send(text)
    assert isinstance(refusal, outcome)
    assert (refusal.kind, refusal.code) == (kind, code)
    assert refusal.message.endswith(".")


def test_twilios_own_words_lose_the_phone_number(
    server: ScriptedServer, gateway: TwilioGateway, text: OutgoingText
) -> None:
    server.will(refused(400, 99999, "The number +13125550100 is odd."))
    refusal = gateway.send(text)
    assert isinstance(refusal, Refused)
    assert "+•••••••0100 is odd." in refusal.message


@pytest.mark.parametrize(
    ("headers", "seconds", "hold"),
    [({}, 5, 0), ({"Retry_After": "17"}, 17, 17), ({"Retry_After": "0"}, 1, 1), ({"Retry_After": "1e9"}, 3600, 3600),
     ({"Retry_After": "soon"}, 5, 0), ({"Retry_After": "nan"}, 5, 0),
     ({"Retry_After": formatdate(0, usegmt=True)}, 1, 1)],
)  # fmt: skip
def test_too_many_requests_are_tried_later(
    server: ScriptedServer,
    gateway: TwilioGateway,
    text: OutgoingText,
    headers: dict[str, str],
    seconds: float,
    hold: float,
) -> None:
    server.will(answer(429, {"code": 20429}, **headers))
    assert gateway.send(text) == RetryLater(seconds, 20429, hold_seconds=hold)


def test_a_date_to_retry_after_is_understood(
    server: ScriptedServer, gateway: TwilioGateway, text: OutgoingText
) -> None:
    server.will(answer(429, "", Retry_After=formatdate(time() + 120, usegmt=True)))
    outcome = gateway.send(text)
    assert isinstance(outcome, RetryLater)
    assert 110 < outcome.after_seconds <= 120
    assert outcome.code is None


def test_a_full_queue_is_tried_much_later(server: ScriptedServer, gateway: TwilioGateway, text: OutgoingText) -> None:
    server.will(refused(400, 21611))
    assert gateway.send(text) == RetryLater(300, 21611)


UNCERTAIN: list[Step] = [
    answer(500, {"code": 20500}),
    answer(502, "<html>Bad gateway</html>"),
    answer(503, ""),
    answer(408, ""),
    answer(400, {"code": 20503}),
    answer(302, "", Location="http://127.0.0.1:9/elsewhere"),
    answer(307, "", Location="http://127.0.0.1:9/elsewhere"),
    answer(200, ""),
    answer(201, "<html>Hello</html>"),
    answer(201, ["odd"]),
    answer(201, {}),
    created(sid=None),
    created(sid="CA" + "0" * 32),
    created(sid=7),
    answer(201, "[" * 100_000),
    answer(201, '{"sid": "SM'),
    answer(201, "{}", Content_Encoding="gzip"),
    Half(created()[:-20]),
    Half(b"HTTP/1.1 201 Crea"),
    Half(b"SSH-2.0-OpenSSH\r\n"),
    Half(b""),
    Reset(),
    Silence(),
]


@pytest.mark.parametrize("step", UNCERTAIN)
def test_an_answer_that_proves_nothing_is_uncertain_and_never_repeated(
    server: ScriptedServer, gateway: TwilioGateway, text: OutgoingText, step: Step
) -> None:
    server.will(step)
    outcome = gateway.send(text)
    assert isinstance(outcome, Uncertain)
    assert outcome.why.endswith(".")
    assert len(server.requests) == 1


def test_connections_are_kept_for_the_next_text(
    server: ScriptedServer, gateway: TwilioGateway, text: OutgoingText
) -> None:
    server.will(created(), created(), created())
    assert all(isinstance(gateway.send(text), Accepted) for _ in range(3))
    assert server.connections == 1


def test_a_kept_connection_that_is_reset_is_uncertain(
    server: ScriptedServer, gateway: TwilioGateway, text: OutgoingText
) -> None:
    server.will(created(), Reset(), created())
    assert isinstance(gateway.send(text), Accepted)
    assert isinstance(gateway.send(text), Uncertain)
    assert isinstance(gateway.send(text), Accepted)
    assert (len(server.requests), server.connections) == (3, 2)
