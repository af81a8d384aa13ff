"""The page of a messaging campaign: its messages, how they go, and what its buttons mean."""

import pytest

from config.roles import LAUNCHER, MARKETER
from messaging.actions.campaigns import cancel
from messaging.actions.runs.lifecycle import start_due
from messaging.models import MessagingCampaign, Outbound, SmsMessage
from messaging.states import Reason, State
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> MessagingCampaign:
    """Live, with one message that was sent to two people, of whom one had opted in."""
    programme = factories.opt_in_campaign()
    factories.subscription(programme, factories.customer(numbers=[factories.number()], verified=True))
    factories.customer(numbers=[factories.number()])
    campaign = factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    return campaign


def test_a_campaign_without_messages_offers_to_add_one() -> None:
    campaign = factories.messaging_campaign(live=False)
    answer = signed_in(MARKETER).get(page("messaging_messagingcampaign_change", campaign.pk))
    assert f"{page('messaging_smsmessage_add')}?campaign={campaign.pk}" in answer.text


def test_each_message_shows_its_recipients_by_outcome_with_reasons(campaign: MessagingCampaign) -> None:
    answer = signed_in(MARKETER).get(page("messaging_messagingcampaign_change", campaign.pk))
    assert "1 waiting, 1 left out" in answer.text
    assert "The number has not opted in to the messaging preference of this message." in answer.text


def test_progress_says_when_nothing_will_change_any_more(campaign: MessagingCampaign) -> None:
    client, message = signed_in(MARKETER), campaign.messages.get()
    assert "data-over" not in client.get(page("messaging_smsmessage_progress", message.pk)).text
    Outbound.objects.filter(state=State.QUEUED).update(state=State.CANCELLED, reason=Reason.CAMPAIGN_ENDED)
    message.runs.update(state="finished", finished_at=message.launched_at)
    assert "data-over" in client.get(page("messaging_smsmessage_progress", message.pk)).text


def test_progress_is_asked_for_until_a_message_has_begun() -> None:
    factories.customer()
    message = factories.scheduled(factories.opt_in_campaign())
    campaign = factories.messaging_campaign(message, due=False)
    client, address = signed_in(MARKETER), page("messaging_smsmessage_progress", message.pk)
    assert "data-over" not in client.get(address).text
    cancel(campaign=campaign, by=factories.TESTS)
    assert "data-over" in client.get(address).text


def test_an_incomplete_campaign_is_not_launched_and_says_why() -> None:
    campaign = factories.messaging_campaign(live=False)
    answer = signed_in(LAUNCHER).post(page("messaging_messagingcampaign_move", campaign.pk, "launch"), follow=True)
    assert "Add a message first (Add Message → SMS Message)." in answer.text


def asked(campaign: MessagingCampaign, move: str) -> str:
    return signed_in(LAUNCHER).get(page("messaging_messagingcampaign_move", campaign.pk, move), follow=True).text


def test_what_cannot_be_launched_yet_says_what_is_missing_and_has_no_button() -> None:
    empty = factories.messaging_campaign(live=False)
    draft = SmsMessage(name="Hello all", delivery="scheduled")
    begun = factories.messaging_campaign(draft, live=False, due=False)
    assert "Add a message first (Add Message → SMS Message)." in asked(empty, "launch")
    assert "“Hello all”: Write the message (Creative)." in asked(begun, "launch")
    assert "“Hello all”: Choose the delivery date and time (Setup)." in asked(begun, "launch")
    assert not [campaign for campaign in (empty, begun) if ">Launch</button>" in asked(campaign, "launch")]


def test_a_second_launch_hears_that_it_is_live_already(campaign: MessagingCampaign) -> None:
    again = signed_in(LAUNCHER).post(page("messaging_messagingcampaign_move", campaign.pk, "launch"), follow=True)
    assert f"“{campaign.name}” is live already." in again.text


@pytest.mark.parametrize(
    ("move", "later", "event"),
    [
        ("pause", "does not go out while the campaign is paused.", "hears of no event while the campaign is paused"),
        ("end", "never goes out.", "listens no more."),
    ],
)
def test_stopping_tells_of_messages_whose_people_are_counted_later(move: str, later: str, event: str) -> None:
    factories.customer()
    programme = factories.opt_in_campaign()
    coming = [factories.scheduled(programme, name="Later"), factories.triggered(programme, "paid", name="Thanks")]
    question = asked(factories.messaging_campaign(*coming, due=False), move)
    assert "“Later”, due on" in question
    assert later in question
    assert f"“Thanks” {event}" in question
    assert "No text waiting" not in question


@pytest.mark.parametrize(("move", "state"), [("pause", "paused"), ("end", "ended"), ("cancel", "cancelled")])
def test_stopping_tells_what_waits_and_stops(campaign: MessagingCampaign, move: str, state: str) -> None:
    client = signed_in(LAUNCHER)
    assert "1 text waiting:" in client.get(page("messaging_messagingcampaign_move", campaign.pk, move)).text
    client.post(page("messaging_messagingcampaign_move", campaign.pk, move))
    campaign.refresh_from_db()
    assert campaign.state == state


def test_a_permalink_of_another_campaign_is_refused_whatever_its_kind() -> None:
    factories.opt_in_campaign(slug="spring")
    campaign = factories.messaging_campaign(live=False)
    given = {"name": "News", "slug": "spring", "restriction": "none", "notes": ""}
    answer = signed_in(MARKETER).post(page("messaging_messagingcampaign_change", campaign.pk), given)
    assert "already exists" in answer.text
