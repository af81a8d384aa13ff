"""A fresh profile of Chromium for each test, and what the browser has to say against the pages."""

from collections.abc import Callable, Generator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from tests.fixtures.browser import PATIENCE_MS

TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy: ${event.violatedDirective} refused ${event.blockedURI}`))"""

SignIn = Callable[[User], Page]


@pytest.fixture
def context(chromium: Browser, live_server: LiveServer) -> Generator[BrowserContext, None, None]:
    context = chromium.new_context(base_url=live_server.url)
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(TELL_VIOLATIONS)
    yield context
    context.close()


@pytest.fixture
def sign_in(context: BrowserContext, client: Client) -> SignIn:
    """Opens a page of somebody who is signed in to the dashboard."""

    def signed_in(user: User) -> Page:
        client.force_login(user)
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "domain": "localhost", "path": "/"}])
        return context.new_page()

    return signed_in


@pytest.fixture
def complaints(context: BrowserContext) -> list[str]:
    """Errors, warnings and refused scripts, of all pages of the test. It is to be empty at its end."""
    heard: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            heard.append(f"{message.page.url if message.page else ''}: {message.text}")

    context.on("console", listen)
    context.on("weberror", lambda error: heard.append(str(error.error)))
    return heard
