"""A launch: a test to one's own phone, another person's approval, the review with its ticks and its number."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from messaging.models import LaunchRules, MessagingCampaign
from tests import factories
from tests.browser.hands import Hands
from tests.fixtures.product import Product
from tests.messaging.admin.screens import reviewed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GRACE = "+13135550177"


def campaign_to_two(product: Product) -> MessagingCampaign:
    programme = factories.opt_in_campaign(sender=product.short_code)
    for name in ("Ada", "Edsger"):
        factories.subscription(programme, factories.customer(numbers=[factories.number()], first_name=name))
    message = factories.scheduled(programme, "hi {{ first_name }}", name="Spring")
    return factories.messaging_campaign(message, live=False, due=False, name="Spring news")


def tick_the_cautions(hands: Hands) -> None:
    for box in hands.page.locator(".ol-cautions").get_by_role("checkbox").all():
        hands.tick(box)


def review_of(campaign: MessagingCampaign) -> str:
    return reverse("admin:messaging_messagingcampaign_move", args=[campaign.pk, "launch"])


def test_everything_is_seen_ticked_and_typed(hands: Hands, product: Product, settings: Settings) -> None:
    settings.LAUNCH_TYPE_ABOVE = 1
    campaign = campaign_to_two(product)
    hands.page.goto(reverse("admin:messaging_messagingcampaign_change", args=[campaign.pk]))
    hands.follow("Launch")
    hands.sees("Review before launch", "hi Ada")
    tick_the_cautions(hands)
    hands.write(hands.page.get_by_label("Type the number of messages: 2"), "2")
    hands.push("Send 2 messages")
    hands.sees("“Spring news” was launched.")
    assert MessagingCampaign.objects.get().state == "live"


def test_another_person_approves(hands: Hands, product: Product) -> None:
    LaunchRules.objects.update(needs_approval=True)
    page, campaign = hands.page, campaign_to_two(product)
    reviewed(factories.signed_in("Launcher"), review_of(campaign), act="ask")
    page.goto(reverse("admin:index"))
    hands.press(page.get_by_role("link", name="asks you to approve “Spring”"))
    hands.push("Approve")
    hands.sees("Approved. It can be launched as it is.")
    page.goto(review_of(campaign))
    tick_the_cautions(hands)
    hands.push("Send 2 messages")
    hands.sees("“Spring news” was launched.")
    assert MessagingCampaign.objects.get().state == "live"


def test_a_test_arrives_on_ones_own_phone(hands: Hands, product: Product) -> None:
    factories.forget_limits()
    factories.global_campaign(sender=product.short_code)
    page, campaign = hands.page, campaign_to_two(product)
    page.goto(reverse("admin:messaging_smsmessage_change", args=[campaign.messages.get().pk]))
    hands.follow("Send test")
    hands.follow("Verify your own number")
    hands.write(page.get_by_label("My number"), GRACE)
    page.keyboard.press("Enter")
    hands.sees("A code is on its way.")
    product.work()
    hands.write(page.get_by_label("Code", exact=True), re.findall(r"\d{6}", product.received(GRACE)[-1])[0])
    page.keyboard.press("Enter")
    hands.sees("The number is yours.")
    page.goto(reverse("admin:messaging_smsmessage_test", args=[campaign.messages.get().pk]))
    hands.tick(page.get_by_role("checkbox", name="grace"))
    hands.push("Send test")
    hands.sees("The test is on its way.")
    product.work()
    expect(page.get_by_role("cell", name="Delivered")).to_be_visible()
