"""*Test connection* and *Fetch numbers*, against the simulated carrier and against odd answers."""

import pytest

from messaging.gateway.listing import FoundNumber
from messaging.gateway.twilio import (
    Account,
    AccountCheck,
    ProviderProblem,
    TwilioGateway,
    gateway_for,
)
from messaging.simulator.accounts import JAN, JAN_SERVICE
from optins.keywords import SenderKind
from tests.fixtures.simulator import Simulator
from tests.messaging.gateway.scripted import Half, ScriptedServer, Step, answer, refused


@pytest.fixture
def jan(simulator: Simulator) -> Account:
    return Account(JAN.sid, JAN.sid, JAN.auth_token, simulator.url, 5.0)


@pytest.fixture
def hooks_point_at_us(simulator: Simulator) -> str:
    url = "https://sms.example.com/webhooks/twilio/inbound"
    simulator.deliver_inbound_to(url)
    return url


def test_good_credentials_are_called_good(jan: Account) -> None:
    checked = TwilioGateway(jan).check()
    name = JAN.friendly_name
    assert checked == AccountCheck(True, name, f"Connected to the Twilio account {name}.")


def test_an_api_key_is_tried_on_what_it_may_read(jan: Account) -> None:
    key = Account(JAN.sid, JAN.key_sid, JAN.key_secret, jan.base_url, 5.0)
    assert TwilioGateway(key).check().ok


@pytest.mark.parametrize("username", [JAN.sid, JAN.key_sid])
def test_bad_credentials_are_explained(jan: Account, username: str) -> None:
    checked = TwilioGateway(Account(JAN.sid, username, "wrong", jan.base_url, 5.0)).check()
    assert not checked.ok
    assert "did not accept the account SID and token" in checked.sentence


def test_every_kind_of_sender_is_found(jan: Account, hooks_point_at_us: str) -> None:
    found = {number.address: number for number in TwilioGateway(jan).numbers()}
    assert {address: number.kind for address, number in found.items()} == {
        JAN_SERVICE.sid: SenderKind.MESSAGING_SERVICE,
        "97865": SenderKind.SHORT_CODE,
        "+18726669682": SenderKind.LONG_CODE,
        "+18335550142": SenderKind.TOLL_FREE,
        "+13125550166": SenderKind.LONG_CODE,
    }
    pooled = JAN.numbers[3]
    assert found["+13125550166"] == FoundNumber(
        pooled.address,
        SenderKind.LONG_CODE,
        pooled.sid,
        pooled.friendly_name,
        hooks_point_at_us,
        JAN_SERVICE.sid,
    )


def test_a_number_that_cannot_text_is_left_out(server: ScriptedServer, gateway: TwilioGateway) -> None:
    voice = {"sid": "PN1", "phone_number": "+13125550100", "capabilities": {"sms": False, "voice": True}}
    server.will(
        answer(200, {"services": [], "meta": {"key": "services"}}),
        answer(200, {"incoming_phone_numbers": [voice]}),
        answer(200, {"short_codes": []}),
    )
    assert gateway.numbers() == []


def test_every_page_of_a_long_list_is_read(server: ScriptedServer, gateway: TwilioGateway) -> None:
    pages = [
        {
            "incoming_phone_numbers": [{"sid": f"PN{n}", "phone_number": f"+1312555010{n}"}],
            "next_page_uri": uri,
        }
        for n, uri in ((1, "/2010-04-01/Accounts/AC/IncomingPhoneNumbers.json?Page=1&PageToken=x"), (2, None))
    ]
    server.will(
        answer(200, {"services": [], "meta": {"key": "services"}}),
        *(answer(200, page) for page in pages),
        answer(200, {"short_codes": []}),
    )
    assert [number.address for number in gateway.numbers()] == ["+13125550101", "+13125550102"]
    assert server.requests[2].target.endswith("?Page=1&PageToken=x")


@pytest.mark.parametrize("status", ["suspended", "closed"])
def test_an_account_that_is_not_active_is_no_good(server: ScriptedServer, gateway: TwilioGateway, status: str) -> None:
    server.will(answer(200, {"friendly_name": "Acme", "status": status}))
    assert gateway.check() == AccountCheck(False, "Acme", f"The Twilio account Acme is {status}.")


def test_a_trial_account_says_what_it_cannot_do(server: ScriptedServer, gateway: TwilioGateway) -> None:
    server.will(answer(200, {"friendly_name": "Acme", "status": "active", "type": "Trial"}))
    assert "verified numbers only" in gateway.check().sentence


@pytest.mark.parametrize(
    "step",
    [
        answer(500, ""),
        answer(302, "", Location="http://127.0.0.1:9/"),
        answer(200, "<html>"),
        answer(200, {"unexpected": 1, "shape": 2}),
        answer(429, ""),
        refused(404, 20404),
        Half(b"HTTP/1.1 2"),
    ],
)
def test_an_account_that_cannot_be_asked_is_a_sentence(
    server: ScriptedServer, gateway: TwilioGateway, step: Step
) -> None:
    server.will(step)
    with pytest.raises(ProviderProblem, match=r"\.$"):
        gateway.numbers()
    assert not gateway.check().ok


def test_one_account_keeps_one_gateway_and_its_secret_to_itself(jan: Account) -> None:
    assert gateway_for(jan) is gateway_for(Account(JAN.sid, JAN.sid, JAN.auth_token, jan.base_url, 5.0))
    assert JAN.auth_token not in repr(jan)
