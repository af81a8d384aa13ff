"""The message log: every text with its state in words, found by number or SID, with its whole history."""

import datetime as dt
import html
import re

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from config.roles import VIEWER
from messaging.actions.runs.outbox import carry_notices
from messaging.models import Outbound, StatusCallback
from messaging.states import Reason, State
from optins.actions.notices import owe_code
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db
LIST = "messaging_outbound_changelist"


@pytest.fixture
def text() -> Outbound:
    """A code of a customer's that was skipped: the log shows it masked."""
    factories.customer(numbers=["+13139711649"])
    owe_code(
        number="+13139711649", sender_id=factories.sender().pk,
        body="Your code is ••••••", sealed_body="Your code is 481516",
    )  # fmt: skip
    carry_notices()
    Outbound.objects.update(state=State.SKIPPED, reason=Reason.SUPPRESSED, sid="SM" + "a" * 32)
    return Outbound.objects.get()


def test_a_reason_is_told_in_words(text: Outbound) -> None:
    assert "The number must not be texted: it sent STOP" in signed_in(VIEWER).get(page(LIST)).text


@pytest.mark.parametrize(
    ("search", "found"),
    [("q=(313) 971-1649", True), ("q=9711649", True), ("q=SM" + "a" * 32, True), ("q=SM" + "b" * 32, False),
     ("q=+13135550100", False), ("state__exact=skipped", True), ("state__exact=sent", False),
     ("kind__exact=notice", True)],
)  # fmt: skip
def test_a_text_is_found_by_number_sid_state_or_kind(text: Outbound, search: str, found: bool) -> None:
    # Last digits are looked for among the numbers of customers.
    factories.customer(numbers=[text.number])
    answer = signed_in(VIEWER).get(f"{page(LIST)}?{search.replace('+', '%2B')}")
    assert (page("messaging_outbound_change", text.pk) in answer.text) is found


@pytest.mark.parametrize(("days", "found"), [(0, True), (1, False)])
def test_a_text_is_found_by_the_day_on_which_it_is_due(text: Outbound, days: int, found: bool) -> None:
    day = str(timezone.localdate(text.due_at) - dt.timedelta(days=days))
    answer = signed_in(VIEWER).get(page(LIST), {"due_at_from": day, "due_at_to": day})
    assert (page("messaging_outbound_change", text.pk) in answer.text) is found


def test_the_last_page_says_that_nobody_leafs_deeper(text: Outbound) -> None:
    assert "Nobody leafs deeper than 10" in signed_in(VIEWER).get(page(LIST), {"p": 200}).text
    assert "Nobody leafs deeper" not in signed_in(VIEWER).get(page(LIST)).text


def test_a_text_shows_what_the_carrier_told_and_never_a_code(text: Outbound) -> None:
    StatusCallback.objects.create(
        provider=text.sender.provider, sid=text.sid or "", status="undelivered", error_code=30003, moved=True,
        received_at=Now(),
    )  # fmt: skip
    answer = signed_in(VIEWER).get(page("messaging_outbound_change", text.pk))
    assert "Undelivered (error 30003)" in answer.text
    assert "Your code is ••••••" in answer.text
    assert "481516" not in answer.text


def test_nobody_writes_here(text: Outbound) -> None:
    client = signed_in("Admin")
    assert client.get(page("messaging_outbound_add")).status_code == 403
    assert client.post(page("messaging_outbound_delete", text.pk), {"post": "yes"}).status_code == 403


def test_a_large_table_is_never_counted(text: Outbound) -> None:
    client = signed_in(VIEWER)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(page(LIST))
    assert [query["sql"] for query in asked if "COUNT(*)" in query["sql"].upper()] == []
    assert len(asked) <= 10


def lines(address: str) -> list[str]:
    answer = signed_in(VIEWER).get(address)
    assert answer["Content-Type"] == "text/csv"
    return b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]


def test_the_file_holds_what_the_list_shows(text: Outbound) -> None:
    narrowed = f"{page(LIST)}?state__exact={text.state}&p=1"
    shown = signed_in(VIEWER).get(narrowed).text
    file = html.unescape(re.findall(r'href="([^"]*texts\.csv[^"]*)"', shown)[0])
    head, *rows = lines(file)
    assert head.startswith("message,external_id,number,state")
    assert len(rows) == 1
    assert text.number not in rows[0]
    assert lines(f"{page('messaging_outbound_file')}?state__exact=cancelled") == [head]


def test_a_file_that_would_be_too_large_is_refused(text: Outbound, settings: Settings) -> None:
    settings.LOG_FILE_ROWS = 0
    answer = signed_in(VIEWER).get(f"{page('messaging_outbound_file')}?state__exact={text.state}", follow=True)
    assert "Narrow the list" in answer.text
    assert answer.redirect_chain[0][0].endswith(f"?state__exact={text.state}")
