"""The official client lists messages by number and date, and pages through them."""

from datetime import UTC, date, datetime, timedelta

import pytest
import requests
from twilio.rest import Client

from messaging.simulator.accounts import FEB, JAN
from tests.fixtures.simulator import Simulator
from tests.messaging.simulator.conftest import LONG_CODE, PHONE, SHORT_CODE, Webhook

OTHER_PHONE = "+12125550123"


def send(client: Client, *bodies: str, to: str = PHONE) -> None:
    for body in bodies:
        client.messages.create(to=to, from_=LONG_CODE, body=body)


def test_messages_are_listed_newest_first(client: Client) -> None:
    send(client, "1", "2", "3")
    assert [message.body for message in client.messages.list()] == ["3", "2", "1"]


def test_a_list_follows_its_pages_to_the_end(client: Client) -> None:
    send(client, *"1234567")
    send(client, "elsewhere", to=OTHER_PHONE)
    listed = client.messages.list(to=PHONE, page_size=2)
    assert [message.body for message in listed] == list("7654321")


def test_pages_stay_put_while_messages_arrive(client: Client) -> None:
    send(client, *"1234")
    page = client.messages.page(page_size=2)
    send(client, "5")
    following = client.messages.get_page(str(page.next_page_url))
    assert [message.body for message in following] == ["2", "1"]
    assert following.next_page_url is None


def test_a_page_leads_back_to_the_one_before(client: Client) -> None:
    send(client, *"12345")
    second = client.messages.get_page(str(client.messages.page(page_size=2).next_page_url))
    assert [message.body for message in second] == ["3", "2"]
    first = client.messages.get_page(str(second.previous_page_url))
    assert [message.body for message in first] == ["5", "4"]


def test_an_unknown_page_token_is_refused(simulator: Simulator) -> None:
    answer = requests.get(
        f"{simulator.url}/2010-04-01/Accounts/{JAN.sid}/Messages.json?PageToken=PAxyz",
        auth=(JAN.sid, JAN.auth_token),
        timeout=5,
    )
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)


def test_a_list_can_ask_for_one_sender(client: Client, simulator: Simulator, webhook: Webhook) -> None:
    send(client, "from us")
    simulator.text_in(PHONE, SHORT_CODE, "from the phone")
    assert [m.body for m in client.messages.list(from_=LONG_CODE)] == ["from us"]
    [inbound] = client.messages.list(from_=PHONE)
    assert (inbound.body, inbound.direction, inbound.status) == ("from the phone", "inbound", "received")


def test_the_carriers_own_answers_are_not_in_the_list(client: Client, simulator: Simulator, webhook: Webhook) -> None:
    simulator.text_in(PHONE, LONG_CODE, "HELP")
    assert [message.direction for message in client.messages.list(to=PHONE)] == []


@pytest.mark.parametrize(
    ("days", "found"),
    [(-1, False), (0, True), (1, False)],
)
def test_a_list_can_ask_for_a_day(client: Client, simulator: Simulator, days: int, found: bool) -> None:
    send(client, "today")
    simulator.settle()
    day = datetime.now(UTC).date() + timedelta(days=days)
    assert bool(client.messages.list(date_sent=day)) is found


@pytest.mark.parametrize(
    ("after", "before", "found"),
    [(-1, 1, True), (0, 0, True), (1, 2, False), (-2, -1, False)],
)
def test_a_list_can_ask_for_days(client: Client, simulator: Simulator, after: int, before: int, found: bool) -> None:
    send(client, "today")
    simulator.settle()
    answer = requests.get(
        f"{simulator.url}/2010-04-01/Accounts/{JAN.sid}/Messages.json",
        params={"DateSent>": _day(after).isoformat(), "DateSent<": _day(before).isoformat()},
        auth=(JAN.sid, JAN.auth_token),
        timeout=5,
    )
    assert bool(answer.json()["messages"]) is found


def _day(offset: int) -> date:
    return datetime.now(UTC).date() + timedelta(days=offset)


def test_a_list_can_ask_for_moments(client: Client, simulator: Simulator) -> None:
    send(client, "now")
    simulator.settle()
    moment = datetime.now(UTC)
    assert client.messages.list(date_sent_after=moment - timedelta(minutes=1), date_sent_before=moment)
    assert not client.messages.list(date_sent_after=moment + timedelta(minutes=1))


def test_a_message_that_is_not_sent_yet_has_no_date_to_be_listed_by(client: Client) -> None:
    send(client, "lost", to="+15005550999")
    assert len(client.messages.list(to="+15005550999")) == 1
    assert client.messages.list(date_sent_after=datetime.now(UTC) - timedelta(days=1)) == []


def test_an_account_sees_only_its_own_messages(client: Client, simulator: Simulator) -> None:
    send(client, "Jan's")
    answer = requests.get(
        f"{simulator.url}/2010-04-01/Accounts/{FEB.sid}/Messages.json?To=%2B13135550142",
        auth=(FEB.sid, FEB.auth_token),
        timeout=5,
    )
    assert answer.json()["messages"] == []
