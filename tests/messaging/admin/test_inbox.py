"""The inbox: what people texted, how it was understood, and the conversation it belongs to."""

import pytest

from config.roles import MARKETER, VIEWER
from messaging.actions.listening.receiving import take_inbound
from messaging.actions.runs.outbox import carry_notices
from optins.models import Sender
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db
NUMBER = "+13139711649"
LIST = "messaging_inbound_changelist"


@pytest.fixture
def sender() -> Sender:
    programme = factories.opt_in_campaign(keywords=["SPRING"], name="Spring offers")
    assert programme.options.sender is not None
    return programme.options.sender


def text(sender: Sender, body: str) -> None:
    sid = f"SM{abs(hash(body)):032x}"[:34]
    take_inbound(account_sid=sender.provider.account_sid, sid=sid, number=NUMBER, to=sender.address, body=body)
    carry_notices()


@pytest.mark.parametrize(
    ("body", "meaning"),
    [("SPRING", "Joins a campaign"), ("stop", "Wants no more texts"), ("HELP", "Asks for help"),
     ("What is this?", "Not understood")],
)  # fmt: skip
def test_the_meaning_is_told_in_words(sender: Sender, body: str, meaning: str) -> None:
    text(sender, body)
    assert meaning in signed_in(VIEWER).get(page(LIST)).text


@pytest.mark.parametrize(
    ("body", "rule"), [("SPRING", "The whole text is a campaign&#x27;s keyword"), ("Why?", "No rule knows this text")]
)
def test_how_the_meaning_was_found_is_told_in_words(sender: Sender, body: str, rule: str) -> None:
    text(sender, body)
    assert rule in signed_in(VIEWER).get(page(LIST)).text


def test_a_messaging_service_is_called_by_its_label() -> None:
    service = factories.sender(factories.SenderKind.MESSAGING_SERVICE, label="Spring pool")
    assert str(service) == "Spring pool"
    service.label = ""
    assert str(service) == service.address


def test_it_is_filtered_by_meaning(sender: Sender) -> None:
    text(sender, "HELP")
    client = signed_in(MARKETER)
    assert NUMBER in client.get(f"{page(LIST)}?meaning=help").text
    assert NUMBER not in client.get(f"{page(LIST)}?meaning=opt_out").text


def test_a_number_leads_to_its_conversation_in_order(sender: Sender) -> None:
    text(sender, "SPRING")
    client = signed_in(MARKETER)
    talk = page("messaging_conversation", NUMBER)
    assert talk in client.get(page(LIST)).text
    said = client.get(talk).text
    assert said.index(">SPRING<") < said.index("Acme Offers: you are in.")


def test_a_conversation_says_that_a_number_is_stopped(sender: Sender) -> None:
    text(sender, "STOP")
    assert "this number is not texted" in signed_in(VIEWER).get(page("messaging_conversation", NUMBER)).text


def test_what_a_person_texts_is_escaped(sender: Sender) -> None:
    text(sender, "<script>alert(1)</script>")
    client = signed_in(VIEWER)
    assert "<script>alert" not in client.get(page(LIST)).text
    assert "<script>alert" not in client.get(page("messaging_conversation", NUMBER)).text


def test_staff_without_a_role_read_no_conversation() -> None:
    assert signed_in().get(page("messaging_conversation", NUMBER)).status_code == 403
