"""The main screens on a telephone, in a real Chromium: nothing is wider than it, and the navigation leads on."""

import re
from collections.abc import Sequence

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from campaigns.models import Customer
from tests import factories
from tests.browser.conftest import SignIn
from tests.fixtures.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTH = 390
ADA = "+13135550101"
LISTS = (
    "campaigns_campaign", "campaigns_customer", "campaigns_segment", "campaigns_customerimport", "messaging_inbound",
    "messaging_outbound", "optins_subscription", "optins_suppression", "optins_consentevent", "optins_verification",
    "optins_messageprovider", "optins_sender", "optins_apiapp", "campaigns_auditentry",
)  # fmt: skip


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    page = sign_in(factories.staff("Admin"))
    page.set_viewport_size({"width": WIDTH, "height": 844})
    return page


def paths_with_something_to_show(product: Product) -> Sequence[str]:
    """Somebody joined, was texted and left; these are the pages where that stands."""
    programme = factories.opt_in_campaign(keywords=["SPRING"], sender=product.short_code, slug="spring-offers")
    product.text_in(ADA, "spring")
    campaign = factories.messaging_campaign(factories.scheduled(programme, "Hello " * 40))
    product.work()
    product.text_in(ADA, "Please stop sending me these texts!")
    pages = {
        "messaging_messagingcampaign_change": campaign.pk,
        "messaging_smsmessage_change": campaign.messages.get().pk,
        "messaging_conversation": ADA,
        "messaging_person": Customer.objects.get().pk,
        "messaging_person_opt_out": Customer.objects.get().pk,
        "messaging_evidence": ADA,
        "messaging_erase": Customer.objects.get().pk,
        "optins_optincampaign_change": programme.pk,
    }
    lists = [reverse(f"admin:{name}_changelist") for name in LISTS]
    others = [reverse(f"admin:{name}") for name in ("index", "campaigns_campaign_create")]
    public = ["/c/spring-offers", "/api/docs", product.simulator.url]
    return [*others, *lists, *(reverse(f"admin:{name}", args=[key]) for name, key in pages.items()), *public]


def test_no_screen_is_wider_than_a_telephone(page: Page, product: Product, complaints: list[str]) -> None:
    too_wide = []
    for path in paths_with_something_to_show(product):
        page.goto(path)
        page.wait_for_load_state("load")
        if page.evaluate("document.documentElement.scrollWidth") > WIDTH:
            too_wide.append(path)
    assert too_wide == []
    assert complaints == []


def test_the_navigation_leads_to_another_page(page: Page, complaints: list[str]) -> None:
    page.goto(reverse("admin:index"))
    page.get_by_role("button", name="Show or hide the navigation").click()
    page.get_by_role("link", name="Message log").click()
    expect(page).to_have_url(re.compile(reverse("admin:messaging_outbound_changelist")))
    expect(page.get_by_role("heading", name="Message log")).to_be_visible()
    assert complaints == []
