"""The official client reads an account, its numbers and its messaging services."""

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from messaging.simulator.accounts import FEB, JAN, JAN_SERVICE
from tests.fixtures.simulator import Simulator
from tests.messaging.simulator.conftest import LONG_CODE, PHONE, POOLED, SHORT_CODE, TOLL_FREE, Webhook


def test_an_account_can_be_fetched(client: Client) -> None:
    account = client.api.accounts(JAN.sid).fetch()
    assert (account.friendly_name, account.status) == ("Twilio SMS regression Jan", "active")


def test_another_account_cannot_be_fetched(client: Client) -> None:
    with pytest.raises(TwilioRestException) as refused:
        client.api.accounts(FEB.sid).fetch()
    assert refused.value.code == 20003


def test_phone_numbers_are_listed(client: Client) -> None:
    numbers = client.incoming_phone_numbers.list()
    assert [number.phone_number for number in numbers] == [LONG_CODE, TOLL_FREE, POOLED]
    assert [n.sid for n in client.incoming_phone_numbers.list(phone_number=TOLL_FREE)] == [numbers[1].sid]


def test_short_codes_are_listed(client: Client) -> None:
    assert [code.short_code for code in client.short_codes.list()] == [SHORT_CODE]
    assert client.short_codes.list(short_code="11111") == []


def test_messaging_services_and_their_pools_are_listed(client: Client) -> None:
    [service] = client.messaging.v1.services.list()
    assert (service.sid, service.account_sid) == (JAN_SERVICE.sid, JAN.sid)
    assert client.messaging.v1.services(JAN_SERVICE.sid).fetch().friendly_name == JAN_SERVICE.friendly_name
    [pooled] = client.messaging.v1.services(JAN_SERVICE.sid).phone_numbers.list()
    assert pooled.phone_number == POOLED
    assert client.messaging.v1.services(JAN_SERVICE.sid).short_codes.list() == []


def test_an_unknown_service_is_20404(client: Client) -> None:
    with pytest.raises(TwilioRestException) as refused:
        client.messaging.v1.services("MG" + "0" * 32).fetch()
    assert refused.value.code == 20404


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_numbers_webhook_can_be_set(client: Client, simulator: Simulator, webhook: Webhook, method: str) -> None:
    number = client.incoming_phone_numbers.list(phone_number=LONG_CODE)[0]
    updated = number.update(sms_url=f"{webhook.url}/mine?a=1", sms_method=method)
    assert (updated.sms_url, updated.sms_method) == (f"{webhook.url}/mine?a=1", method)
    simulator.text_in(PHONE, LONG_CODE, "Hello")
    assert webhook.calls[0].url.startswith(f"{webhook.url}/mine?a=1")


def test_a_short_codes_webhook_can_be_set_and_taken_away(client: Client, simulator: Simulator) -> None:
    code = client.short_codes.list()[0]
    assert code.update(sms_url="").sms_url == ""
    answer = simulator.text_in(PHONE, SHORT_CODE, "Hello")
    assert (answer["webhook_status"], answer["problem"]) == (None, "no webhook is set for this number")


def test_a_webhook_that_is_no_url_is_refused(client: Client) -> None:
    with pytest.raises(TwilioRestException) as refused:
        client.short_codes.list()[0].update(sms_url="somewhere")
    assert refused.value.code == 20001
