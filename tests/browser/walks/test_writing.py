"""A message is written: merge fields, dear characters, a misspelt field, and whom it meets."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from messaging.models import SmsMessage
from tests import factories
from tests.browser.hands import Hands

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def new_message(hands: Hands) -> None:
    campaign = factories.messaging_campaign(live=False)
    hands.page.goto(f"{reverse('admin:messaging_smsmessage_add')}?campaign={campaign.pk}")


def test_a_text_is_written_and_cleaned_and_counted(hands: Hands) -> None:
    page = hands.page
    factories.customer(first_name="Grace")
    new_message(hands)
    hands.press(page.get_by_role("tab", name="Creative"))
    hands.write(page.get_by_label("Ends with"), "STOP to stop.")
    hands.write(page.get_by_label("Message", exact=True), "It’s on, ")
    expect(page.locator("#message-count mark")).to_have_text("’")
    hands.press(page.get_by_text("Clean characters"))
    hands.push("Use this text")
    hands.press(page.get_by_text("Insert field", exact=True))
    hands.choose(page.get_by_label("Field", exact=True), "First name")
    hands.write(page.get_by_label("For people without a value"), "there")
    hands.push("Insert")
    expect(page.locator(".ol-bubble")).to_have_text("It's on, Grace STOP to stop.")
    hands.choose(page.get_by_label("Viewing as"), "somebody without")
    expect(page.locator(".ol-bubble")).to_have_text("It's on, there STOP to stop.")
    hands.sees("1 message for each person of 1 person")


def test_a_misspelt_field_is_refused_with_the_right_one(hands: Hands) -> None:
    page = hands.page
    new_message(hands)
    hands.write(page.get_by_label("Name, for your colleagues"), "Spring")
    hands.press(page.get_by_role("tab", name="Creative"))
    hands.write(page.get_by_label("Message", exact=True), "Hi {{ frist_name }}")
    hands.push("Save")
    hands.sees("first_name")
    hands.write(page.get_by_label("Message", exact=True), "Hi {{ first_name }}")
    hands.push("Save")
    hands.sees("“Spring” was saved.")
    assert SmsMessage.objects.get().body == "Hi {{ first_name }}"
