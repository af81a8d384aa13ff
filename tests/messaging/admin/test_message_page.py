"""Writing an SMS message: what is kept, what is refused, and where the refusal stands."""

import datetime as dt

import pytest

from campaigns.models import AuditEntry
from config.roles import LAUNCHER, MARKETER
from messaging.models import SmsMessage
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import add, only_message, page, reviewed, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign_id() -> int:
    return factories.messaging_campaign(live=False).pk


@pytest.fixture
def launched() -> SmsMessage:
    """A launched message for one customer, two days ahead of its time."""
    factories.customer(numbers=[factories.number()])
    programme = factories.opt_in_campaign()
    return factories.messaging_campaign(factories.scheduled(programme), due=False).messages.get()


def test_a_draft_may_be_incomplete_and_says_what_it_lacks(campaign_id: int) -> None:
    client = signed_in(MARKETER)
    add(client, campaign_id, scheduled_for_0="", scheduled_for_1="", body="")
    answer = client.get(page("messaging_smsmessage_change", only_message().pk))
    assert "Choose the delivery date and time (Setup)." in answer.text
    assert "Write the message (Creative)." in answer.text


def test_a_message_that_is_too_late_at_once_cannot_be_launched(campaign_id: int) -> None:
    client = signed_in(MARKETER)
    add(client, campaign_id, late_after_hours="0")
    answer = client.get(page("messaging_smsmessage_change", only_message().pk))
    assert "Nobody can get it within no hour" in answer.text


def test_the_time_is_meant_in_the_chosen_zone(campaign_id: int) -> None:
    given = typed()
    add(signed_in(MARKETER), campaign_id, time_zone="Asia/Tokyo")
    when = only_message().scheduled_for
    assert when is not None
    assert when.astimezone(dt.UTC).isoformat() == f"{given['scheduled_for_0']}T01:00:00+00:00"


def test_the_night_is_waited_out_unless_the_marketer_leaves_people_out(campaign_id: int) -> None:
    add(signed_in(MARKETER), campaign_id)
    assert (only_message().outside_hours, only_message().late_after_hours) == ("hold", None)
    address = page("messaging_smsmessage_change", only_message().pk)
    signed_in(MARKETER).post(address, typed(outside_hours="skip", late_after_hours="12"))
    assert (only_message().outside_hours, only_message().late_after_hours) == ("skip", 12)


def test_a_time_in_the_past_is_refused_and_nothing_typed_is_lost(campaign_id: int) -> None:
    answer = add(signed_in(MARKETER), campaign_id, scheduled_for_0="2020-01-01", body="Keep this text")
    assert "This is in the past: it is" in answer.text
    assert "Keep this text" in answer.text
    assert not SmsMessage.objects.exists()


@pytest.mark.parametrize(
    ("fields", "tab", "sentence"),
    [
        ({"body": "Hi {{ frist_name }}"}, "creative", "Did you mean “first_name”?"),
        ({"body": "x" * 1601}, "creative", "The message is 1 characters too long"),
        ({"delivery": "triggered", "limit_count": "2"}, "setup", "A limit needs both"),
        (
            {"window_from_0": "2027-02-01", "window_from_1": "10:00", "window_until_0": "2027-01-01",
             "window_until_1": "10:00"},
            "setup", "The window must end after it begins.",
        ),
        ({"scheduled_for_1": ""}, "setup", "Give both a date and a time."),
        ({"delay_amount": "400", "delay_unit": "days"}, "setup", "Choose a delay between 0 and 365 days."),
    ],
)  # fmt: skip
def test_what_makes_no_sense_marks_and_opens_its_tab(
    campaign_id: int, fields: dict[str, str], tab: str, sentence: str
) -> None:
    answer = add(signed_in(MARKETER), campaign_id, **{"tab": "notes", **fields})
    assert sentence in answer.text
    assert answer.context["wrong_tabs"] == [tab]
    assert answer.context["active_tab"] == tab


def test_every_fault_is_told_at_once(campaign_id: int) -> None:
    answer = add(signed_in(MARKETER), campaign_id, scheduled_for_0="2020-01-01", body="Hi {{ frist_name }}")
    assert answer.context["wrong_tabs"] == ["setup", "creative"]
    assert "This is in the past" in answer.text
    assert "Did you mean “first_name”?" in answer.text


def test_what_is_wrong_with_the_text_stands_under_it_and_before_the_phone(campaign_id: int) -> None:
    text = add(signed_in(MARKETER), campaign_id, body="Hi {{ frist_name }}").text
    error, phone = text.index('id="id_body_error"'), text.index('data-part="phone"')
    assert text.index('name="body"') < error < phone


def test_a_number_of_another_provider_is_refused(campaign_id: int) -> None:
    sender, other = factories.sender(), factories.provider()
    answer = add(signed_in(MARKETER), campaign_id, provider=other.pk, sender=sender.pk)
    assert f"{sender} is not a number of {other}." in answer.text


def test_the_preference_is_listed_with_number_and_slug(campaign_id: int) -> None:
    programme = factories.opt_in_campaign(slug="spring-offers")
    answer = signed_in(MARKETER).get(f"{page('messaging_smsmessage_add')}?campaign={campaign_id}")
    assert f"sms - {programme.pk} spring-offers" in answer.text


def test_a_launched_message_is_read_only_and_says_why(launched: SmsMessage) -> None:
    client = signed_in(MARKETER)
    client.post(page("messaging_smsmessage_change", launched.pk), typed(body="Other words", notes="Kept"))
    launched.refresh_from_db()
    assert (launched.body, launched.notes) == ("Hello from Acme", "Kept")
    assert "What goes out is what was launched" in client.get(page("messaging_smsmessage_change", launched.pk)).text


def test_a_launched_message_offers_to_save_its_notes_alone(launched: SmsMessage) -> None:
    text = signed_in(MARKETER).get(page("messaging_smsmessage_change", launched.pk)).text
    assert ">Save notes</button>" in text
    assert ">Save</button>" not in text


def test_a_copy_of_a_launched_message_is_a_draft_without_its_time(launched: SmsMessage) -> None:
    signed_in(MARKETER).post(page("messaging_smsmessage_duplicate", launched.pk))
    copy = launched.campaign.messages.get(state="draft")
    assert (copy.body, copy.programme, copy.scheduled_for) == (launched.body, launched.programme, None)


def test_a_draft_is_deleted_with_a_line_in_the_audit_trail(campaign_id: int) -> None:
    client = signed_in(MARKETER)
    add(client, campaign_id)
    client.post(page("messaging_smsmessage_discard", only_message().pk))
    assert not SmsMessage.objects.exists()
    assert AuditEntry.objects.filter(act="message.delete").count() == 1


def test_a_message_added_to_a_live_campaign_is_launched_by_itself(launched: SmsMessage) -> None:
    client = signed_in(LAUNCHER)
    add(client, launched.campaign_id, sender=launched.sender_id, programme=launched.programme_id)
    draft = launched.campaign.messages.get(state="draft")
    reviewed(client, page("messaging_smsmessage_launch", draft.pk))
    draft.refresh_from_db()
    assert draft.state == "launched"
