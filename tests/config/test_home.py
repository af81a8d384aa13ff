"""The home page: today's figures, what runs, what needs a person, and the first steps of a new house."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from campaigns.models import Campaign
from config.dashboard import figures, first_steps, needs
from config.roles import ADMIN, VIEWER
from messaging.actions.campaigns import pause
from messaging.actions.runs.lifecycle import start_due
from messaging.actions.sending.claiming import claim_recipients
from messaging.actions.sending.leasing import flag_stuck
from messaging.models import Outbound, Run
from messaging.reports.figures import Today, today
from messaging.reports.health import Pulse, pulse
from optins.actions.opting_out import opt_out_number
from optins.models import MessageProvider
from tests import factories
from tests.factories import TESTS, signed_in
from tests.messaging.admin.screens import page
from tests.messaging.recovery import ADA, BOB, campaign_to, later, taken

pytestmark = pytest.mark.django_db

QUIET = Pulse(waiting=0, oldest_seconds=0, uncertain=0, long_uncertain=0, reviews=None)


def test_an_empty_house_shows_the_first_steps() -> None:
    assert [step.done for step in first_steps()] == [False] * 6
    assert "Add a message provider" in signed_in(ADMIN).get(page("index")).text


def test_the_steps_tick_themselves_and_go_away() -> None:
    programme = factories.opt_in_campaign()
    assert [step.done for step in first_steps()] == [True, True, True, True, False, False]
    factories.subscription(programme, factories.customer(numbers=[factories.number()]))
    factories.messaging_campaign(factories.scheduled(programme))
    assert all(step.done for step in first_steps())
    assert "First steps" not in signed_in(ADMIN).get(page("index")).text


def test_what_runs_shows_its_progress() -> None:
    programme = factories.opt_in_campaign()
    factories.subscription(programme, factories.customer(numbers=[factories.number()]))
    campaign = factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    answer = signed_in(VIEWER).get(page("index"))
    assert campaign.name in answer.text
    assert "1 waiting" in answer.text


def test_a_pause_a_failed_connection_and_half_a_set_up_need_somebody() -> None:
    factories.global_campaign(complete=False)
    factories.provider(name="Twilio Jan")
    MessageProvider.objects.update(check_problem="Twilio refused the credentials.")
    told = [(need.title, need.text) for need in needs(pulse())]
    assert told == [
        ("Twilio Jan does not connect", "Twilio refused the credentials."),
        ("The Global SMS Opt-In is not complete", "Nobody can join until it is."),
    ]


def test_a_paused_campaign_says_why() -> None:
    programme = factories.opt_in_campaign()
    factories.subscription(programme, factories.customer(numbers=[factories.number()]))
    campaign = factories.messaging_campaign(factories.scheduled(programme))
    pause(campaign=campaign, by=TESTS, reason="The provider refused the number.")
    assert [(need.title, need.text) for need in needs(pulse())] == [
        (f"“{campaign.name}” is paused", "The provider refused the number.")
    ]


def test_a_text_that_is_uncertain_for_hours_needs_somebody(settings: Settings) -> None:
    campaign_to(factories.sender(), ADA)
    claim_recipients(run=Run.objects.get(), parts=1)
    later(1000)
    flag_stuck()
    assert needs(pulse()) == []
    later(settings.RECONCILE_NEEDS_YOU.total_seconds())
    (need,) = needs(pulse())
    assert need.title == "1 uncertain text"
    assert "?state__exact=uncertain" in need.url


def test_the_figures_say_of_how_many_they_are() -> None:
    nothing_yet = Today(
        subscribed=3, joined=0, texts=6, delivered=0, failed=0, of_campaigns=0, opt_outs=1, opt_outs_of_texted=0
    )
    later_on = replace(nothing_yet, texts=1300, delivered=1199, failed=1, of_campaigns=26, opt_outs_of_texted=2)
    assert [tile.note for tile in figures(nothing_yet, QUIET)][1:3] == ["None settled yet", "No campaign text today"]
    notes = [tile.note for tile in figures(later_on, QUIET)]
    assert notes[1:3] == ["99.9% delivered of 1,200 settled", "7.7% of 26 campaign texts today"]


def test_an_opt_out_of_somebody_not_texted_today_is_no_part_of_the_share() -> None:
    campaign_to(factories.sender(), ADA)
    taken(Run.objects.get())
    another = factories.subscription(factories.opt_in_campaign(), factories.customer(numbers=[factories.number()]))
    for number in (ADA, another.number):
        opt_out_number(number=number, by=TESTS, reason="Asked")
    assert (today().of_campaigns, today().opt_outs, today().opt_outs_of_texted) == (1, 2, 1)


def test_what_waits_is_counted_whenever_it_is_due_and_late_is_what_is_due() -> None:
    campaign_to(factories.sender(), ADA, BOB)
    Outbound.objects.filter(number=BOB).update(due_at=Now() + dt.timedelta(hours=1))
    later(90)
    now = pulse()
    assert (now.waiting, now.oldest_seconds > 60) == (2, True)
    Outbound.objects.filter(number=ADA).update(state="cancelled", reason="stopped")
    now = pulse()
    assert (now.waiting, now.oldest_seconds) == (1, 0)
    assert figures(today(), now)[3].note == "Nothing is late"


def test_a_subscription_counts_as_soon_as_it_stands() -> None:
    programme = factories.opt_in_campaign()
    for number in (factories.number(), factories.number()):
        factories.subscription(programme, factories.customer(numbers=[number]))
    assert (today().subscribed, today().joined) == (2, 2)


def test_staff_without_a_role_see_no_figure() -> None:
    answer = signed_in().get(page("index"))
    assert "Ask an administrator for a role." in answer.text
    assert "Subscriptions</" not in answer.text


def test_more_campaigns_ask_no_more_of_the_database(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(8):
        factories.messaging_campaign(live=False)
    assert Campaign.objects.count() == 8
    client = signed_in(VIEWER)
    with django_assert_max_num_queries(40):
        client.get(page("index"))
