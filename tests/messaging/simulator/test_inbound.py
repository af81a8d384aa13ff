"""Texts from a phone: the signed webhook, and what its answer does."""

import pytest
import requests
from aiohttp import web
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from messaging.simulator.accounts import JAN, JAN_SERVICE
from tests.fixtures.simulator import Simulator
from tests.messaging.simulator.conftest import LONG_CODE, PHONE, POOLED, SHORT_CODE, Webhook


def twiml(body: str) -> web.Response:
    return web.Response(text=body, content_type="text/xml")


def test_the_webhook_is_told_all_that_twilio_tells(simulator: Simulator, webhook: Webhook) -> None:
    sent = simulator.text_in(PHONE, SHORT_CODE, "JOIN ✓")
    assert sent["webhook_status"] == 200
    form = webhook.calls[0].form
    assert form["MessageSid"] == form["SmsSid"] == form["SmsMessageSid"] == sent["sid"]
    assert (form["From"], form["To"], form["Body"]) == (PHONE, SHORT_CODE, "JOIN ✓")
    assert (form["AccountSid"], form["NumMedia"], form["NumSegments"]) == (JAN.sid, "0", "1")
    assert (form["FromCity"], form["FromState"], form["FromZip"]) == ("DETROIT", "MI", "48226")
    assert (form["FromCountry"], form["ToCountry"]) == ("US", "US")
    assert not {"OptOutType", "MessagingServiceSid"} & form.keys()


def test_the_webhook_call_is_signed(simulator: Simulator, webhook: Webhook) -> None:
    simulator.text_in(PHONE, SHORT_CODE, " JOIN ")
    call = webhook.calls[0]
    signature = call.headers["X-Twilio-Signature"]
    assert RequestValidator(JAN.auth_token).validate(webhook.url, call.form, signature)
    assert not RequestValidator("another").validate(webhook.url, call.form, signature)


def test_a_pooled_number_names_its_messaging_service(simulator: Simulator, webhook: Webhook) -> None:
    simulator.text_in(PHONE, POOLED, "Hello")
    assert webhook.calls[0].form["MessagingServiceSid"] == JAN_SERVICE.sid


@pytest.mark.parametrize(
    "answer",
    [
        "<Response><Message>Welcome &amp; hello</Message></Response>",
        '<?xml version="1.0"?><Response><Message to="x"> <Body>Welcome &amp; hello</Body></Message></Response>\n',
    ],
)
def test_a_twiml_message_reaches_the_phone(simulator: Simulator, webhook: Webhook, answer: str) -> None:
    webhook.answers.append(twiml(answer))
    simulator.text_in(PHONE, SHORT_CODE, "JOIN")
    simulator.settle()
    reply = simulator.texts(PHONE)[-1]
    assert (reply["body"], reply["from"], reply["by"]) == ("Welcome & hello", SHORT_CODE, "app")


@pytest.mark.parametrize("answer", ["<Response/>", "<Response></Response>", ""])
def test_an_empty_answer_does_nothing(simulator: Simulator, webhook: Webhook, answer: str) -> None:
    webhook.answers.append(twiml(answer))
    assert simulator.text_in(PHONE, SHORT_CODE, "JOIN")["problem"] is None
    simulator.settle()
    assert len(simulator.messages()) == 1


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (web.Response(status=403), "the webhook answered 403"),
        (web.Response(text="ok"), "12300: the webhook answered text/plain instead of XML"),
        (twiml("<Message/>"), "12102: the webhook's XML starts with Message instead of Response"),
        (
            twiml("<Response>"),
            "12100: the webhook's XML cannot be read (no element found: line 1, column 10)",
        ),
        (twiml("<!DOCTYPE x><Response/>"), "12100: the webhook's XML declares a document type"),
        (twiml("<Response>" + "x" * 65_536), "11750: the webhook answered more than 64 KB"),
    ],
)
def test_a_bad_answer_is_shown(simulator: Simulator, webhook: Webhook, answer: web.Response, problem: str) -> None:
    webhook.answers.append(answer)
    assert simulator.text_in(PHONE, SHORT_CODE, "JOIN")["problem"] == problem
    assert simulator.texts(PHONE)[0]["problem"] == problem


def test_a_phones_texts_come_in_order(client: Client, simulator: Simulator, webhook: Webhook) -> None:
    client.messages.create(to=PHONE, from_=LONG_CODE, body="one")
    simulator.settle()
    simulator.text_in(PHONE, LONG_CODE, "two")
    client.messages.create(to=PHONE, from_=SHORT_CODE, body="three")
    simulator.settle()
    seen = [(text["body"], text["direction"], text["sender_number"]) for text in simulator.texts(PHONE)]
    assert seen == [
        ("one", "received", LONG_CODE),
        ("two", "sent", LONG_CODE),
        ("three", "received", SHORT_CODE),
    ]


@pytest.mark.parametrize(
    ("number", "sent", "status"),
    [
        (PHONE, {"to": "99999", "body": "x"}, 404),
        (PHONE, {"to": SHORT_CODE, "body": " "}, 400),
        (PHONE, {"to": SHORT_CODE, "body": "x" * 1601}, 400),
        (PHONE, {"to": 1, "body": "x"}, 400),
        (PHONE, [], 400),
        ("12", {"to": SHORT_CODE, "body": "x"}, 400),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused(simulator: Simulator, number: str, sent: object, status: int) -> None:
    answer = requests.post(f"{simulator.url}/handsets/{number}/texts", json=sent, timeout=5)
    assert answer.status_code == status
    assert answer.json()["error"].endswith(".")


def test_another_site_cannot_text_through_a_form(simulator: Simulator) -> None:
    answer = requests.post(f"{simulator.url}/handsets/{PHONE}/texts", data="{}", timeout=5)
    assert answer.status_code == 415
