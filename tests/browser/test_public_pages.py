"""The pages for everybody in a real Chromium: the API's description, and the permalink without JavaScript."""

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from optins.models import Subscription
from tests import factories
from tests.optins.api.conftest import texted_code

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NUMBER = "+13139711649"


def test_the_api_page_shows_every_call_under_the_policy(context: BrowserContext) -> None:
    page = context.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))

    page.goto("/api/docs")

    expect(page.locator(".opblock")).to_have_count(6)
    page.get_by_role("button", name="Text a code to a number").click()
    expect(page.get_by_text("too_many_requests").first).to_be_visible()
    assert heard == []


def test_somebody_joins_on_a_telephone_without_javascript(chromium: Browser, live_server: LiveServer) -> None:
    factories.forget_limits()
    programme = factories.opt_in_campaign(name="Acme Offers")
    context = chromium.new_context(
        base_url=live_server.url, java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.goto(f"/c/{programme.slug}")
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Mobile number").fill("(313) 971-1649")
    page.get_by_label("By ticking this box").check()
    page.get_by_role("button", name="Send me the code").click()
    page.get_by_label("Code").fill(texted_code(NUMBER))
    page.get_by_role("button", name="Join Acme Offers").click()

    expect(page.get_by_role("heading", name="You are in")).to_be_visible()
    assert Subscription.objects.get(number=NUMBER).state == "opted_in"
    context.close()


def test_somebody_stops_our_texts_by_keyboard_without_javascript(chromium: Browser, live_server: LiveServer) -> None:
    factories.forget_limits()
    programme = factories.opt_in_campaign(name="Acme Offers")
    factories.subscription(programme, factories.customer(numbers=[NUMBER]), NUMBER)
    context = chromium.new_context(
        base_url=live_server.url, java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.goto(f"/c/{programme.slug}")
    page.get_by_role("link", name="Stop our texts").press("Enter")
    page.get_by_label("Mobile number").press("Enter")
    expect(page.get_by_text("Write the mobile number that we text.")).to_be_visible()
    page.get_by_label("Mobile number").fill("(313) 971-1649")
    page.get_by_label("Mobile number").press("Enter")
    page.get_by_label("Code").fill(texted_code(NUMBER))
    page.get_by_label("Code").press("Enter")

    expect(page.get_by_role("heading", name="Our texts have stopped")).to_be_visible()
    assert Subscription.objects.get(number=NUMBER).state == "opted_out"
    context.close()
