"""How a send goes while it runs: its rate, what is left, what waits beside it."""

import datetime as dt

import pytest
from django.utils import timezone

from config.roles import VIEWER
from messaging.actions.runs.lifecycle import start_due
from messaging.models import MessagingCampaign, Outbound, SmsMessage
from messaging.reports.running import running
from messaging.states import State
from optins.models import OptInCampaign
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> OptInCampaign:
    sender = factories.sender(parts_per_second=1)
    programme = factories.opt_in_campaign(sender=sender)
    for _ in range(3):
        number = factories.number()
        factories.subscription(programme, factories.customer(numbers=[number]), number)
    return programme


def begun(programme: OptInCampaign) -> MessagingCampaign:
    campaign = factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    return campaign


def message_of(campaign: MessagingCampaign) -> SmsMessage:
    return campaign.messages.get()


def send_one(campaign: MessagingCampaign) -> None:
    text = Outbound.objects.filter(run__campaign=campaign, state=State.QUEUED).first()
    assert text is not None
    Outbound.objects.filter(pk=text.pk).update(
        state=State.ACCEPTED, attempt_id=f"{text.pk:032x}", claimed_at=timezone.now()
    )


def test_before_the_first_text_the_numbers_own_rate_is_told(programme: OptInCampaign) -> None:
    found = running(message_of(begun(programme)))
    assert found is not None
    assert (found.per_minute, found.left, found.later, found.beside) == (0, "3 s", 0, 0)


def test_afterwards_the_rate_of_the_last_minute_counts(programme: OptInCampaign) -> None:
    campaign = begun(programme)
    send_one(campaign)
    found = running(message_of(campaign))
    assert found is not None
    assert (found.per_minute, found.left) == (1, "2 min")


def test_what_leaves_later_is_no_part_of_what_is_left(programme: OptInCampaign) -> None:
    campaign = begun(programme)
    Outbound.objects.update(due_at=timezone.now() + dt.timedelta(hours=8))
    found = running(message_of(campaign))
    assert found is not None
    assert (found.left, found.later) == ("", 3)


def test_other_campaigns_on_the_number_are_counted(programme: OptInCampaign) -> None:
    campaign = begun(programme)
    begun(programme)
    found = running(message_of(campaign))
    assert found is not None
    assert found.beside == 3
    text = " ".join(signed_in(VIEWER).get(page("messaging_smsmessage_progress", message_of(campaign).pk)).text.split())
    assert "0 in the last minute · about 3 s left · 3 texts of other campaigns wait for the same number" in text


def test_what_is_over_says_nothing_more(programme: OptInCampaign) -> None:
    campaign = begun(programme)
    Outbound.objects.update(state=State.CANCELLED, reason="stopped")
    assert running(message_of(campaign)) is None
