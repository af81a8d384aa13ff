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


def test_a_text_is_answered_by_keyboard_alone(
    page: Page, ada: Customer, product: Product, complaints: list[str], album: Album
) -> None:
    page.goto(f"{reverse('admin:messaging_inbound_changelist')}?todo=answer")
    tab_to(page, page.locator(f"#result_list a[href^='{reverse('admin:messaging_conversation', args=[ADA])}']"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("This person waits for an answer.")).to_be_visible()
    tab_to(page, page.get_by_label("Your words"))
    page.keyboard.type("Yes, from 10 to 6.")
    expect(page.locator("#reply-count")).to_contain_text("1 part · GSM-7")
    album.keep(page, "conversation")
    tab_to(page, page.get_by_role("button", name="Send the reply"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Handled by")).to_be_visible()
    product.work()
    assert product.received(ADA)[-1] == "Yes, from 10 to 6."
    assert complaints == []


def test_a_doubtful_text_is_decided_beside_its_conversation(
    page: Page, ada: Customer, product: Product, complaints: list[str], album: Album
) -> None:
    product.text_in(ADA, "I never signed up for this")
    page.goto(reverse("admin:messaging_conversation", args=[ADA]))
    tab_to(page, page.get_by_label("Reason"))
    album.keep(page, "conversation-doubtful")
    tab_to(page, page.get_by_role("button", name="It is an opt-out"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Read as an opt-out: the number gets no more texts.")).to_be_visible()
    expect(page.get_by_role("button", name="Send the reply")).to_have_count(0)
    assert complaints == []
