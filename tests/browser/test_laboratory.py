"""The keyword laboratory in a real Chromium: the result follows the typing, and a phone shows it as well."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from optins.models import ConsentEvent
from tests import factories
from tests.browser.conftest import SignIn
from tests.fixtures.browser import Album

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_result_follows_the_typing(sign_in: SignIn, complaints: list[str], album: Album) -> None:
    factories.opt_in_campaign(keywords=["SPRING"])
    page = sign_in(factories.staff("Admin"))
    page.goto(reverse("admin:messaging_laboratory"))
    page.get_by_label("Text", exact=True).fill("please take me off your list")
    expect(page.get_by_role("heading", name="Wants no more texts")).to_be_visible()
    expect(page.locator(".ol-bubble")).to_have_text(factories.OPT_OUT)
    album.keep(page, "laboratory")
    page.get_by_label("By somebody of whom we know").select_option("stopped")
    page.get_by_label("Text", exact=True).fill("hello")
    expect(page.get_by_text("We answer nothing.")).to_be_visible()
    assert not ConsentEvent.objects.exists()
    assert complaints == []
