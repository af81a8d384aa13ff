"""The inbox in a real Chromium, by keyboard alone: it opens on who waits, and one conversation leads to the next."""

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
WAITING = ("+13135550101", "+13135550102")


@pytest.fixture
def page(sign_in: SignIn, product: Product) -> Page:
    factories.opt_in_campaign(sender=product.short_code)
    for number in WAITING:
        product.text_in(number, "Do you open on Sundays?")
    return sign_in(factories.staff("Launcher"))


@pytest.mark.parametrize("width", [390, 1280])
def test_who_waits_is_answered_one_after_the_other(page: Page, complaints: list[str], album: Album, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(reverse("admin:messaging_inbound_changelist"))
    expect(page.get_by_role("navigation", name="To do")).to_contain_text("Needs an answer (2)")
    assert page.evaluate(WIDE) <= width
    album.keep(page, f"inbox-{width}")
    page.goto(reverse("admin:messaging_conversation", args=[WAITING[0]]))
    tab_to(page, page.get_by_role("button", name="Mark as handled"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 other person waits for an answer.")).to_be_visible()
    tab_to(page, page.get_by_role("link", name="Next conversation"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("This person waits for an answer.")).to_be_visible()
    expect(page.get_by_text("Nobody else waits for an answer.")).to_be_visible()
    assert page.evaluate(WIDE) <= width
    assert complaints == []


@pytest.mark.parametrize("width", [390, 1280])
def test_a_list_is_kept_and_forgotten(page: Page, complaints: list[str], album: Album, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{reverse('admin:messaging_outbound_changelist')}?state__exact=queued")
    tab_to(page, page.get_by_label("Keep this filter as"))
    page.keyboard.type("What waits")
    page.keyboard.press("Enter")
    mine = page.get_by_role("navigation", name="Your filters")
    expect(mine.get_by_role("link", name="What waits", exact=True)).to_have_attribute("aria-current", "true")
    assert page.evaluate(WIDE) <= width
    album.keep(page, f"kept-filter-{width}")
    tab_to(page, mine.get_by_role("link", name="Forget the filter “What waits”"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Forget"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("“What waits” is forgotten.")).to_be_visible()
    assert complaints == []
