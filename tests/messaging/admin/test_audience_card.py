"""The audience card: the whole breakdown, the people behind each figure, and what is counted aside."""

import datetime as dt
import re
import zoneinfo

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from config.roles import MARKETER
from messaging.actions.counting import take_censuses
from messaging.admin import audience
from messaging.models import Census, SmsMessage
from messaging.states import Reason
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return signed_in(MARKETER)


@pytest.fixture
def message() -> SmsMessage:
    """For four people: one gets it, one has no number, one never opted in, one has no first name."""
    programme = factories.opt_in_campaign()
    factories.subscription(programme, factories.customer(numbers=["+13139710001"], external_id="reached"))
    factories.customer(external_id="numberless")
    factories.customer(numbers=["+13139710003"], external_id="stranger")
    nameless = factories.customer(numbers=["+13139710004"], external_id="nameless", first_name="")
    factories.subscription(programme, nameless)
    drafted = factories.scheduled(programme, "Hello {{ first_name }}")
    return factories.messaging_campaign(drafted, live=False, due=False).messages.get()


def card(client: Client, message: SmsMessage) -> str:
    return client.get(page("messaging_smsmessage_audience", message.pk)).text


def people(client: Client, message: SmsMessage, reason: str) -> str:
    return client.get(f"{page('messaging_smsmessage_people', message.pk)}?reason={reason}").text


def test_every_line_leads_to_its_people(client: Client, message: SmsMessage) -> None:
    told = card(client, message)
    expected = {"": "reached", "no_phone": "numberless", "not_opted_in": "stranger", "missing_field": "nameless"}
    for reason, who in expected.items():
        assert f"{page('messaging_smsmessage_people', message.pk)}?reason={reason}" in told
        listed = people(client, message, reason)
        assert [other for other in expected.values() if f"<td>{other}</td>" in listed] == [who]


def test_who_would_wait_for_the_morning_is_listed(client: Client, message: SmsMessage, settings: Settings) -> None:
    settings.QUIET_HOURS = True
    night = dt.datetime.now(dt.UTC).replace(hour=8, minute=0) + dt.timedelta(days=1)
    SmsMessage.objects.update(scheduled_for=night)
    assert "1 of them</a>: they wait" in card(client, message)
    assert "<td>reached</td>" in people(client, message, Reason.HELD_FOR_HOURS)


def test_a_list_goes_on_where_the_page_ended(client: Client, message: SmsMessage) -> None:
    strangers = [factories.customer(numbers=[factories.number()]) for _ in range(60)]
    first = people(client, message, "not_opted_in")
    assert f"<td>{strangers[-1].external_id}</td>" not in first
    (after,) = re.findall(r"after=(\d+)", first)
    rest = people(client, message, f"not_opted_in&after={after}")
    assert f"<td>{strangers[-1].external_id}</td>" in rest
    assert "<td>stranger</td>" not in rest


def test_what_takes_too_long_is_counted_aside(
    client: Client, message: SmsMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "QUICK_SECONDS", 0.001)
    factories.customer()
    assert "too large to be counted while you wait" in card(client, message)
    client.post(page("messaging_smsmessage_census", message.pk))
    told = card(client, message)
    assert "Every text is being rendered" in told
    assert "data-over" not in told
    take_censuses(seconds=5)
    told = card(client, message)
    assert "Exactly 1 message part" in told
    assert "data-over" in told


def test_what_was_counted_exactly_is_shown_until_something_changes(client: Client, message: SmsMessage) -> None:
    client.post(page("messaging_smsmessage_census", message.pk))
    take_censuses(seconds=5)
    assert "Exactly 1 message part" in card(client, message)
    SmsMessage.objects.update(body="Another text")
    message.refresh_from_db()
    assert "≈ 2 message parts" in card(client, message)


def test_a_draft_without_a_sender_says_what_is_missing(client: Client, message: SmsMessage) -> None:
    SmsMessage.objects.update(sender=None)
    message.refresh_from_db()
    assert "Choose a target phone number" in card(client, message)
    assert "Choose a target phone number" in people(client, message, "")
    client.post(page("messaging_smsmessage_census", message.pk))
    assert not Census.objects.exists()


def test_what_stands_in_the_form_is_counted_before_it_is_saved(client: Client, message: SmsMessage) -> None:
    segment = factories.segment({"all": [{"field": "external_id", "operator": "is_not", "value": "numberless"}]})
    chosen = {"sender": message.sender_id, "programme": message.programme_id, "segment_in": segment.pk}
    told = client.post(page("messaging_smsmessage_audience", message.pk), typed(**chosen)).text
    assert "of 3 customers" in told
    assert "not saved yet" in told
    assert "/people/" not in told
    message.refresh_from_db()
    assert message.segment_in is None


def test_a_message_that_was_never_saved_has_its_card(client: Client, message: SmsMessage) -> None:
    address = f"{page('messaging_smsmessage_audience_new')}?campaign={message.campaign_id}"
    assert "4 <span>customers" in client.post(address, typed()).text
    chosen = {"sender": message.sender_id, "programme": message.programme_id, "name": ""}
    assert "2</a>" not in client.post(address, typed(**chosen)).text
    assert "of 4 customers" in client.post(address, typed(**chosen)).text
    assert signed_in().post(address, typed()).status_code == 403


def test_a_form_posted_as_it_is_stored_leads_to_its_people(client: Client, message: SmsMessage) -> None:
    at = timezone.localtime(message.scheduled_for, zoneinfo.ZoneInfo(message.time_zone))
    same = typed(
        body=message.body, opening="", closing="", sender=message.sender_id, programme=message.programme_id,
        time_zone=message.time_zone, scheduled_for_0=f"{at:%Y-%m-%d}", scheduled_for_1=f"{at:%H:%M}",
        outside_hours=message.outside_hours,
    )  # fmt: skip
    assert "/people/" in client.post(page("messaging_smsmessage_audience", message.pk), same).text
