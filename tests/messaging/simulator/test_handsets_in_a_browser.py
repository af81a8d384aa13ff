"""The Handsets page in a real Chromium: text in, read the answer, find everything again after a reload."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from twilio.rest import Client

from tests.fixtures.simulator import Simulator
from tests.messaging.simulator.conftest import LONG_CODE, PHONE, SHORT_CODE, Webhook

pytestmark = pytest.mark.browser


@pytest.fixture
def handsets(chromium: Browser, simulator: Simulator, webhook: Webhook) -> Iterator[Page]:
    """The page with its two first phones; an error in its script or against its CSP fails the test."""
    page = chromium.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if "Security" in line.text else None)
    page.goto(simulator.url)
    expect(page.get_by_role("status")).to_have_text("Live")
    yield page
    page.context.close()
    assert problems == []


def test_a_person_texts_and_reads_the_answer(handsets: Page, simulator: Simulator, client: Client) -> None:
    alex = handsets.get_by_role("region", name="Phone of Alex")
    alex.get_by_role("button", name="+1 872 666 9682").click()
    alex.get_by_role("textbox").fill("<b>Hello</b>")
    alex.get_by_role("textbox").press("Enter")
    expect(alex.locator(".sent")).to_contain_text("<b>Hello</b>")
    alex.get_by_role("button", name="STOP").click()
    expect(alex.locator(".received")).to_contain_text("From the carrier")
    handsets.reload()
    expect(alex.locator(".bubble")).to_have_count(3)
    alex.get_by_role("button", name="All conversations").click()
    client.messages.create(to=PHONE, from_=SHORT_CODE, body="Your code is 123456.")
    expect(alex.locator(f"[data-sender='{SHORT_CODE}']")).to_contain_text("Your code is 123456.")
    expect(alex.locator(".row-unread:visible")).to_have_text("1 new")


def test_a_phone_can_be_added_and_shows_what_never_arrived(
    handsets: Page, simulator: Simulator, client: Client
) -> None:
    handsets.get_by_label("Phone number").fill("12")
    handsets.get_by_role("button", name="Add phone").click()
    expect(handsets.locator("#add-problem")).to_contain_text("E.164")
    handsets.get_by_label("Phone number").fill("+1 500 555 0305")
    handsets.get_by_role("button", name="Add phone").click()
    phone = handsets.get_by_role("region", name="Phone of +1 500 555 0305")
    client.messages.create(to="+15005550305", from_=LONG_CODE, body="Hello?")
    phone.get_by_role("button", name="+1 872 666 9682").click()
    expect(phone.locator(".received.fault")).to_contain_text("Not delivered · error 30005")
    phone.get_by_role("button", name="Remove the phone").click()
    expect(phone).to_have_count(0)
