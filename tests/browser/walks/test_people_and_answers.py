"""People: one person's page, the inbox, a doubtful text, and the phones on which colleagues learn."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from campaigns.models import Customer
from optins.models import Suppression
from tests import factories
from tests.browser.hands import Hands
from tests.fixtures.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADA = "+13135550101"


@pytest.fixture
def ada(product: Product) -> Customer:
    """Somebody who joined by text and was texted."""
    programme = factories.opt_in_campaign(keywords=["SPRING"], sender=product.short_code, name="Spring offers")
    person = factories.customer(numbers=[ADA], first_name="Ada", last_name="Lovelace")
    product.text_in(ADA, "spring")
    factories.messaging_campaign(factories.scheduled(programme, "Dear {{ birth_date }}", name="Birthday"))
    product.work()
    return person


def test_a_person_is_looked_into_and_opted_out(hands: Hands, ada: Customer) -> None:
    page = hands.page
    page.goto(reverse("admin:campaigns_customer_changelist"))
    hands.follow("Timeline of Ada Lovelace")
    hands.sees("May we text this person today?", "Everything, the newest first")
    hands.follow("Not sent")
    hands.sees("The customer has no value for a merge field of the message.")
    hands.write(page.get_by_label("Message", exact=True), "birthday")
    hands.push("Ask")
    expect(page.locator(".pe-verdicts li")).to_contain_text("No")
    hands.follow("Opt out")
    hands.write(page.get_by_label("How did the person ask to be taken off?"), "Asked for it on the telephone")
    hands.press(page.get_by_role("button", name="Opt out").last)
    hands.sees("Suppressed")
    assert Suppression.objects.get(lifted_at__isnull=True).number == ADA


def test_a_question_is_answered_from_the_inbox(hands: Hands, ada: Customer, product: Product) -> None:
    page = hands.page
    product.text_in(ADA, "Do you open on Sundays?")
    page.goto(reverse("admin:messaging_inbound_changelist"))
    hands.press(page.locator(f"#result_list a[href^='{reverse('admin:messaging_conversation', args=[ADA])}']").first)
    hands.sees("This person waits for an answer.")
    hands.write(page.get_by_label("Your words"), "Yes, from 10 to 6.")
    expect(page.locator("#reply-count")).to_contain_text("1 part · GSM-7")
    hands.push("Send the reply")
    hands.sees("Handled by")
    product.work()
    assert product.received(ADA)[-1] == "Yes, from 10 to 6."


def test_a_doubtful_text_is_decided_in_the_review_queue(hands: Hands, ada: Customer, product: Product) -> None:
    page = hands.page
    product.text_in(ADA, "I never signed up for this")
    page.goto(reverse("admin:index"))
    hands.follow("1 text may ask to stop and waits for your decision")
    hands.press(page.locator("#result_list a").first)
    hands.sees("I never signed up for this")
    hands.push("It is an opt-out")
    hands.sees("Read as an opt-out: the number gets no more texts.")
    assert Suppression.objects.get(lifted_at__isnull=True).number == ADA


def test_a_text_is_tried_in_the_laboratory(hands: Hands, ada: Customer) -> None:
    page = hands.page
    page.goto(reverse("admin:messaging_laboratory"))
    hands.write(page.get_by_label("Text", exact=True), "please stop texting me")
    hands.sees("Opted out")
    hands.write(page.get_by_label("Text", exact=True), "dont stop")
    expect(page.locator("#laboratory-result")).not_to_contain_text("Opted out")


def test_handsets_join_by_text_and_say_what_happened(hands: Hands, product: Product) -> None:
    page = hands.page
    factories.opt_in_campaign(name="Spring offers", keywords=["SPRING"], sender=product.short_code)
    page.goto(product.simulator.url)
    phone = page.get_by_role("region", name="Phone of Alex")
    hands.press(phone.get_by_role("button", name=product.short_code.address))
    hands.write(phone.get_by_role("textbox"), "spring")
    page.keyboard.press("Enter")
    expect(phone.locator(".sent .explanation").last).to_contain_text("Opted in (Spring offers)")
    hands.press(phone.get_by_role("button", name="STOP", exact=True))
    expect(phone.locator(".sent .explanation").last).to_contain_text("Opted out (Spring offers)")
    hands.sees("Opted out")
