"""Triggered messages: from a customer's event to one recipient."""

import datetime as dt
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from campaigns.models import Customer
from messaging.actions.campaigns import pause
from messaging.actions.runs.triggers import receive_event
from messaging.actions.sending.claiming import claim_recipients
from messaging.models import Outbound, Run, SmsMessage
from messaging.states import Reason, State
from optins.actions.opting_out import opt_out_number
from optins.models import OptInCampaign
from tests import factories

pytestmark = pytest.mark.django_db

ADA = "+13135550101"
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MICHIGAN = {"all": [{"field": "state", "operator": "is", "value": "MI"}]}


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign()


@pytest.fixture
def ada(programme: OptInCampaign) -> Customer:
    person = factories.customer(numbers=[ADA], state="MI")
    factories.subscription(programme, person)
    return person


def listen(programme: OptInCampaign, **fields: Any) -> SmsMessage:
    message = factories.triggered(programme, "purchase", **fields)
    factories.messaging_campaign(message)
    return message


def outcomes() -> list[tuple[str, str]]:
    return list(Outbound.objects.order_by("pk").values_list("state", "reason"))


def claim() -> int:
    return len(claim_recipients(run=Run.objects.get(), parts=10).texts)


def test_an_event_sends_at_once(programme: OptInCampaign, ada: Customer) -> None:
    listen(programme)
    assert receive_event(event=factories.event(ada, "purchase")) == 1
    assert claim() == 1


def test_another_event_sends_nothing(programme: OptInCampaign, ada: Customer) -> None:
    listen(programme)
    assert receive_event(event=factories.event(ada, "Purchase")) == 0
    assert outcomes() == []


@pytest.mark.parametrize(("unit", "delay"), [("minutes", HOUR / 20), ("hours", 3 * HOUR), ("days", 3 * DAY)])
def test_a_delay_counts_from_the_event(programme: OptInCampaign, ada: Customer, unit: str, delay: dt.timedelta) -> None:
    listen(programme, delay_amount=3, delay_unit=unit)
    happened = factories.event(ada, "purchase")
    receive_event(event=happened)
    assert Outbound.objects.get().due_at == happened.occurred_at + delay
    assert claim() == 0


def test_a_delay_that_is_over_when_the_event_arrives_sends_now(programme: OptInCampaign, ada: Customer) -> None:
    listen(programme, delay_amount=1, delay_unit="hours", window_from=timezone.now() - 2 * DAY)
    receive_event(event=factories.event(ada, "purchase", occurred_at=timezone.now() - DAY))
    assert claim() == 1


@pytest.mark.parametrize("opens", [None, timezone.now() - HOUR])
def test_what_happened_before_it_listened_sends_nothing(
    programme: OptInCampaign, ada: Customer, opens: dt.datetime | None
) -> None:
    listen(programme, window_from=opens)
    long_ago = factories.event(ada, "purchase", occurred_at=timezone.now() - DAY)
    assert receive_event(event=long_ago) == 0


def test_the_same_event_twice_is_one_text(programme: OptInCampaign, ada: Customer) -> None:
    listen(programme)
    happened = factories.event(ada, "purchase")
    receive_event(event=happened)
    receive_event(event=happened)
    assert outcomes() == [("queued", "")]


def test_each_event_is_a_text_of_its_own(programme: OptInCampaign, ada: Customer) -> None:
    listen(programme)
    for _ in range(2):
        receive_event(event=factories.event(ada, "purchase"))
    # One number in each claim, so that the second counts the first.
    assert [claim(), claim(), claim()] == [1, 1, 0]


def test_every_message_that_listens_hears_it(programme: OptInCampaign, ada: Customer) -> None:
    listen(programme)
    listen(programme)
    assert receive_event(event=factories.event(ada, "purchase")) == 2


@pytest.mark.parametrize(("opens", "closes", "heard"), [(-1, 1, 1), (1, 2, 0), (None, 1, 1), (-1, None, 1)])
def test_it_listens_within_its_window(
    programme: OptInCampaign, ada: Customer, opens: int | None, closes: int | None, heard: int
) -> None:
    now = timezone.now()
    window = {"window_from": opens and now + opens * HOUR, "window_until": closes and now + closes * HOUR}
    listen(programme, **window)
    assert receive_event(event=factories.event(ada, "purchase")) == heard


def test_after_its_window_it_hears_nothing(programme: OptInCampaign, ada: Customer) -> None:
    listen(programme, window_until=timezone.now() + HOUR)
    SmsMessage.objects.update(window_until=Now())
    assert receive_event(event=factories.event(ada, "purchase")) == 0


def test_a_window_that_closed_before_the_text_was_due_skips_it(programme: OptInCampaign, ada: Customer) -> None:
    listen(programme, window_until=timezone.now() + HOUR)
    receive_event(event=factories.event(ada, "purchase"))
    SmsMessage.objects.update(window_until=Now())
    assert claim() == 0
    assert outcomes() == [(State.SKIPPED, Reason.WINDOW_CLOSED)]


def test_a_paused_campaign_hears_nothing(programme: OptInCampaign, ada: Customer) -> None:
    message = listen(programme)
    pause(campaign=message.campaign, by=factories.TESTS)
    assert receive_event(event=factories.event(ada, "purchase")) == 0


def test_nobody_gets_it_more_often_than_its_limit(programme: OptInCampaign, ada: Customer) -> None:
    listen(programme, limit_count=2, limit_days=7)
    for _ in range(3):
        receive_event(event=factories.event(ada, "purchase"))
    assert outcomes() == [("queued", ""), ("queued", ""), (State.SKIPPED, Reason.FREQUENCY_CAP)]


def test_a_limit_forgets_what_is_older_than_its_days_and_what_never_went(
    programme: OptInCampaign, ada: Customer
) -> None:
    listen(programme, limit_count=1, limit_days=7)
    receive_event(event=factories.event(ada, "purchase"))
    Outbound.objects.update(created_at=Now() - 8 * DAY)
    receive_event(event=factories.event(ada, "purchase"))
    Outbound.objects.update(state=State.CANCELLED, reason=Reason.STOPPED)
    receive_event(event=factories.event(ada, "purchase"))
    assert [state for state, _ in outcomes()].count("queued") == 1


def test_a_limit_counts_each_person_and_each_message_for_itself(programme: OptInCampaign, ada: Customer) -> None:
    listen(programme, limit_count=1, limit_days=7)
    listen(programme, limit_count=1, limit_days=7)
    bob = factories.customer(numbers=["+13135550102"])
    factories.subscription(programme, bob)
    for person in (ada, bob):
        receive_event(event=factories.event(person, "purchase"))
    assert outcomes() == [("queued", "")] * 4


def test_who_has_not_opted_in_is_skipped_with_the_reason(programme: OptInCampaign, ada: Customer) -> None:
    listen(programme)
    receive_event(event=factories.event(factories.customer(numbers=["+13135550102"]), "purchase"))
    receive_event(event=factories.event(factories.customer(), "purchase"))
    assert outcomes() == [(State.SKIPPED, Reason.NOT_OPTED_IN), (State.SKIPPED, Reason.NO_PHONE)]


def test_consent_is_asked_when_the_text_is_due_and_not_when_the_event_came(
    programme: OptInCampaign, ada: Customer
) -> None:
    listen(programme)
    receive_event(event=factories.event(ada, "purchase"))
    opt_out_number(number=ADA, by=factories.TESTS)
    assert claim() == 0
    assert outcomes() == [(State.SKIPPED, Reason.SUPPRESSED)]


@pytest.mark.parametrize(("field", "heard"), [("segment_in", 1), ("segment_out", 0)])
def test_segments_say_whose_events_count(programme: OptInCampaign, ada: Customer, field: str, heard: int) -> None:
    listen(programme, **{field: factories.segment(MICHIGAN)})
    stranger = factories.customer(numbers=["+13135550102"], state="OH")
    factories.subscription(programme, stranger)
    for person in (ada, stranger):
        receive_event(event=factories.event(person, "purchase"))
    assert Outbound.objects.filter(customer=ada).count() == heard
    assert Outbound.objects.filter(customer=stranger).count() == 1 - heard


def test_the_campaigns_audience_says_whose_events_count(programme: OptInCampaign, ada: Customer) -> None:
    message = factories.triggered(programme, "purchase")
    factories.messaging_campaign(message, audience=factories.segment(MICHIGAN))
    Customer.objects.update(state="OH")
    receive_event(event=factories.event(ada, "purchase"))
    assert outcomes() == []
