"""One Chromium for the tests of a module, and a fresh profile in it for each test."""

import shutil
from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from pytest_django.live_server_helper import LiveServer

TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy: ${event.violatedDirective} refused ${event.blockedURI}`))"""


@pytest.fixture(scope="module")
def chromium() -> Generator[Browser, None, None]:
    # Playwright's loop runs in the thread of the tests, which Django would otherwise keep from the database.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_playwright() as playwright:
            yield playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )


@pytest.fixture
def context(chromium: Browser, live_server: LiveServer) -> Generator[BrowserContext, None, None]:
    context = chromium.new_context(base_url=live_server.url)
    context.set_default_timeout(5_000)
    context.add_init_script(TELL_VIOLATIONS)
    yield context
    context.close()
