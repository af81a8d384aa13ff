"""Status callbacks: their order, their parameters, their signature, their retries."""

import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from messaging.simulator.accounts import JAN, JAN_SERVICE
from tests.fixtures.simulator import Simulator
from tests.messaging.simulator.conftest import LONG_CODE, PHONE, POOLED, Webhook


def send(client: Client, webhook: Webhook, fragment: str = "", to: str = PHONE) -> str:
    url = f"{webhook.url}?attempt=7&x=%2B1{fragment}"
    return str(client.messages.create(to=to, from_=LONG_CODE, body="Hello", status_callback=url).sid)


def test_a_text_is_told_as_sent_then_delivered(client: Client, simulator: Simulator, webhook: Webhook) -> None:
    sid = send(client, webhook)
    simulator.settle()
    assert webhook.statuses == ["sent", "delivered"]
    last = webhook.calls[-1].form
    assert len(last.pop("RawDlrDoneDate")) == 10
    assert last == {
        "AccountSid": JAN.sid,
        "ApiVersion": "2010-04-01",
        "From": LONG_CODE,
        "To": PHONE,
        "MessageSid": sid,
        "MessageStatus": "delivered",
        "SmsSid": sid,
        "SmsStatus": "delivered",
    }


def test_a_messaging_service_is_told_as_queued_first(client: Client, simulator: Simulator, webhook: Webhook) -> None:
    service = JAN_SERVICE.sid
    client.messages.create(to=PHONE, messaging_service_sid=service, body="Hello", status_callback=webhook.url)
    simulator.settle()
    assert webhook.statuses == ["queued", "sent", "delivered"]
    assert {call.form["MessagingServiceSid"] for call in webhook.calls} == {service}
    assert {call.form["From"] for call in webhook.calls} == {POOLED}


def test_a_failure_is_told_with_its_error_code(client: Client, simulator: Simulator, webhook: Webhook) -> None:
    send(client, webhook, to="+15005550305")
    simulator.settle()
    assert webhook.statuses == ["sent", "undelivered"]
    assert webhook.calls[-1].form["ErrorCode"] == "30005"
    [missing] = simulator.not_delivered("+15005550305")
    assert missing["error_code"] == 30005


def test_a_lost_text_is_never_heard_of_again(client: Client, simulator: Simulator, webhook: Webhook) -> None:
    send(client, webhook, to="+15005550999")
    simulator.settle()
    assert webhook.calls == []


@pytest.mark.parametrize("fragment", ["", "#rc=3&rp=5xx,ct,rt"])
def test_a_callback_is_signed_without_its_fragment(
    client: Client, simulator: Simulator, webhook: Webhook, fragment: str
) -> None:
    send(client, webhook, fragment)
    simulator.settle()
    call = webhook.calls[0]
    url = f"{webhook.url}?attempt=7&x=%2B1"
    assert RequestValidator(JAN.auth_token).validate(url, call.form, call.headers["X-Twilio-Signature"])


def test_an_error_of_the_webhook_is_not_retried_by_default(
    client: Client, simulator: Simulator, webhook: Webhook
) -> None:
    webhook.answers.append(web.Response(status=503))
    send(client, webhook)
    simulator.settle()
    assert webhook.statuses == ["sent", "delivered"]
    [message] = simulator.messages()
    assert message["webhooks"][0]["problem"] == "the webhook answered 503"


def test_an_error_of_the_webhook_is_retried_where_the_url_asks_for_it(
    client: Client, simulator: Simulator, webhook: Webhook
) -> None:
    webhook.answers += [web.Response(status=503), web.Response(status=500)]
    send(client, webhook, "#rc=2&rp=5xx")
    simulator.settle()
    assert webhook.statuses == ["sent", "sent", "sent", "delivered"]
    tokens = {call.headers["I-Twilio-Idempotency-Token"] for call in webhook.calls[:3]}
    assert len(tokens) == 1


def test_a_redirect_is_not_followed(client: Client, simulator: Simulator, webhook: Webhook) -> None:
    webhook.answers.append(web.Response(status=301, headers={"Location": "/elsewhere"}))
    send(client, webhook)
    simulator.settle()
    assert len(webhook.calls) == 2


def test_a_webhook_that_is_down_does_not_stop_the_text(client: Client, simulator: Simulator) -> None:
    nowhere = "http://127.0.0.1:9/status"
    client.messages.create(to=PHONE, from_=LONG_CODE, body="Hello", status_callback=nowhere)
    simulator.settle()
    [message] = simulator.messages()
    assert message["status"] == "delivered"
    assert message["webhooks"][0]["problem"] == "the webhook could not be reached"
