"""Runs: a scheduled message fires once, at its time, while its campaign is live; and closes when nobody is left."""

import datetime as dt

import pytest
import time_machine
from django.db.models.functions import Now
from django.utils import timezone

from messaging.actions.campaigns import cancel, end, launch_message, pause, resume
from messaging.actions.messages import save_message
from messaging.actions.runs.lifecycle import finish_runs, follow_clock, start_due
from messaging.models import MessagingCampaign, Outbound, Run, SmsMessage
from messaging.states import Reason, State
from optins.actions.campaigns import end as end_programme
from optins.models import Keyword, OptInCampaign
from tests import factories

pytestmark = pytest.mark.django_db

ADA = "+13135550101"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def programme() -> OptInCampaign:
    made = factories.opt_in_campaign(keywords=["SPRING"])
    factories.subscription(made, factories.customer(numbers=[ADA]))
    return made


def over(campaign: MessagingCampaign) -> None:
    """The end of its runtime has come."""
    MessagingCampaign.objects.filter(pk=campaign.pk).update(ends_at=Now())
    follow_clock()


def test_it_fires_once_and_pins_what_was_launched(programme: OptInCampaign) -> None:
    factories.messaging_campaign(factories.scheduled(programme, "As launched"))
    assert [start_due(), start_due()] == [1, 0]
    run = Run.objects.get()
    assert (run.body, run.sender, run.programme_id) == ("As launched", programme.options.sender, programme.pk)
    assert run.recipients.get().state == State.QUEUED


def test_it_does_not_fire_before_its_time(programme: OptInCampaign) -> None:
    factories.messaging_campaign(factories.scheduled(programme), due=False)
    assert start_due() == 0


def test_the_databases_clock_decides_and_not_this_machines(programme: OptInCampaign) -> None:
    factories.messaging_campaign(factories.scheduled(programme), due=False)
    with time_machine.travel(timezone.now() + 48 * HOUR):
        assert start_due() == 0


def test_a_draft_never_fires(programme: OptInCampaign) -> None:
    factories.messaging_campaign(factories.scheduled(programme), live=False)
    assert start_due() == 0


def test_a_message_added_later_waits_for_its_own_launch(programme: OptInCampaign) -> None:
    campaign = factories.messaging_campaign(factories.scheduled(programme))
    later = factories.scheduled(programme, campaign=campaign)
    save_message(message=later, by=factories.TESTS)
    assert start_due() == 1
    launch_message(message=later, by=factories.TESTS)
    SmsMessage.objects.filter(pk=later.pk).update(scheduled_for=Now())
    assert start_due() == 1


def test_paused_at_its_time_it_fires_when_resumed(programme: OptInCampaign) -> None:
    campaign = factories.messaging_campaign(factories.scheduled(programme))
    pause(campaign=campaign, by=factories.TESTS)
    assert start_due() == 0
    resume(campaign=campaign, by=factories.TESTS)
    assert start_due() == 1


@pytest.mark.parametrize("verb", [end, cancel])
def test_a_campaign_that_is_over_fires_nothing(programme: OptInCampaign, verb: object) -> None:
    campaign = factories.messaging_campaign(factories.scheduled(programme))
    assert callable(verb)
    verb(campaign=campaign, by=factories.TESTS)
    assert start_due() == 0


def test_who_joins_after_it_fired_is_not_in_it(programme: OptInCampaign) -> None:
    factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    factories.subscription(programme, factories.customer(numbers=["+13135550102"]))
    assert Outbound.objects.count() == 1


def test_the_end_of_the_runtime_stops_what_still_waits(programme: OptInCampaign) -> None:
    campaign = factories.messaging_campaign(factories.scheduled(programme), ends_at=timezone.now() + 2 * HOUR)
    start_due()
    over(campaign)
    row, run = Outbound.objects.get(), Run.objects.get()
    assert (row.state, row.reason, run.state) == (State.CANCELLED, Reason.CAMPAIGN_ENDED, Run.State.FINISHED)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.closed_at) == ("ended", campaign.ends_at)


def test_a_paused_campaign_ends_at_its_time_too(programme: OptInCampaign) -> None:
    campaign = factories.messaging_campaign(factories.scheduled(programme), ends_at=timezone.now() + 2 * HOUR)
    pause(campaign=campaign, by=factories.TESTS)
    over(campaign)
    campaign.refresh_from_db()
    assert campaign.state == "ended"


def test_a_campaign_begins_at_its_time(programme: OptInCampaign) -> None:
    starts = timezone.now() + HOUR / 2
    campaign = factories.messaging_campaign(factories.scheduled(programme), starts_at=starts)
    assert campaign.state == "scheduled"
    assert start_due() == 0
    MessagingCampaign.objects.update(starts_at=Now())
    follow_clock()
    assert start_due() == 1


def test_the_end_of_a_programmes_runtime_frees_its_keywords_and_keeps_its_people(programme: OptInCampaign) -> None:
    OptInCampaign.objects.update(ends_at=Now())
    follow_clock()
    assert not Keyword.objects.filter(held=True).exists()
    assert programme.subscriptions.get().state == "opted_in"


def test_people_of_an_ended_programme_are_still_texted(programme: OptInCampaign) -> None:
    end_programme(campaign=programme, by=factories.TESTS)
    factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    assert Outbound.objects.get().state == State.QUEUED


@pytest.mark.parametrize(
    ("state", "done"),
    [("queued", 0), ("sending", 0), ("uncertain", 0), ("accepted", 0), ("sent", 1), ("delivered", 1), ("skipped", 1)],
)
def test_a_run_is_finished_when_nobody_is_left(programme: OptInCampaign, state: str, done: int) -> None:
    factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    Outbound.objects.update(
        state=state, attempt_id="00000000-0000-0000-0000-000000000001", claimed_at=Now(), reason="no_phone"
    )
    assert finish_runs() == done


def test_a_run_of_nobody_is_finished_at_once(programme: OptInCampaign) -> None:
    factories.messaging_campaign(factories.scheduled(programme))
    Outbound.objects.all().delete()
    start_due()
    Outbound.objects.all().delete()
    assert finish_runs() == 1


def test_a_run_that_still_listens_stays_open(programme: OptInCampaign) -> None:
    factories.messaging_campaign(
        factories.triggered(programme, "purchase", window_until=timezone.now() + HOUR),
        factories.triggered(programme, "refund"),
    )
    assert finish_runs() == 0
    SmsMessage.objects.filter(event_name="purchase").update(window_until=Now())
    assert finish_runs() == 1
