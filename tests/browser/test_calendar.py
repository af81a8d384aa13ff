"""The week in a real Chromium: an entry is dragged to another day."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from messaging.models import SmsMessage
from tests import factories
from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MONDAY = timezone.localdate() + dt.timedelta(days=7 - timezone.localdate().weekday())


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    """The calendar of next week, with one message on Monday at ten."""
    factories.customer()
    when = dt.datetime.combine(MONDAY, dt.time(10), tzinfo=dt.UTC)
    message = factories.scheduled(factories.opt_in_campaign(), name="Spring news", scheduled_for=when)
    factories.messaging_campaign(message, due=False)
    page = sign_in(factories.staff("Launcher"))
    page.goto(f"{reverse('admin:messaging_calendar')}?day={MONDAY}")
    return page


def leaves_at() -> dt.datetime | None:
    return SmsMessage.objects.get().scheduled_for


def test_an_entry_is_dragged_to_another_day(page: Page, complaints: list[str]) -> None:
    page.locator(".ol-week__entry").drag_to(page.locator(f"[data-date='{MONDAY + dt.timedelta(days=3)}']"))
    expect(page.get_by_text("was moved")).to_be_visible()
    assert leaves_at() == dt.datetime.combine(MONDAY + dt.timedelta(days=3), dt.time(10), tzinfo=dt.UTC)
    assert complaints == []
