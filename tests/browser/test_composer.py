"""Writing a message in a real Chromium: the preview follows the typing, tabs keep their place, figures keep moving."""

import pytest
from django.urls import reverse
from playwright.sync_api import Dialog, Page, expect

from messaging.actions.runs.lifecycle import start_due
from messaging.models import MessagingCampaign, Outbound
from messaging.states import Reason, State
from tests import factories
from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    return sign_in(factories.staff("Admin"))


def open_new_message(page: Page) -> None:
    campaign = factories.messaging_campaign(live=False)
    page.goto(f"{reverse('admin:messaging_smsmessage_add')}?campaign={campaign.pk}")
    page.get_by_role("tab", name="Creative").click()


def test_the_phone_and_the_count_follow_the_typing(page: Page, complaints: list[str]) -> None:
    factories.customer(first_name="Grace")
    open_new_message(page)
    page.get_by_label("Ends with").fill("")
    page.get_by_label("Message", exact=True).fill("Hello ")
    page.get_by_text("Insert field", exact=True).click()
    page.get_by_label("Field", exact=True).select_option("first_name")
    expect(page.get_by_text("100 % of the audience have a value, such as “Grace”")).to_be_visible()
    page.get_by_label("For people without a value").fill("there")
    page.get_by_role("button", name="Insert", exact=True).click()
    expect(page.locator(".ol-bubble")).to_have_text("Hello Grace")
    expect(page.locator("#message-count")).to_contain_text("149 left in this part · 1 message · GSM-7")
    expect(page.get_by_text("1 message for each person of 1 person")).to_be_visible()
    page.get_by_label("Viewing as").select_option("missing")
    expect(page.locator(".ol-bubble")).to_have_text("Hello there")
    assert complaints == []


def test_dear_characters_are_cleaned_by_one_button(page: Page) -> None:
    open_new_message(page)
    page.get_by_label("Message", exact=True).fill("It’s on")
    expect(page.locator("#message-count mark")).to_have_text("’")
    page.get_by_text("Clean characters").click()
    page.get_by_role("button", name="Use this text").click()
    expect(page.get_by_label("Message", exact=True)).to_have_value("It's on")


def test_only_numbers_of_the_chosen_provider_are_offered(page: Page) -> None:
    ours, other = factories.sender(), factories.sender()
    open_new_message(page)
    page.get_by_label("Message Provider").select_option(str(ours.provider_id))
    expect(page.locator(f"#id_sender option[value='{ours.pk}']")).to_be_enabled()
    expect(page.locator(f"optgroup[label='{other.provider}']")).to_have_count(0)


def test_triggered_asks_for_an_event_and_not_for_a_date(page: Page) -> None:
    open_new_message(page)
    page.get_by_role("tab", name="Creative").press("ArrowLeft")
    expect(page.get_by_label("Event", exact=True)).to_be_hidden()
    page.get_by_label("Triggered").check()
    expect(page.get_by_label("Event", exact=True)).to_be_visible()
    expect(page.get_by_label("Delivery date/time: date")).to_be_hidden()


def test_saving_comes_back_to_the_tab_it_was_pressed_on(page: Page) -> None:
    open_new_message(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was saved.")).to_be_visible()
    expect(page.get_by_role("tab", name="Creative")).to_have_attribute("aria-selected", "true")


def test_a_person_is_looked_for_and_the_text_shown_as_theirs(page: Page) -> None:
    factories.customer(first_name="Ada")
    factories.customer(first_name="Grace", last_name="Hopper")
    open_new_message(page)
    page.get_by_label("Message", exact=True).fill("Hello {{ first_name }}")
    page.get_by_label("Viewing as").select_option("find")
    page.get_by_label("Name, external ID or number").fill("hopper")
    expect(page.locator(".ol-bubble")).to_contain_text("Hello Grace")


def test_leaving_with_something_unsaved_asks_first(page: Page) -> None:
    open_new_message(page)
    page.get_by_label("Message", exact=True).fill("Half a thought")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("link", name="Back to the campaign").click()
    expect(page.get_by_label("Message", exact=True)).to_have_value("Half a thought")
    assert asked == ["beforeunload"]


def test_a_login_that_expired_gives_back_what_was_typed(page: Page, complaints: list[str]) -> None:
    open_new_message(page)
    page.get_by_label("Message", exact=True).fill("A text of an hour")
    address, staff = page.url, factories.staff("Admin")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("[name=username]").fill(staff.username)
    page.locator("[name=password]").fill(factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(address)
    page.get_by_role("tab", name="Creative").click()
    expect(page.get_by_label("Message", exact=True)).to_have_value("A text of an hour")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was saved.")).to_be_visible()
    page.goto(address)
    expect(page.get_by_text("is here again")).to_have_count(0)
    assert complaints == []


@pytest.fixture
def running() -> MessagingCampaign:
    programme = factories.opt_in_campaign()
    factories.subscription(programme, factories.customer(numbers=[factories.number()]))
    campaign = factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    return campaign


def test_a_running_send_shows_its_figures_as_they_change(
    page: Page, running: MessagingCampaign, complaints: list[str]
) -> None:
    page.goto(reverse("admin:messaging_messagingcampaign_change", args=[running.pk]))
    expect(page.get_by_role("img", name="1 waiting")).to_be_visible()
    Outbound.objects.update(state=State.CANCELLED, reason=Reason.STOPPED)
    expect(page.get_by_role("img", name="1 cancelled")).to_be_visible()
    assert complaints == []


def test_a_launched_message_is_shown_on_the_phone(page: Page, complaints: list[str]) -> None:
    factories.customer()
    campaign = factories.messaging_campaign(factories.scheduled(factories.opt_in_campaign()), due=False)
    page.goto(reverse("admin:messaging_smsmessage_change", args=[campaign.messages.get().pk]))
    page.get_by_role("tab", name="Creative").click()
    expect(page.locator(".ol-bubble")).to_have_text("Hello from Acme")
    assert complaints == []
