"""One person, the inbox and the conversation in a real Chromium, with the mouse and by keyboard alone."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from campaigns.models import Customer
from tests import factories
from tests.browser.conftest import SignIn
from tests.browser.test_keyboard import tab_to
from tests.fixtures.browser import Album
from tests.fixtures.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADA = "+13135550101"


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    return sign_in(factories.staff("Admin"))


@pytest.fixture
def ada(product: Product) -> Customer:
    """Somebody who joined by text, was texted, and asked something."""
    programme = factories.opt_in_campaign(keywords=["SPRING"], sender=product.short_code, name="Spring offers")
    person = factories.customer(numbers=[ADA], external_id="ada-1")
    product.text_in(ADA, "spring")
    factories.messaging_campaign(factories.scheduled(programme, "Hi {{ first_name }}, spring has come.", name="News"))
    factories.messaging_campaign(factories.scheduled(programme, "Dear {{ birth_date }}", name="Birthday"))
    product.work()
    product.text_in(ADA, "Do you open on Sundays?")
    return person


def test_a_person_is_read_by_keyboard_alone(page: Page, ada: Customer, complaints: list[str], album: Album) -> None:
    page.goto(reverse("admin:campaigns_customer_changelist"))
    tab_to(page, page.get_by_role("link", name="Timeline of Ada Lovelace"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Everything, the newest first")).to_be_visible()
    album.keep(page, "person")
    tab_to(page, page.get_by_role("link", name="Not sent", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator(".pe-entry")).to_have_count(1)
    expect(page.locator(".pe-entry")).to_contain_text("The customer has no value for a merge field of the message.")
    tab_to(page, page.get_by_label("Message", exact=True))
    page.keyboard.type("birthday")
    page.keyboard.press("Enter")
    expect(page.locator(".pe-verdicts li")).to_have_count(1)
    expect(page.locator(".pe-verdicts")).to_contain_text("No")
    assert complaints == []
