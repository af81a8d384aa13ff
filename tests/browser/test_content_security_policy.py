"""The dashboard in a real Chromium: every page works, and none breaks the content security policy."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from messaging.models import LaunchRules
from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(sign_in: SignIn, admin_user: User) -> Page:
    """A page of somebody who may do everything. Tests in a browser begin without the rows that migrations write."""
    LaunchRules.objects.get_or_create(only=True)
    return sign_in(admin_user)


def open_page(page: Page, path: str) -> None:
    """Go there and wait until Alpine has started: it uncovers the page."""
    page.goto(path)
    expect(page.locator("html")).not_to_have_attribute("x-cloak", "")


def every_path() -> list[str]:
    models = [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]
    lists = [reverse(f"admin:{name}_changelist") for name in models]
    forms = [reverse(f"admin:{name}_add") for name in models]
    return [reverse("admin:index"), reverse("admin:password_change"), *lists, *forms]


def test_no_page_breaks_the_policy(page: Page, complaints: list[str]) -> None:
    for path in every_path():
        open_page(page, path)
    # Pages that nobody may add to by hand answer 403; the browser remarks on it.
    assert [complaint for complaint in complaints if "status of 403" not in complaint] == []


def test_somebody_logs_in(context: BrowserContext, admin_user: User) -> None:
    page = context.new_page()
    open_page(page, reverse("admin:login"))
    page.get_by_label("Username").fill(admin_user.get_username())
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile(r"/admin/$"))


def test_the_sidebar_stays_as_somebody_left_it(page: Page, complaints: list[str]) -> None:
    open_page(page, reverse("admin:index"))
    page.get_by_role("button", name="Show or hide the navigation").press("Enter")
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    page.reload()
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    assert complaints == []


def test_the_dark_theme_is_chosen_by_keyboard_and_stays(page: Page, complaints: list[str]) -> None:
    open_page(page, reverse("admin:index"))
    page.get_by_role("button", name="admin").last.press("Enter")
    page.get_by_role("button", name="Dark").press("Enter")
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    page.reload()
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    assert complaints == []


def test_the_search_opens_a_page_by_keyboard(page: Page, complaints: list[str]) -> None:
    open_page(page, reverse("admin:index"))
    page.keyboard.press("Control+k")
    page.get_by_label("Type to search").press_sequentially("users")
    expect(page.locator("#command-results-list li")).not_to_have_count(0)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(reverse("admin:auth_user_changelist")))
    assert complaints == []


def test_the_navigation_opens_on_a_telephone(page: Page, complaints: list[str]) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, reverse("admin:index"))
    page.get_by_role("button", name="Show or hide the navigation").click()
    expect(page.locator("#nav-sidebar")).to_be_visible()
    page.get_by_role("button", name="Close").first.click()
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    assert complaints == []
