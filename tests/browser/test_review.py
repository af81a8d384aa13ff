"""The review page in a real Chromium: what an unticked caution does, and how it fits a telephone."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from messaging.actions.counting import take_censuses
from messaging.models import MessagingCampaign, PartPrice
from tests import factories
from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    return sign_in(factories.staff("Launcher"))


@pytest.fixture
def campaign() -> MessagingCampaign:
    """For three people who joined, of whom one has no first name, and one who never did."""
    PartPrice.objects.update_or_create(country="US", defaults={"price": "0.0079", "is_example": False})
    programme = factories.opt_in_campaign()
    for name in ("Ada", "Grace", ""):
        person = factories.customer(numbers=[factories.number()], first_name=name)
        factories.subscription(programme, person)
    factories.customer()
    at = timezone.now() + dt.timedelta(days=2)
    body = "hi {{ first_name }}, spring has come. Reply STOP to cancel."
    message = factories.scheduled(programme, body, scheduled_for=at, time_zone="America/Detroit", name="Spring")
    return factories.messaging_campaign(message, live=False, due=False)


def test_an_unticked_caution_keeps_the_page(page: Page, campaign: MessagingCampaign) -> None:
    page.goto(reverse("admin:messaging_messagingcampaign_move", args=[campaign.pk, "launch"]))
    page.get_by_role("button", name="Send 2 messages").click()
    expect(page.get_by_role("heading", name="Review before launch")).to_be_visible()
    campaign.refresh_from_db()
    assert campaign.state == "draft"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_screens_before_a_launch_fit_and_lead_to_the_people(
    page: Page, campaign: MessagingCampaign, complaints: list[str], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    message = campaign.messages.get().pk
    wide = "document.documentElement.scrollWidth"
    page.goto(f"{reverse('admin:messaging_smsmessage_change', args=[message])}?tab=targeting")
    page.get_by_role("link", name="2", exact=True).click()
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_role("link", name="Back to the message").click()
    page.get_by_role("button", name="Count exactly").click()
    expect(page.get_by_text("Every text is being rendered:")).to_be_visible()
    assert page.evaluate(wide) <= width
    take_censuses(seconds=5)  # what a worker does meanwhile
    page.goto(reverse("admin:messaging_messagingcampaign_move", args=[campaign.pk, "launch"]))
    page.get_by_text("Parts, cost by country").click()
    expect(page.get_by_role("heading", name="The longest texts")).to_be_visible()
    assert page.evaluate(wide) <= width
    assert complaints == []


def test_the_audience_follows_the_form_before_it_is_saved(page: Page, campaign: MessagingCampaign) -> None:
    factories.segment({"all": [{"field": "first_name", "operator": "is", "value": "Ada"}]}, name="Adas")
    page.goto(f"{reverse('admin:messaging_smsmessage_change', args=[campaign.messages.get().pk])}?tab=targeting")
    card = page.locator(".ol-audience")
    expect(card.get_by_role("link", name="2", exact=True)).to_be_visible()
    page.get_by_label("Only people in this segment").select_option("Adas")
    expect(card).to_contain_text("1 of 2 customers")
    expect(card).to_contain_text("not saved yet")
    expect(card.get_by_role("link")).to_have_count(0)
