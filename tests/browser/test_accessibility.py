"""Every page under axe, in a real Chromium: no fault against WCAG 2.2 at the levels A and AA.

Each is looked at on a desktop in daylight and then on a telephone in the dark. None is wider than its screen.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from config.roles import ADMIN
from messaging.models import LaunchRules
from tests import factories
from tests.browser.conftest import SignIn
from tests.config.test_pages import addresses
from tests.fixtures.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADA = "+13135550101"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ASKED = {"resultTypes": ["violations"], "runOnly": LEVELS}
DAYLIGHT, DARK = "document.documentElement.classList.remove('dark')", "document.documentElement.classList.add('dark')"
LOOKS = ((1280, DAYLIGHT), (390, DARK))


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    LaunchRules.objects.get_or_create(only=True)  # tests in a browser begin without the rows that migrations write
    page = sign_in(factories.staff(ADMIN))
    # Colours on their way from one theme to the other are neither's.
    page.emulate_media(reduced_motion="reduce")
    return page


def faults(page: Page, path: str) -> Iterator[str]:
    """What axe finds on a page, as "path at width: rule: element"."""
    page.goto(path)
    page.wait_for_load_state("load")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 844})
        page.evaluate(theme)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            yield f"{path} at {width}: wider than the screen"
        for rule in Axe().run(page, options=ASKED).response["violations"]:
            for node in rule["nodes"]:
                yield f"{path} at {width}: {rule['id']}: {node['html'][:200]}: {node['failureSummary']}"


def is_a_page(answer: Any) -> bool:
    """Whether the answer is a whole page, and not a part of one or a file."""
    return answer.status_code == 200 and b"<html" in getattr(answer, "content", b"")


def pages_of_a_busy_house(product: Product) -> Sequence[str]:
    """Somebody joined, was texted and asked to be left alone: there is something to see on most pages."""
    programme = factories.opt_in_campaign(keywords=["SPRING"], sender=product.short_code, slug="spring-offers")
    product.text_in(ADA, "spring")
    factories.messaging_campaign(factories.scheduled(programme, "Hello " * 40))
    product.work()
    product.text_in(ADA, "Please stop sending me these texts!")
    client = factories.signed_in(ADMIN)
    of_a_number = [reverse(f"admin:messaging_{name}", args=[ADA]) for name in ("conversation", "evidence")]
    inside = [path for path in [*addresses(), *of_a_number] if is_a_page(client.get(path))]
    # The reference of the API is Swagger's own page, for whoever writes apps.
    return [*inside, "/c/spring-offers", "/stop", product.simulator.url]


def test_no_page_has_a_fault(page: Page, product: Product) -> None:
    paths = pages_of_a_busy_house(product)
    assert len(paths) > 70
    assert [fault for path in paths for fault in faults(page, path)] == []


def test_the_door_has_no_fault(page: Page) -> None:
    page.context.clear_cookies()
    assert list(faults(page, reverse("admin:login"))) == []
