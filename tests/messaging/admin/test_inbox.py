"""The inbox: what people texted, how it was understood, and the conversation it belongs to."""

import html
import re
from typing import Any

import pytest

from config.roles import LAUNCHER, MARKETER, VIEWER
from messaging.actions.listening.receiving import take_inbound
from messaging.actions.runs.outbox import carry_notices
from optins.models import Sender
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db
NUMBER = "+13139711649"
LIST = "messaging_inbound_changelist"
ALL = {"todo": "all"}


@pytest.fixture
def sender() -> Sender:
    programme = factories.opt_in_campaign(keywords=["SPRING"], name="Spring offers")
    assert programme.options.sender is not None
    return programme.options.sender


def text(sender: Sender, body: str, number: str = NUMBER) -> None:
    sid = f"SM{abs(hash(body + number)):032x}"[:34]
    take_inbound(account_sid=sender.provider.account_sid, sid=sid, number=number, to=sender.address, body=body)
    carry_notices()


@pytest.mark.parametrize(
    ("body", "meaning"),
    [("SPRING", "Joins a campaign"), ("stop", "Wants no more texts"), ("HELP", "Asks for help"),
     ("What is this?", "Not understood")],
)  # fmt: skip
def test_the_meaning_is_told_in_words(sender: Sender, body: str, meaning: str) -> None:
    text(sender, body)
    assert meaning in signed_in(VIEWER).get(page(LIST), ALL).text


@pytest.mark.parametrize(
    ("body", "rule"), [("SPRING", "The whole text is a campaign&#x27;s keyword"), ("Why?", "No rule knows this text")]
)
def test_how_the_meaning_was_found_is_told_in_words(sender: Sender, body: str, rule: str) -> None:
    text(sender, body)
    assert rule in signed_in(VIEWER).get(page(LIST), ALL).text


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
    assert talk in client.get(page(LIST), ALL).text
    said = client.get(talk).text
    assert said.index(">SPRING<") < said.index("Acme Offers: you are in.")


def test_a_conversation_says_that_a_number_is_stopped(sender: Sender) -> None:
    text(sender, "STOP")
    assert "this number is not texted" in signed_in(VIEWER).get(page("messaging_conversation", NUMBER)).text


def test_what_a_person_texts_is_escaped(sender: Sender) -> None:
    text(sender, "<script>alert(1)</script>")
    client = signed_in(VIEWER)
    assert "<script>alert" not in client.get(page(LIST), ALL).text
    assert "<script>alert" not in client.get(page("messaging_conversation", NUMBER)).text


def test_staff_without_a_role_read_no_conversation() -> None:
    assert signed_in().get(page("messaging_conversation", NUMBER)).status_code == 403


def shown(answer: Any) -> str:
    """A page's words, whatever space is between them."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_it_opens_on_what_needs_an_answer_and_all_texts_are_a_click_away(sender: Sender) -> None:
    text(sender, "SPRING")
    text(sender, "Do you open on Sundays?")
    client = signed_in(MARKETER)
    opened = client.get(page(LIST), follow=True)
    assert opened.redirect_chain == [(f"{page(LIST)}?todo=answer", 302)]
    assert "Sundays" in opened.text
    assert ">SPRING<" not in opened.text
    assert "Needs an answer (1) May ask to stop (0) All texts" in shown(opened)
    assert '<a href="?todo=all">All texts</a>' in opened.text
    assert ">SPRING<" in client.get(page(LIST), ALL).text


def test_the_filter_beside_the_list_leads_to_all_texts_as_well(sender: Sender) -> None:
    text(sender, "SPRING")
    answer = signed_in(MARKETER).get(page(LIST), {"todo": "answer", "meaning": "none"})
    assert 'href="?meaning=none&amp;todo=all"' in answer.text
    assert 'href="?todo=all"' in answer.text


def test_when_all_is_done_it_says_so(sender: Sender) -> None:
    text(sender, "SPRING")
    assert "Nobody waits for an answer." in signed_in(MARKETER).get(page(LIST), follow=True).text


def test_a_conversation_says_what_to_do_and_leads_to_the_next(sender: Sender) -> None:
    others = [factories.number() for _ in range(2)]
    for number in (NUMBER, *others):
        text(sender, "Do you open on Sundays?", number)
    client, talk = signed_in(LAUNCHER), page("messaging_conversation", NUMBER)
    first = client.get(talk)
    assert "waits for an answer. Reply below, or mark it as handled." in shown(first)
    assert "2 other people wait for an answer." in shown(first)
    after = client.post(talk, {"act": "reply", "text": "Yes.", "sender": str(sender.pk)}, follow=True)
    assert "Your reply is on its way." in after.text
    assert f'data-kind="primary" href="{page("messaging_conversation", others[0])}"' in after.text
    for number in others:
        last = client.post(page("messaging_conversation", number), {"act": "handled"}, follow=True)
    assert "Nobody else waits for an answer." in last.text


def test_a_doubtful_text_is_decided_before_anything_else(sender: Sender) -> None:
    text(sender, "I never signed up for this")
    talk = signed_in(LAUNCHER).get(page("messaging_conversation", NUMBER))
    assert "A text of theirs may ask for no more texts: decide about that first." in talk.text


def test_whoever_sees_no_whole_numbers_is_led_to_none(sender: Sender) -> None:
    text(sender, "Do you open?", factories.number())
    talk = signed_in(VIEWER).get(page("messaging_conversation", NUMBER)).text
    assert "Next conversation" not in talk
    assert "Nobody else waits" not in talk


def test_the_filtered_inbox_is_found_again_from_a_conversation(sender: Sender) -> None:
    for number in (NUMBER, factories.number()):
        text(sender, "Do you open?", number)
    client = signed_in(MARKETER)
    narrowed = client.get(page(LIST), {"todo": "answer", "meaning": "none"}).text
    talk = html.unescape(re.findall(r'href="([^"]*/conversation/[^"]*)"', narrowed)[0])
    after = client.post(talk, {"act": "handled"}, follow=True).text
    assert f'href="{page(LIST)}?todo=answer&amp;meaning=none">Inbox</a>' in after
    assert re.search(r'/conversation/[^"]*_changelist_filters=[^"]*">Next conversation', after)
