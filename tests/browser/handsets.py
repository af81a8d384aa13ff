"""People with their phones: the Handsets page of the simulated carrier, in the browser."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, Response, expect

from campaigns.phone import pretty
from tests.fixtures.product import SHORT_CODE


class Phone:
    """One phone on the Handsets page, with its conversation with our short code open."""

    def __init__(self, page: Page, owner: str, work: Callable[[], None]) -> None:
        self.page = page
        self.work = work
        self.phone = page.get_by_role("region", name=f"Phone of {owner}")
        self.phone.get_by_role("button", name=SHORT_CODE).click()

    def texts(self, body: str) -> None:
        """Type and send; whatever we owe in answer is on its way when this returns."""
        box = self.phone.get_by_role("textbox")
        box.fill(body)
        with self.page.expect_response(_is_a_text) as answer:
            box.press("Enter")
        assert answer.value.ok
        self.work()

    def reads(self, body: str) -> None:
        expect(self._received().last).to_have_text(body)

    def says_behind(self, words: str) -> None:
        """The line beneath the text that was sent last."""
        expect(self.phone.locator(".sent .explanation").last).to_contain_text(words)

    def has_received(self, count: int) -> None:
        expect(self._received()).to_have_count(count)

    def reads_a_code(self) -> str:
        """The six digits of the last text."""
        digits = re.compile(r"\b\d{6}\b")
        expect(self._received().last).to_have_text(digits)
        found = digits.search(self._received().last.inner_text())
        assert found is not None
        return found[0]

    def _received(self) -> Locator:
        return self.phone.locator(".received .body")


def _is_a_text(answer: Response) -> bool:
    return answer.request.method == "POST" and answer.url.endswith("/texts")


class Handsets:
    """The page with all phones."""

    def __init__(self, page: Page, address: str, work: Callable[[], None]) -> None:
        self.page = page
        self.work = work
        page.goto(address)
        expect(page.get_by_role("status")).to_have_text("Live")

    def of(self, owner: str) -> Phone:
        """One of the phones that lie there from the beginning."""
        return Phone(self.page, owner, self.work)

    def add(self, owner: str, number: str) -> Phone:
        self.page.get_by_label("Phone number").fill(pretty(number))
        self.page.get_by_label("Name (optional)").fill(owner)
        self.page.get_by_role("button", name="Add phone").click()
        return Phone(self.page, owner, self.work)
