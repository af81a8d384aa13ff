"""The screens of opt-ins in a real Chromium: what their scripts add, and that no page breaks the policy."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from optins.models import OptInCampaign
from tests.browser.conftest import SignIn
from tests.factories import (
    api_app,
    customer,
    global_campaign,
    opt_in_campaign,
    segment,
    sender,
    staff,
    subscription,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    """A page of somebody who may do everything."""
    return sign_in(staff("Admin"))


@pytest.fixture
def draft() -> OptInCampaign:
    global_campaign()
    return opt_in_campaign(keywords=["SPRING"], name="Spring offers", live=False)


def options(campaign: OptInCampaign) -> str:
    return reverse("admin:optins_optincampaign_options", args=[campaign.pk])


def test_keywords_are_chips_and_a_word_still_being_typed_counts(
    page: Page, draft: OptInCampaign, complaints: list[str]
) -> None:
    page.goto(options(draft))
    page.get_by_label("Opt In Keywords").fill("SUMMER")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Remove SPRING").click()
    page.get_by_label("Opt In Keywords").fill("AUTUMN")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("were saved")).to_be_visible()
    assert list(draft.keywords.values_list("word", flat=True)) == ["SUMMER", "AUTUMN"]
    assert complaints == []


@pytest.mark.parametrize("by_mouse", [True, False])
def test_leaving_a_keyword_box_makes_a_chip_and_keeps_the_cursor_where_it_went(page: Page, by_mouse: bool) -> None:
    page.goto(reverse("admin:optins_globalcampaign_options", args=[global_campaign().pk]))
    message = page.get_by_label("Help message")
    message.fill("")
    page.get_by_label("Help Keywords").click()
    page.keyboard.type("aide")
    if by_mouse:
        message.click()
    else:
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Remove aide")).to_be_visible()
        message.focus()
    page.keyboard.type("Call us.")
    expect(message).to_have_value("Call us.")
    expect(page.get_by_label("Help Keywords")).to_have_value("")
    expect(page.get_by_role("button", name="Remove aide")).to_be_visible()


def test_double_opt_in_renames_the_welcome_and_asks_for_the_question(page: Page, draft: OptInCampaign) -> None:
    page.goto(options(draft))
    question = page.get_by_label("Message that asks for YES")
    expect(question).to_be_hidden()
    page.get_by_label("Requires double opt in").check()
    expect(question).to_have_value("Spring offers: reply YES to confirm that you want our texts. "
                                   "Msg frequency varies. Msg&data rates may apply. "
                                   "Reply HELP for help, STOP to cancel.")  # fmt: skip
    expect(page.get_by_label("Confirmation message")).to_be_visible()


def test_a_provider_narrows_the_numbers_and_a_sample_is_put_in(
    page: Page, draft: OptInCampaign, complaints: list[str]
) -> None:
    other = sender()
    page.goto(options(draft))
    numbers = page.get_by_label("Target Phone Number").locator("option")
    page.get_by_label("Message Provider").select_option(label=str(other.provider))
    expect(numbers).to_have_text(["Choose a phone number", f"{other} · Short code"])
    page.get_by_role("button", name="Use sample").click()
    expect(page.get_by_label("Welcome message")).to_have_value(
        "Welcome to {Description} Alerts! Msg&data rates may apply. {Message frequency} "
        "Reply HELP for help, STOP to cancel."
    )
    expect(page.get_by_text("41 left in this part · 1 message · GSM-7")).to_be_visible()
    assert complaints == []


def test_the_audience_counts_itself_and_follows_the_segment(
    page: Page, draft: OptInCampaign, complaints: list[str]
) -> None:
    customer(state="TX")
    customer(state="OH")
    segment({"all": [{"field": "state", "operator": "is", "value": "TX"}]}, name="Texas")
    page.goto(reverse("admin:optins_optincampaign_change", args=[draft.pk]))
    expect(page.get_by_text("2 customers")).to_be_visible()
    page.get_by_label("Who is meant").select_option("Texas")
    expect(page.get_by_text("1 customer", exact=True)).to_be_visible()
    assert complaints == []


def test_a_restriction_asks_only_for_what_it_needs(page: Page, draft: OptInCampaign) -> None:
    page.goto(reverse("admin:optins_optincampaign_change", args=[draft.pk]))
    expect(page.get_by_label("Minimum age")).to_be_hidden()
    page.get_by_label("User restrictions").select_option("A minimum age")
    expect(page.get_by_label("Minimum age")).to_be_visible()
    expect(page.get_by_label("Attribute")).to_be_hidden()


def test_without_a_script_everything_is_there(page: Page, draft: OptInCampaign) -> None:
    page.route("**/*.js", lambda route: route.abort())
    page.goto(options(draft))
    for label in ("Opt In Keywords", "Message that asks for YES", "Welcome message", "Target Phone Number"):
        assert page.get_by_label(label).count() == 1
    assert page.locator("select#id_sender optgroup").count() == 2
    assert page.locator("input#id_keywords").input_value() == "SPRING"


def test_no_page_of_opt_ins_is_wider_than_a_telephone(page: Page, complaints: list[str]) -> None:
    live = opt_in_campaign()
    standing = subscription(live, customer())
    pages = {
        "optins_globalcampaign_change": global_campaign().pk,
        "optins_globalcampaign_options": global_campaign().pk,
        "optins_optincampaign_change": live.pk,
        "optins_optincampaign_options": live.pk,
        "optins_subscription_change": standing.pk,
        "optins_subscription_opt_out": standing.pk,
        "optins_apiapp_change": api_app().pk,
    }
    page.set_viewport_size({"width": 390, "height": 844})
    for name, pk in pages.items():
        page.goto(reverse(f"admin:{name}", args=[pk]))
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    assert complaints == []


def test_words_that_are_missing_are_inserted_by_a_click(page: Page, complaints: list[str]) -> None:
    page.goto(reverse("admin:optins_globalcampaign_options", args=[global_campaign().pk]))
    help_message = page.get_by_label("Help message")
    help_message.fill("HELP FROM GLOBAL")
    said = page.locator("#id_help_message + .ol-count")
    expect(said).to_contain_text("It names no contact")
    said.get_by_role("button", name="Insert “Reply STOP to cancel.” (1 message)").click()
    expect(help_message).to_have_value("HELP FROM GLOBAL Reply STOP to cancel.")
    expect(said).not_to_contain_text("how to leave")
    assert complaints == []
