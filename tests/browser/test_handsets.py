"""Handsets as the room in which colleagues learn, in a real Chromium: each text says what happened behind it."""

import pytest
from playwright.sync_api import BrowserContext

from tests import factories
from tests.browser.handsets import Handsets
from tests.fixtures.browser import Album
from tests.fixtures.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_phone_shows_what_its_texts_did(
    context: BrowserContext, product: Product, complaints: list[str], album: Album
) -> None:
    factories.opt_in_campaign(name="Spring offers", keywords=["SPRING"], sender=product.short_code)
    page = context.new_page()
    alex = Handsets(page, product.simulator.url, product.work).of("Alex")
    alex.texts("spring")
    alex.says_behind("Joins a campaign: The whole text is a campaign's keyword. Opted in (Spring offers).")
    alex.texts("please leave me alone")
    alex.says_behind("Opted out (Spring offers); Suppressed (every text from us).")
    album.keep(page, "handsets-explained")
    assert complaints == []
