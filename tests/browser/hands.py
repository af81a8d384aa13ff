"""Two ways of working a page, with the mouse and by keyboard alone, so that one walk can be taken in both."""

import datetime as dt
from abc import ABC, abstractmethod

from playwright.sync_api import Locator, Page, expect

_IS_REACHED = "(element) => element === document.activeElement"
# Tabs and radio buttons are one stop of the Tab key each group; arrows lead on from there.
_IS_NEAR = """(element) => {
    const here = document.activeElement;
    const tabs = element.closest("[role=tablist]");
    return (tabs !== null && here.closest("[role=tablist]") === tabs)
        || (element.type === "radio" && here.type === "radio" && here.name === element.name);
}"""
_STOPS_ON_A_PAGE = 250
_LARGEST_GROUP = 12


class Hands(ABC):
    """How somebody works a page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @abstractmethod
    def press(self, target: Locator) -> None:
        """A button, a link, a tab or what opens a fold."""

    @abstractmethod
    def write(self, field: Locator, text: str) -> None:
        """In place of what stands there. Dates and times in ISO's spelling."""

    @abstractmethod
    def choose(self, select: Locator, label: str) -> None:
        """The option that begins with `label`."""

    @abstractmethod
    def tick(self, box: Locator) -> None:
        """A checkbox or radio button, whatever it was before."""

    def follow(self, link: str) -> None:
        self.press(self.page.get_by_role("link", name=link, exact=True).first)

    def push(self, button: str) -> None:
        self.press(self.page.get_by_role("button", name=button, exact=True).first)

    def sees(self, *words: str) -> None:
        """All of these stand on the page, which is no wider than the screen."""
        for said in words:
            expect(self.page.get_by_text(said).locator("visible=true").first).to_be_visible()
        screen = self.page.viewport_size
        assert screen is None or self.page.evaluate("document.documentElement.scrollWidth") <= screen["width"]


class Mouse(Hands):
    def press(self, target: Locator) -> None:
        target.click()

    def write(self, field: Locator, text: str) -> None:
        field.click()
        field.fill(text)

    def choose(self, select: Locator, label: str) -> None:
        options = select.locator("option").all_inner_texts()
        select.select_option(index=next(place for place, text in enumerate(options) if text.strip().startswith(label)))

    def tick(self, box: Locator) -> None:
        box.check()


class Keyboard(Hands):
    def press(self, target: Locator) -> None:
        self._reach(target)
        self.page.keyboard.press("Enter")

    def write(self, field: Locator, text: str) -> None:
        self._reach(field)
        match field.get_attribute("type"):
            case "date":
                self.page.keyboard.type(f"{dt.date.fromisoformat(text):%m%d%Y}")
            case "time":
                self.page.keyboard.type(f"{dt.time.fromisoformat(text):%I%M%p}")
            case _:
                self.page.keyboard.press("ControlOrMeta+a")
                self.page.keyboard.type(text)

    def choose(self, select: Locator, label: str) -> None:
        """By the first word, since a space may open the list, and on by arrows among those that begin so."""
        self._reach(select)
        self.page.keyboard.type(label.split()[0])
        for _ in range(_LARGEST_GROUP):
            if select.evaluate("(element) => element.selectedOptions[0].text.trim()").startswith(label):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{select} has no option {label}.")

    def tick(self, box: Locator) -> None:
        self._reach(box)
        if not box.is_checked():
            self.page.keyboard.press("Space")

    def _reach(self, target: Locator) -> None:
        """Tab from where the focus is, as often as it takes, and on by arrows within a group."""
        target.wait_for()
        for _ in range(_STOPS_ON_A_PAGE):
            if target.evaluate(_IS_REACHED):
                return
            if target.evaluate(_IS_NEAR):
                self._go_on_by_arrows(target)
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {target}.")

    def _go_on_by_arrows(self, target: Locator) -> None:
        for _ in range(_LARGEST_GROUP):
            if target.evaluate(_IS_REACHED):
                return
            self.page.keyboard.press("ArrowRight")
        raise AssertionError(f"Arrows do not lead to {target}.")
