"""The review page: what a launch means is seen as a whole, ticked and numbered before anything is launched."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns.models import AuditEntry
from config.roles import LAUNCHER, MARKETER
from messaging.actions.counting import take_censuses
from messaging.actions.runs.lifecycle import start_due
from messaging.admin import review
from messaging.models import Census, MessagingCampaign, SmsMessage
from optins.models import OptInCampaign
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import looked_at, page, reviewed

pytestmark = pytest.mark.django_db

BODY = "Acme: hi {{ first_name }}, spring has come. Reply STOP to cancel."


@pytest.fixture
def client() -> Client:
    return signed_in(LAUNCHER)


@pytest.fixture
def programme() -> OptInCampaign:
    """Three people joined it: two in Michigan, one in Puerto Rico."""
    programme = factories.opt_in_campaign()
    for number, name in (("+13139710001", "Ada"), ("+13139710002", "Bartholomew"), ("+17879710003", "Cem")):
        factories.subscription(programme, factories.customer(numbers=[number], first_name=name), number)
    return programme


@pytest.fixture
def campaign(programme: OptInCampaign) -> MessagingCampaign:
    at = timezone.now().replace(hour=16, minute=0) + dt.timedelta(days=2)
    message = factories.scheduled(programme, BODY, name="Spring", scheduled_for=at, time_zone="America/Detroit")
    return factories.messaging_campaign(message, live=False, due=False)


def address(campaign: MessagingCampaign) -> str:
    return page("messaging_messagingcampaign_move", campaign.pk, "launch")


def state_of(campaign: MessagingCampaign) -> str:
    campaign.refresh_from_db()
    return campaign.state


def test_it_shows_text_times_people_parts_and_cost(client: Client, campaign: MessagingCampaign) -> None:
    shown = looked_at(client, address(campaign))
    assert "Acme: hi Ada, spring has come." in shown
    for words in ("America/Detroit", "16:00 UTC", "Where people are", "of 3 people", "USD 0.02", "Bartholomew"):
        assert words in shown
    assert "Send 3 messages</button>" in shown


def test_launched_as_reviewed_it_leaves_a_line_of_what_was_seen(client: Client, campaign: MessagingCampaign) -> None:
    assert "was launched" in reviewed(client, address(campaign)).text
    assert state_of(campaign) == "live"
    entry = AuditEntry.objects.get(act="message.review")
    assert (entry.detail["people"], entry.detail["cost"]) == (3, "USD 0.02")


def test_a_caution_that_is_not_ticked_keeps_it_back(client: Client, campaign: MessagingCampaign) -> None:
    SmsMessage.objects.update(body="hello, it rains")
    shown = looked_at(client, address(campaign))
    assert "accept-" in shown
    mark = shown.split('name="mark-')[1].split('"')
    answer = client.post(address(campaign), {f"mark-{mark[0]}": mark[2]}, follow=True)
    assert "Tick that you have seen this first." in answer.text
    assert state_of(campaign) == "draft"


def test_what_a_colleague_changed_meanwhile_is_looked_at_again(client: Client, campaign: MessagingCampaign) -> None:
    message = campaign.messages.get()
    answer = client.post(address(campaign), {f"mark-{message.pk}": "0" * 64}, follow=True)
    assert "was changed since you looked at it" in answer.text
    assert state_of(campaign) == "draft"


def test_a_large_number_is_typed(client: Client, campaign: MessagingCampaign, settings: Settings) -> None:
    settings.LAUNCH_TYPE_ABOVE = 2
    assert "Type the number of messages: 3" in looked_at(client, address(campaign))
    assert "Type the number of messages, 3" in reviewed(client, address(campaign), number="2").text
    assert state_of(campaign) == "draft"
    reviewed(client, address(campaign), number="3")
    assert state_of(campaign) == "live"


def test_another_text_to_the_same_people_is_told(
    client: Client, campaign: MessagingCampaign, programme: OptInCampaign
) -> None:
    at = campaign.messages.get().scheduled_for
    assert at is not None
    later = factories.scheduled(programme, name="Evening", scheduled_for=at + dt.timedelta(hours=2))
    factories.messaging_campaign(later, due=False)
    assert "3 of these people get another text, “Evening”, 2 h later." in looked_at(client, address(campaign))


def test_people_left_out_are_counted_with_reasons(client: Client, campaign: MessagingCampaign) -> None:
    for _ in range(4):
        factories.customer()
    shown = looked_at(client, address(campaign))
    assert "4 left out, and why" in shown
    assert "57 % of the audience are left out. Most frequent: The customer has no phone number." in shown


def test_who_waits_for_lawful_hours_is_told(client: Client, campaign: MessagingCampaign, settings: Settings) -> None:
    settings.QUIET_HOURS = True
    night = timezone.now().replace(hour=7, minute=0) + dt.timedelta(days=2)
    SmsMessage.objects.update(scheduled_for=night)
    shown = looked_at(client, address(campaign))
    assert "Wait for their hours" in shown
    assert "it is no lawful hour for anybody" in shown


def test_a_large_audience_is_counted_aside_with_progress(
    client: Client, campaign: MessagingCampaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "take_censuses", lambda *, seconds: None)
    shown = looked_at(client, address(campaign))
    assert 'role="progressbar"' in shown
    assert "launch-form" not in shown
    assert "still being rendered" in reviewed(client, address(campaign), **mark_of(campaign)).text
    take_censuses(seconds=5)
    piece = client.get(page("messaging_messagingcampaign_figures", campaign.pk)).text
    assert "Send 3 messages</button>" in piece
    assert "data-over" in piece


def mark_of(campaign: MessagingCampaign) -> dict[str, str]:
    message = campaign.messages.get()
    return {f"mark-{message.pk}": Census.objects.get(message=message).fingerprint}


def test_an_incomplete_message_stays_behind_and_a_triggered_one_listens(
    client: Client, campaign: MessagingCampaign, programme: OptInCampaign
) -> None:
    for message in (SmsMessage(name="Later"), factories.triggered(programme, "paid", BODY, name="Thanks")):
        message.campaign = campaign
        message.save()
    shown = looked_at(client, address(campaign))
    assert "“Later” stays a draft, because it is not complete." in shown
    assert "Immediately after “paid”" in shown
    reviewed(client, address(campaign))
    assert {m.name: m.state for m in campaign.messages.all()} == {
        "Spring": "launched", "Later": "draft", "Thanks": "launched",
    }  # fmt: skip


def test_without_the_right_to_launch_it_is_not_shown(campaign: MessagingCampaign) -> None:
    marketer = signed_in(MARKETER)
    for name in (address(campaign), page("messaging_messagingcampaign_figures", campaign.pk)):
        assert marketer.get(name).status_code == 403
    assert marketer.post(page("messaging_smsmessage_launch", campaign.messages.get().pk)).status_code == 403


def test_the_report_holds_what_was_foreseen_against_what_was_taken(client: Client, campaign: MessagingCampaign) -> None:
    reviewed(client, address(campaign))
    SmsMessage.objects.update(scheduled_for=timezone.now())
    start_due()
    piece = " ".join(client.get(page("messaging_smsmessage_progress", campaign.messages.get().pk)).text.split())
    assert "Foreseen at the launch: 3 parts, USD 0.02. Handed over so far: 0 texts" in piece
    for what in (
        page("messaging_messagingcampaign_report", campaign.pk),
        page("messaging_smsmessage_report", campaign.messages.get().pk),
    ):
        shown = client.get(what).text
        assert "taken by the carrier; 3 foreseen" in shown
        assert "USD 0.02 foreseen" in shown


def test_to_look_begins_nothing_and_the_page_asks_by_itself(client: Client, campaign: MessagingCampaign) -> None:
    shown = client.get(address(campaign)).text
    assert "data-at-once" in shown
    assert "launch-form" not in shown
    assert not Census.objects.exists()
    counted = client.post(address(campaign), {"count": "yes"}, follow=True).text
    assert "data-at-once" not in counted
    assert "Send 3 messages</button>" in counted


def test_a_count_that_failed_is_not_begun_again_by_itself(client: Client, campaign: MessagingCampaign) -> None:
    looked_at(client, address(campaign))
    Census.objects.update(state=Census.State.FAILED, problem="There is no field “gone”.")
    shown = client.get(address(campaign)).text
    assert "There is no field “gone”." in shown
    assert "Try again</button>" in shown
    assert "data-at-once" not in shown
