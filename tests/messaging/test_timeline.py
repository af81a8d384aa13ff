"""The timeline of one person: every source in one order, a page at a time, nothing lost and nothing twice."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from campaigns.actions.customers import save_customer
from campaigns.models import Customer
from config.roles import VIEWER
from messaging.actions.listening.receiving import take_inbound
from messaging.actions.runs.lifecycle import start_due
from messaging.actions.runs.outbox import carry_notices
from messaging.reports.timeline import Entry, Kind, timeline
from optins.actions.opting_out import opt_out_number
from optins.models import OptInCampaign
from tests import factories
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db

ADA = "+13135550101"


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign(keywords=["SPRING"])


@pytest.fixture
def ada(programme: OptInCampaign) -> Customer:
    """Somebody who joined by text, bought something, was texted, and left by telephone."""
    person, _ = save_customer(
        external_id="ada-1", profile={"first_name": "Ada"}, phone_numbers=[ADA], by=factories.TESTS
    )
    text_in(programme, "SPRING")
    carry_notices()
    factories.event(person, "order_shipped", properties={"order": "A-17"})
    factories.messaging_campaign(factories.scheduled(programme, "Dear {{ last_name }}", name="April news"))
    start_due()
    opt_out_number(number=ADA, by=factories.TESTS, reason="Called us")
    return person


def text_in(programme: OptInCampaign, body: str, number: str = ADA) -> None:
    sender = programme.options.sender
    assert sender is not None
    take_inbound(
        account_sid=sender.provider.account_sid, sid=f"SM{abs(hash(body)):032x}"[:34], number=number,
        to=sender.address, body=body,
    )  # fmt: skip


def read(person: Customer, limit: int = 100, kinds: frozenset[Kind] = frozenset(Kind)) -> list[Entry]:
    """The whole timeline, page by page."""
    found: list[Entry] = []
    before = ""
    while True:
        shown = timeline(person, [ADA], kinds=kinds, before=before, limit=limit)
        found += shown.entries
        if not shown.earlier:
            return found
        before = shown.earlier


def test_every_source_is_told(ada: Customer) -> None:
    told = read(ada)
    assert {entry.kind for entry in told} == set(Kind)
    titles = " / ".join(entry.title for entry in told)
    for words in ("Opted in", "Opted out", "Suppressed", "Event “order_shipped”", "Created a customer",
                  "Opted a number out", "Welcome", "Not sent: April news", "Texted 9"):  # fmt: skip
        assert words in titles
    assert [entry.note for entry in told if entry.kind is Kind.LEFT_OUT] == [
        "The customer has no value for a merge field of the message."
    ]


@effort(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(limit=st.integers(1, 12))
def test_pages_of_any_length_hold_everything_once_in_one_order(ada: Customer, limit: int) -> None:
    assert read(ada, limit) == read(ada)


def test_the_newest_comes_first(ada: Customer) -> None:
    moments = [entry.at for entry in read(ada)]
    assert moments == sorted(moments, reverse=True)


def test_a_person_without_a_number_is_told_what_was_not_sent(programme: OptInCampaign) -> None:
    person = factories.customer()
    factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    (entry,) = timeline(person, [], kinds=frozenset(Kind)).entries
    assert entry.note == "The customer has no phone number."


def test_what_was_not_sent_to_somebody_else_on_the_phone_is_not_theirs(programme: OptInCampaign) -> None:
    ada, bob = factories.customer(numbers=[ADA]), factories.customer(numbers=[ADA])
    factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    left_out = frozenset({Kind.LEFT_OUT})
    assert len(read(ada, kinds=left_out)) == 1
    assert len(read(bob, kinds=left_out)) == 1


@pytest.mark.parametrize("before", ["", "nonsense", "2026-05-01~in~7", "2026-05-01T10:00:00+00:00~in~x", "~~"])
def test_a_place_that_cannot_be_read_begins_anew(ada: Customer, before: str) -> None:
    assert timeline(ada, [ADA], kinds=frozenset(Kind), before=before).entries == read(ada)


def test_the_page_filters_and_shows_earlier(ada: Customer, programme: OptInCampaign) -> None:
    for turn in range(40):
        text_in(programme, f"Hello {turn}")
    client, address = factories.signed_in(VIEWER), page("messaging_person", ada.pk)
    first = client.get(address, {"show": "texts"})
    assert "Hello 39" in first.text
    assert "Hello 3<" not in first.text
    assert "Suppressed" not in first.text
    earlier = client.get(address, {"show": "texts", "before": first.context["page"].earlier})
    assert "Hello 3<" in earlier.text
    assert "Back to the newest" in earlier.text
    assert "Nothing of this sort." not in client.get(address, {"show": "consent"}).text


def test_what_a_person_texts_is_escaped(ada: Customer, programme: OptInCampaign) -> None:
    text_in(programme, "<script>alert(1)</script>")
    assert "<script>alert" not in factories.signed_in(VIEWER).get(page("messaging_person", ada.pk)).text


def test_a_long_life_takes_no_more_questions(
    ada: Customer, programme: OptInCampaign, django_assert_max_num_queries: object
) -> None:
    client, address = factories.signed_in(VIEWER), page("messaging_person", ada.pk)
    for turn in range(20):
        text_in(programme, f"Hello {turn}")
    with django_assert_max_num_queries(75):  # type: ignore[operator]  # a fixture without types
        client.get(address)
