"""A first wave in a real Chromium: set on the message's page, stopped by itself, resumed by somebody who saw why."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from messaging.actions.campaigns import launch
from messaging.actions.runs.judging import judge_waves
from messaging.models import MessagingCampaign
from tests import factories
from tests.browser.conftest import SignIn
from tests.fixtures.browser import Album
from tests.fixtures.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE = "document.documentElement.scrollWidth"


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    return sign_in(factories.staff("Launcher"))


def campaign_of(product: Product, **fields: Any) -> MessagingCampaign:
    """To six people whose phones are switched off."""
    programme = factories.opt_in_campaign(sender=product.short_code)
    for place in range(3, 9):
        factories.subscription(programme, factories.customer(numbers=[f"+1500555030{place}"]))
    at = timezone.now() + dt.timedelta(days=2)
    message = factories.scheduled(programme, "Acme: sale. STOP to cancel.", scheduled_for=at, name="Sale", **fields)
    return factories.messaging_campaign(message, live=False, due=False)


@pytest.mark.parametrize("width", [390, 1280])
def test_it_is_set_on_the_messages_page_and_told_on_the_review(
    page: Page, product: Product, complaints: list[str], album: Album, width: int
) -> None:
    campaign = campaign_of(product)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(reverse("admin:messaging_smsmessage_change", args=[campaign.messages.get().pk]))
    wave = page.get_by_role("group", name="First wave")
    wave.get_by_label("First", exact=True).fill("10")
    wave.get_by_label("Minutes to wait").fill("45")
    assert page.evaluate(WIDE) <= width
    album.keep(page, f"first-wave-setup-{width}", begin=wave)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("was saved.")).to_be_visible()
    page.goto(reverse("admin:messaging_messagingcampaign_move", args=[campaign.pk, "launch"]))
    expect(
        page.get_by_text("10 % of the people; 45 min later the others, unless more than 10.0 % failed")
    ).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize("width", [390, 1280])
def test_what_stopped_itself_says_why_and_goes_on_when_somebody_resumes_it(
    page: Page, product: Product, complaints: list[str], album: Album, width: int
) -> None:
    campaign = campaign_of(product, first_wave=2, first_wave_unit="people", first_wave_wait=0)
    launch(campaign=campaign, by=factories.TESTS)
    campaign.messages.update(scheduled_for=timezone.now())
    page.set_viewport_size({"width": width, "height": 844})
    for _ in range(2):
        product.work()
        judge_waves()
    page.goto(reverse("admin:messaging_smsmessage_change", args=[campaign.messages.get().pk]))
    expect(page.get_by_role("alert")).to_contain_text("4 people wait.")
    assert page.evaluate(WIDE) <= width
    album.keep(page, f"first-wave-stopped-{width}")
    page.goto(reverse("admin:messaging_messagingcampaign_change", args=[campaign.pk]))
    page.get_by_role("link", name="Resume").click()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("was resumed.")).to_be_visible()
    assert complaints == []
