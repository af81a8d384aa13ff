"""A STOP on the wire: who is told, who answers, and how a text to a blocked phone fails."""

import pytest
from aiohttp import web
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from messaging.simulator import optout
from messaging.simulator.accounts import JAN_ADVANCED_OPT_OUT, JAN_SERVICE
from tests.fixtures.simulator import Simulator
from tests.messaging.simulator.conftest import LONG_CODE, PHONE, POOLED, SHORT_CODE, TOLL_FREE, Webhook

OTHER_PHONE = "+12125550123"


def is_refused(client: Client, sender: str) -> bool:
    """Whether a text from this sender is refused with 21610."""
    try:
        client.messages.create(to=PHONE, from_=sender, body="Hello")
    except TwilioRestException as refused:
        return bool(refused.code == 21610)
    return False


@pytest.mark.parametrize(
    ("sender", "answer"),
    [
        (LONG_CODE, optout.DEFAULT_STOP_TEXT),
        (TOLL_FREE, optout.NETWORK_STOP_TEXT),
        (POOLED, JAN_ADVANCED_OPT_OUT.stop_text),
    ],
)
def test_the_carrier_answers_a_stop_and_tells_the_webhook(
    simulator: Simulator, webhook: Webhook, sender: str, answer: str
) -> None:
    simulator.text_in(PHONE, sender, "stop")
    simulator.settle()
    reply = simulator.texts(PHONE)[-1]
    assert (reply["body"], reply["by"]) == (answer, "carrier")
    [call] = webhook.calls
    assert call.form["Body"] == "stop"
    assert call.form.get("OptOutType") == ("STOP" if sender == POOLED else None)


@pytest.mark.parametrize("sender", [LONG_CODE, TOLL_FREE])
def test_a_text_to_a_blocked_phone_is_refused(
    client: Client, simulator: Simulator, webhook: Webhook, sender: str
) -> None:
    simulator.text_in(PHONE, sender, "STOP")
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to=PHONE, from_=sender, body="Hello")
    assert (refused.value.status, refused.value.code) == (400, 21610)


def test_with_advanced_opt_out_a_text_to_a_blocked_phone_fails_later(
    client: Client, simulator: Simulator, webhook: Webhook
) -> None:
    simulator.text_in(PHONE, POOLED, "STOP")
    message = client.messages.create(to=PHONE, messaging_service_sid=JAN_SERVICE.sid, body="Hello")
    assert message.status == "accepted"
    simulator.settle()
    fetched = message.fetch()
    assert (fetched.status, fetched.error_code) == ("failed", 21610)


def test_a_short_code_never_blocks(client: Client, simulator: Simulator, webhook: Webhook) -> None:
    simulator.text_in(PHONE, SHORT_CODE, "STOP")
    simulator.settle()
    assert len(simulator.texts(PHONE)) == 1
    assert client.messages.create(to=PHONE, from_=SHORT_CODE, body="Hello").status == "queued"


def test_a_stop_blocks_one_phone_on_one_number(client: Client, simulator: Simulator, webhook: Webhook) -> None:
    simulator.text_in(PHONE, LONG_CODE, "STOP")
    for to, sender in [(OTHER_PHONE, LONG_CODE), (PHONE, TOLL_FREE), (PHONE, POOLED)]:
        assert client.messages.create(to=to, from_=sender, body="Hello").status == "queued"


@pytest.mark.parametrize(
    ("sender", "word", "lifted"),
    [
        (LONG_CODE, "YES", True),
        (LONG_CODE, "START", True),
        (LONG_CODE, "JOIN", False),
        (TOLL_FREE, "YES", False),
        (TOLL_FREE, "UNSTOP", True),
    ],
)
def test_only_the_right_word_lifts_a_block(
    client: Client, simulator: Simulator, webhook: Webhook, sender: str, word: str, lifted: bool
) -> None:
    simulator.text_in(PHONE, sender, "STOP")
    simulator.text_in(PHONE, sender, word)
    assert is_refused(client, sender) is not lifted


def test_an_app_that_answers_a_stop_reaches_nobody(simulator: Simulator, webhook: Webhook) -> None:
    answer = "<Response><Message>Bye</Message></Response>"
    webhook.answers.append(web.Response(text=answer, content_type="text/xml"))
    simulator.text_in(PHONE, LONG_CODE, "STOP")
    simulator.settle()
    assert [text["by"] for text in simulator.texts(PHONE)] == ["phone", "carrier"]
    assert simulator.not_delivered(PHONE)[0]["error_code"] == 21610
