"""The dashboard without a mouse, in a real Chromium."""

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from tests import factories
from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HAS_FOCUS = "(element) => element === document.activeElement"
BEHIND_THE_BAR = """() => {
    const focused = document.activeElement;
    const bar = document.querySelector(".ol-bar").getBoundingClientRect();
    return !focused.closest(".ol-bar") && focused.closest("#options-form")
        && focused.getBoundingClientRect().top > bar.top ? focused.outerHTML : null;
}"""


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    return sign_in(factories.staff("Admin"))


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab as often as it takes."""
    target.wait_for()
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate(HAS_FOCUS):
            return
    raise AssertionError(f"Tab does not lead to {target}.")


def test_a_campaign_is_created_by_keyboard(page: Page, complaints: list[str]) -> None:
    page.goto(reverse("admin:index"))
    tab_to(page, page.get_by_role("link", name="Create Campaign"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="SMS Opt-In Lets people join"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name of the campaign")).to_be_focused()
    page.keyboard.type("Spring offers")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Spring offers", level=2)).to_be_visible()
    assert complaints == []


def test_the_tabs_of_a_message_go_by_arrows_and_tab_leads_into_them(page: Page, complaints: list[str]) -> None:
    campaign = factories.messaging_campaign(live=False)
    page.goto(f"{reverse('admin:messaging_smsmessage_add')}?campaign={campaign.pk}")
    tab_to(page, page.get_by_role("tab", name="Setup"))
    for name in ("Creative", "Targeting", "Notes", "Setup"):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name=name)).to_be_focused()
        expect(page.get_by_role("tabpanel")).to_have_attribute("id", f"panel-{name.lower()}")
    page.keyboard.press("ArrowRight")
    tab_to(page, page.get_by_label("Message", exact=True))
    page.keyboard.type("Hello")
    expect(page.locator(".ol-bubble")).to_contain_text("Hello")
    assert complaints == []


def test_what_has_the_focus_is_never_behind_the_bar_at_the_foot(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 600})
    page.goto(reverse("admin:optins_globalcampaign_options", args=[factories.global_campaign().pk]))
    page.get_by_label("Message Provider").focus()
    hidden = []
    for _ in range(16):
        page.keyboard.press("Tab")
        hidden.append(page.evaluate(BEHIND_THE_BAR))
    assert [element for element in hidden if element] == []
    expect(page.get_by_role("button", name="Save")).to_be_visible()
