"""Somebody who reads Spanish, in a real Chromium: by their browser's wish, by the switch, by keyboard."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import factories
from tests.browser.conftest import SignIn
from tests.browser.test_keyboard import tab_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    return sign_in(factories.staff("Admin"))


def speaks_spanish(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("lang", "es")


def opens_the_menu(page: Page) -> None:
    page.locator("#nav-sidebar").get_by_text("unfold_more").click()


def test_the_switch_makes_the_dashboard_spanish_and_a_refusal_too(page: Page, complaints: list[str]) -> None:
    page.goto(reverse("admin:campaigns_campaign_create"))
    opens_the_menu(page)
    page.get_by_role("button", name="Español").click()
    speaks_spanish(page)
    page.get_by_role("link", name="Alta por SMS").click()
    page.get_by_role("button", name="Crear", exact=True).click()
    expect(page.get_by_text("Dé un nombre a la campaña.")).to_be_visible()
    page.get_by_label("Nombre de la campaña").fill("Ofertas de primavera")
    page.get_by_role("button", name="Crear", exact=True).click()
    expect(page.get_by_role("heading", name="Ofertas de primavera", level=2)).to_contain_text("Borrador")
    page.get_by_role("link", name="Lanzar").click()
    expect(page.get_by_text("Antes de poder lanzar")).to_be_visible()
    assert complaints == []


def test_the_switch_is_reached_by_keyboard_and_leads_back(page: Page, complaints: list[str]) -> None:
    page.goto(reverse("admin:index"))
    tab_to(page, page.locator("#nav-sidebar [role=button]").last)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Español").focus()
    page.keyboard.press("Enter")
    speaks_spanish(page)
    opens_the_menu(page)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert complaints == []


def test_a_browser_that_asks_for_spanish_is_greeted_in_it(chromium: Browser, live_server: LiveServer) -> None:
    context = chromium.new_context(base_url=live_server.url, locale="es-US")
    page = context.new_page()
    page.goto("/stop")
    speaks_spanish(page)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stop our texts")
    context.close()
