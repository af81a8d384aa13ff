"""Whom a message meets: a segment is built, the audience card leads to people, and every text is counted."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from messaging.actions.counting import take_censuses
from messaging.models import MessagingCampaign
from tests import factories
from tests.browser.hands import Hands

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def campaign_to_three() -> MessagingCampaign:
    """Ada and Grace joined, Edsger never did."""
    programme = factories.opt_in_campaign()
    for name in ("Ada", "Grace"):
        person = factories.customer(numbers=[factories.number()], first_name=name)
        factories.subscription(programme, person)
    factories.customer(numbers=[factories.number()], first_name="Edsger")
    message = factories.scheduled(programme, "hi {{ first_name }}", name="Spring")
    return factories.messaging_campaign(message, live=False, due=False)


def test_a_segment_is_built_and_tells_whom_it_means(hands: Hands) -> None:
    page = hands.page
    campaign_to_three()
    page.goto(reverse("admin:campaigns_segment_add"))
    hands.write(page.locator("[name=name]"), "Adas")
    hands.choose(page.get_by_label("Field of row 1"), "First name")
    hands.write(page.get_by_label("Value of row 1"), "Ada")
    hands.sees("1 person", "whose First name is")
    hands.push("Add condition")
    expect(page.locator("[data-row]")).to_have_count(2)
    hands.push("Remove row 2")
    expect(page.locator("[data-row]")).to_have_count(1)
    hands.push("Save")
    hands.sees("was added successfully")


def test_the_audience_leads_to_its_people_and_is_counted_exactly(hands: Hands) -> None:
    page = hands.page
    factories.segment({"all": [{"field": "first_name", "operator": "is", "value": "Ada"}]}, name="Adas")
    page.goto(reverse("admin:messaging_smsmessage_change", args=[campaign_to_three().messages.get().pk]))
    hands.press(page.get_by_role("tab", name="Targeting"))
    card = page.locator(".ol-audience")
    hands.press(card.get_by_role("link", name="2", exact=True))
    hands.sees("Who would receive it now", "Grace Lovelace")
    hands.follow("Back to the message")
    hands.choose(page.get_by_label("Only people in this segment"), "Adas")
    expect(card).to_contain_text("1 of 1 customer")
    hands.push("Save")
    hands.sees("was saved.")
    hands.push("Count exactly: render every text")
    hands.sees("Every text is being rendered:")
    take_censuses(seconds=5)  # what a worker does meanwhile
    expect(card).to_contain_text("Exactly 1 message part")
