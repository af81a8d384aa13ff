"""Home from the first day on, and what is the same on every page: search, copies, the audit trail."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from campaigns.models import Campaign
from messaging.models import SmsMessage
from tests import factories
from tests.browser.hands import Hands

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_first_steps_lead_to_where_they_are_taken(hands: Hands) -> None:
    page = hands.page
    page.goto(reverse("admin:index"))
    hands.sees("First steps", "Nothing is running")
    hands.follow("Add a message provider")
    hands.write(page.locator("[name=name]"), "Acme's Twilio")
    hands.write(page.locator("[name=account_sid]"), f"AC{'0' * 32}")
    hands.write(page.locator("[name=new_auth_token]"), "a" * 32)
    hands.push("Save")
    hands.sees("was added")
    page.goto(reverse("admin:index"))
    expect(page.locator(".ol-todo li[data-tone=success]").first).to_be_visible()


def test_a_message_is_moved_to_another_time_of_its_day(hands: Hands) -> None:
    page = hands.page
    factories.customer()
    day = timezone.localdate() + dt.timedelta(days=7 - timezone.localdate().weekday())
    when = dt.datetime.combine(day, dt.time(10), tzinfo=dt.UTC)
    message = factories.scheduled(factories.opt_in_campaign(), name="Spring", scheduled_for=when)
    factories.messaging_campaign(message, due=False)
    page.goto(reverse("admin:messaging_calendar"))
    hands.follow("Week after")
    hands.press(page.locator("summary", has_text="Move"))
    hands.write(page.get_by_label("at", exact=True), "15:45")
    hands.push("Move")
    hands.sees("was moved")
    assert SmsMessage.objects.get().scheduled_for == when.replace(hour=15, minute=45)


def test_all_sending_is_stopped_and_released(hands: Hands) -> None:
    hands.page.goto(reverse("admin:index"))
    hands.press(hands.page.get_by_role("button", name="Stop all sending"))
    hands.sees("All sending is stopped.")
    hands.push("Release sending")
    expect(hands.page.get_by_text("All sending is stopped.")).to_have_count(0)


def test_a_campaign_is_found_copied_and_the_trail_tells_of_it(hands: Hands) -> None:
    page = hands.page
    factories.messaging_campaign(live=False, name="Spring news")
    page.goto(reverse("admin:index"))
    page.keyboard.press("Control+k")
    page.get_by_label("Type to search").press_sequentially("Spring")
    expect(page.locator("#command-results-list li")).not_to_have_count(0)
    page.keyboard.press("Enter")
    hands.push("Duplicate")
    expect(page.get_by_role("heading", name="Spring news (copy)", level=2)).to_be_visible()
    assert Campaign.objects.count() == 2
    page.goto(reverse("admin:campaigns_auditentry_changelist"))
    hands.sees("Duplicated a campaign")
