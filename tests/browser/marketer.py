"""A marketer at the dashboard: each method is a step of the guide, done with mouse and keyboard as a person would."""

import datetime as dt

from django.utils import timezone
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests import factories
from tests.fixtures.browser import Album
from tests.fixtures.product import SHORT_CODE

WELCOME = "Welcome to Acme Offers! Msg&data rates may apply. 4 msgs/month. Reply HELP for help, STOP to cancel."
STOPPED = "This is Acme Offers. You have now been opted out. Reply START to opt back in."
HELP = "This is Acme Offers. 4 msgs/month. Reply STOP to cancel. For further information go to acme.example."
NO_MATCH = "Sorry, we did not understand that. Reply HELP for help, or STOP to cancel."
# On a line of its own in the text; a page shows a line break as a space.
CLOSING = "Reply STOP to cancel."
ASK = "Acme Offers: reply YES to get 4 msgs/month. Msg&data rates may apply. Reply HELP for help, STOP to cancel."
CONFIRMED = "Acme Offers: you are in! 4 msgs/month. Msg&data rates may apply. Reply HELP for help, STOP to cancel."

PROGRAMME = "Spring offers"
NEWS = "Spring news"
EVENT = "order_shipped"


class Marketer:
    """Knows the words on the screens, and nothing of the code behind them."""

    def __init__(self, page: Page, album: Album) -> None:
        self.page = page
        self.album = album

    # --- Steps of the guide ------------------------------------------------------------------

    def logs_in(self, username: str) -> None:
        self.page.goto("/admin/")
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(factories.PASSWORD)
        self.presses("Log in")
        expect(self.page.get_by_role("heading", name="First steps")).to_be_visible()

    def sets_up_the_global_opt_in(self) -> None:
        self._chooses("Global SMS Opt-In", role="button")
        self.follows("Edit global SMS opt-in options")
        self._chooses_the_number()
        self.field("Welcome message").fill(WELCOME)
        self.field("Global Opt-Out message").fill(STOPPED)
        self.field("Help message").fill(HELP)
        self.field("No Match message").fill(NO_MATCH)
        self.album.keep(self.page, "global-options")
        self.presses("Save")
        self.sees("The global SMS opt-in options were saved.")
        self.sees("Live: these keywords and answers hold on every number.")

    def creates_an_opt_in_that_asks_for_yes(self) -> None:
        self.album.keep(self._opens_the_chooser(), "create-campaign")
        self._creates("SMS Opt-In", PROGRAMME)
        self.follows("Edit Options")
        self._chooses_the_number()
        self.field("Opt In Keywords").fill("SPRING")
        expect(self.field("Welcome message")).to_be_visible()
        self.page.get_by_label("Requires double opt in using global keyword YES").check()
        expect(self.field("Welcome message")).to_have_count(0)
        self.field("Message that asks for YES").fill(ASK)
        self.field("Confirmation message").fill(CONFIRMED)
        self.album.keep(self.page, "opt-in-options", begin=self.page.locator(".ol-card").nth(1))
        self.presses("Save")
        self.sees("The opt-in options were saved.")

    def launches(self, campaign: str) -> None:
        self.follows("Launch")
        self.presses("Launch")
        self.sees(f"“{campaign}” was launched.")

    def reviews_and_launches(self, campaign: str) -> None:
        self.follows("Launch")
        self.page.get_by_role("button", name="Send 2 messages").wait_for()
        for box in self.page.locator(".ol-cautions").get_by_role("checkbox").all():
            box.check()
        self.album.keep(self.page, "review")
        self.presses("Send 2 messages")
        self.sees(f"“{campaign}” was launched.")

    def imports(self, csv: str) -> None:
        self.page.goto("/admin/campaigns/customerimport/add/")
        file = FilePayload(name="customers.csv", mimeType="text/csv", buffer=csv.encode())
        self.page.locator("input[type=file]").set_input_files(file)
        self.presses("Upload and preview")

    def runs_the_import(self) -> None:
        """As the preview shows it."""
        self.page.get_by_role("button", name="Run import").click()
        self.sees("The import was started.")

    def sees_what_was_imported(self, *, customers: int) -> None:
        tile = self.page.locator(".ol-stat", has_text="Customers created")
        expect(tile).to_contain_text(str(customers))

    def creates_a_messaging_campaign(self) -> None:
        self._opens_the_chooser()
        self._creates("Messaging", NEWS)

    def adds_a_scheduled_message(self) -> None:
        self.follows("Add Message: SMS Message")
        self.field("Name, for your colleagues").fill("Spring has come")
        self.page.get_by_label("Scheduled").check()
        tomorrow = timezone.now() + dt.timedelta(days=1)
        self.field("Delivery date/time: date").fill(f"{tomorrow:%Y-%m-%d}")
        self.field("Delivery date/time: time").fill("10:00")
        self.field("Time zone").select_option("America/New_York")
        self.album.keep(self.page, "message-setup")
        self._writes("Hi ", field="First name", rest=", spring has come.", preview="Hi Alex, spring has come.")
        self.album.keep(self.page, "composer", begin=self.page.get_by_role("tablist"))
        self._saves_the_message("Spring has come")

    def adds_a_triggered_message(self) -> None:
        self.follows("Add Message: SMS Message")
        self.field("Name, for your colleagues").fill("Order shipped")
        self.page.get_by_label("Triggered").check()
        self.field("Event").fill(EVENT)
        self._writes("", field="First name", rest=", your order has left.", preview="Alex, your order has left.")
        self._saves_the_message("Order shipped")

    def sees_on_the_bar(self, message: str, outcomes: str) -> None:
        """`outcomes` as a screen reader says them, such as "2 delivered, 1 left out"."""
        row = self.page.locator(".ol-messages li").filter(has_text=message)
        expect(row.get_by_role("img", name=outcomes)).to_be_visible()

    def looks_again(self, picture: str, *, begin: str) -> None:
        self.page.reload()
        self.page.wait_for_load_state("networkidle")
        self.album.keep(self.page, picture, begin=self.page.locator(begin))

    def opens(self, path: str, picture: str) -> None:
        self.page.goto(path)
        self.page.wait_for_load_state("networkidle")
        self.album.keep(self.page, picture)

    # --- What steps are made of --------------------------------------------------------------

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(label, exact=True)

    def presses(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def follows(self, link: str) -> None:
        self.page.get_by_role("link", name=link, exact=True).click()

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text, exact=True)).to_be_visible()

    def _opens_the_chooser(self) -> Page:
        self.page.get_by_role("link", name="Create Campaign").first.click()
        expect(self.page.get_by_text("What is it for?")).to_be_visible()
        return self.page

    def _chooses(self, card: str, *, role: str = "link") -> None:
        self._opens_the_chooser()
        self.page.locator(".ol-choice").filter(has_text=card).first.click()

    def _creates(self, card: str, name: str) -> None:
        self.page.locator(".ol-choice__title", has_text=card).get_by_text(card, exact=True).click()
        self.field("Name of the campaign").fill(name)
        self.presses("Create")
        expect(self.page.get_by_role("heading", name=name, level=2)).to_be_visible()

    def _chooses_the_number(self) -> None:
        self.field("Message Provider").select_option(label="Twilio SMS regression Jan")
        self.field("Target Phone Number").select_option(label=f"{SHORT_CODE} · Short code")

    def _writes(self, start: str, *, field: str, rest: str, preview: str) -> None:
        """The tab Creative: the text with a merge field in its middle, and what the phone shows of it."""
        self.page.get_by_role("tab", name="Creative").click()
        self._chooses_the_number()
        programme = self.field("Messaging Preference")
        programme.select_option(label=programme.locator("option", has_text="spring-offers").inner_text())
        self.field("Message").fill(start)
        self.page.get_by_text("Insert field", exact=True).click()
        self.field("Field").select_option(label=field)
        self.presses("Insert")
        self.page.keyboard.type(rest)
        expect(self.page.locator(".ol-bubble")).to_have_text(f"{preview} {CLOSING}")
        count = f"{160 - len(preview) - len(CLOSING) - 1} left in this part · 1 message · GSM-7"
        expect(self.page.locator("#message-count")).to_contain_text(count)

    def _saves_the_message(self, name: str) -> None:
        self.presses("Save")
        self.sees(f"“{name}” was saved.")
        self.follows(NEWS)
