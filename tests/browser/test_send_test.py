"""Send test in a real Chromium: one's own phone is proven, and a test of a message arrives on it."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.conftest import SignIn
from tests.browser.test_keyboard import tab_to
from tests.fixtures.browser import Album
from tests.fixtures.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE = "document.documentElement.scrollWidth"
GRACE = "+13135550177"


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    factories.forget_limits()
    return sign_in(factories.staff("Marketer", username="grace"))


def prove_the_phone(page: Page, product: Product) -> None:
    page.get_by_role("link", name="Verify your own number").click()
    tab_to(page, page.get_by_label("My number"))
    page.keyboard.type(GRACE)
    page.keyboard.press("Enter")
    expect(page.get_by_text("A code is on its way.")).to_be_visible()
    product.work()
    tab_to(page, page.get_by_label("Code", exact=True))
    page.keyboard.type(re.findall(r"\d{6}", product.received(GRACE)[-1])[0])
    page.keyboard.press("Enter")
    expect(page.get_by_text("The number is yours.")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_test_arrives_and_its_state_is_told(
    page: Page, product: Product, complaints: list[str], album: Album, width: int
) -> None:
    factories.global_campaign(sender=product.short_code)
    programme = factories.opt_in_campaign(sender=product.short_code)
    factories.customer(external_id="ada", first_name="Ada")
    message = factories.scheduled(programme, "Acme: hi {{ first_name }}, spring has come.", name="Spring")
    campaign = factories.messaging_campaign(message, live=False, due=False)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(reverse("admin:messaging_smsmessage_change", args=[campaign.messages.get().pk]))
    page.get_by_role("link", name="Send test").click()
    prove_the_phone(page, product)
    page.goto(reverse("admin:messaging_smsmessage_test", args=[campaign.messages.get().pk]))
    expect(page.get_by_role("checkbox", name="grace")).to_be_checked()
    page.get_by_label("With the data of").fill("ada")
    page.get_by_role("button", name="Send test").click()
    expect(page.get_by_text("The test is on its way.")).to_be_visible()
    product.work()
    expect(page.get_by_role("cell", name="Delivered")).to_be_visible()
    assert product.received(GRACE)[-1] == "Acme: hi Ada, spring has come."
    assert page.evaluate(WIDE) <= width
    album.keep(page, f"send-test-{width}")
    assert complaints == []
