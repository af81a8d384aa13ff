"""A send while it runs and afterwards: paused, resumed and cancelled with honest numbers, and its report."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from messaging.actions.certifying import certify
from messaging.actions.runs.lifecycle import start_due
from messaging.models import MessagingCampaign
from tests import factories
from tests.browser.hands import Hands
from tests.fixtures.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def campaign_to_two(product: Product) -> MessagingCampaign:
    programme = factories.opt_in_campaign(sender=product.short_code)
    for place in ("0101", "0102"):
        factories.subscription(programme, factories.customer(numbers=[f"+1313555{place}"]))
    factories.customer(numbers=["+13135550103"], first_name="Never joined")
    return factories.messaging_campaign(factories.scheduled(programme, name="Spring"), name="Spring news")


def test_a_send_is_paused_resumed_and_cancelled(hands: Hands, product: Product) -> None:
    page, campaign = hands.page, campaign_to_two(product)
    start_due()
    page.goto(reverse("admin:messaging_messagingcampaign_change", args=[campaign.pk]))
    expect(page.get_by_role("img", name="2 waiting")).to_be_visible()
    for step, told in (("Pause", "was paused."), ("Resume", "was resumed."), ("Cancel campaign", "was cancelled.")):
        hands.follow(step)
        hands.sees("2 ")
        hands.push(step)
        hands.sees(told)
    expect(page.get_by_role("img", name="2 cancelled")).to_be_visible()


def test_a_report_tells_what_came_of_it(hands: Hands, product: Product) -> None:
    page, campaign = hands.page, campaign_to_two(product)
    product.work()
    page.goto(reverse("admin:messaging_smsmessage_report", args=[campaign.messages.get().pk]))
    hands.sees("By the hour", "Why some did not get it, and what to do", "The number has not opted in")
    hands.push("Compare with the carrier")
    hands.sees("The carrier's list is being read")
    certify()  # what a worker does meanwhile
    hands.sees("It holds.")
    hands.follow("All recipients")
    expect(page.locator("#result_list tbody tr")).to_have_count(3)
