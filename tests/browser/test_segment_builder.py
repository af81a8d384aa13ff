"""The segment builder in a real Chromium: rows and groups by mouse, by keyboard alone and on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from campaigns.models import Attribute, Segment
from tests.browser.conftest import SignIn
from tests.factories import customer, event, segment, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    """A page of a marketer; there are two Texans, one with points."""
    Attribute.objects.create(key="points", label="Points", type="number")
    Attribute.objects.create(key="tier", label="Tier", type="choice", choices=["Gold", "Silver"])
    rich = customer(first_name="Rich", state="TX", attributes={"points": 12, "tier": "Gold"})
    event(rich, "order_shipped")
    customer(state="TX")
    customer(state="MI")
    return sign_in(staff("Marketer"))


def people(page: Page, words: str) -> None:
    expect(page.locator(".sb__people")).to_have_text(words)


def test_a_marketer_builds_a_rule_and_sees_whom_it_means(page: Page) -> None:
    page.goto("/admin/campaigns/segment/add/")
    people(page, "3 people")
    page.fill("[name=name]", "Texans")
    page.get_by_label("Field of row 1").select_option("state")
    page.get_by_label("Value of row 1").fill("tx")
    people(page, "2 people")
    page.get_by_role("button", name="Add group").click()
    expect(page.get_by_label("Field of row 2.1")).to_be_focused()
    page.keyboard.type("Points")
    page.get_by_label("Operator of row 2.1").select_option("at_least")
    page.get_by_label("Value of row 2.1").fill("10")
    people(page, "1 person")
    expect(page.locator("[data-part=meaning]")).to_contain_text("People in tx whose Points is at least 10.")
    expect(page.locator(".sb__sample a")).to_have_text("Rich Lovelace")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert Segment.objects.get().rule["all"][1] == {"any": [{"field": "points", "operator": "at_least", "value": 10}]}


def test_a_wrong_value_is_told_beside_its_row_and_a_row_goes_by_its_button(page: Page) -> None:
    rule = {"all": [{"field": "state", "operator": "is", "value": "TX"}, {"field": "points", "operator": "is_set"}]}
    made = segment(rule)
    page.goto(f"/admin/campaigns/segment/{made.pk}/change/")
    people(page, "1 person")
    page.get_by_label("Operator of row 2").select_option("is")
    page.get_by_label("Value of row 2").fill("many")
    expect(page.locator("[data-row='2'] [data-problem]")).to_contain_text("“many” is not a number")
    page.get_by_role("button", name="Remove row 2").click()
    expect(page.get_by_role("button", name="Remove row 1")).to_be_focused()
    people(page, "2 people")


def test_a_condition_without_a_value_is_marked_once_it_was_sent(page: Page) -> None:
    page.goto("/admin/campaigns/segment/add/")
    page.fill("[name=name]", "Texans")
    page.get_by_label("Field of row 1").select_option("state")
    expect(page.get_by_text("A row waits for its value.")).to_be_visible()
    problem = page.locator("[data-problem]").first
    expect(problem).to_be_hidden()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Mend the conditions that are marked.")).to_be_visible()
    expect(problem).to_have_text(re.compile("State or province: write a value"))


def test_a_rule_is_built_by_keyboard_alone(page: Page) -> None:
    page.goto("/admin/campaigns/segment/add/")
    people(page, "3 people")
    page.get_by_label("Field of row 1").focus()
    page.keyboard.type("Event")
    name = page.get_by_label("Name of the event of row 1")
    expect(name).to_be_visible()
    expect(page.get_by_label("Field of row 1")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(name).to_be_focused()
    page.keyboard.type("order_shipped")
    people(page, "1 person")
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Add condition")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Field of row 2")).to_be_focused()
    page.keyboard.type("Tier")
    expect(page.get_by_label("Value of row 2")).to_be_visible()
    for key in ("Tab", "Tab", "Tab"):
        page.keyboard.press(key)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Remove row 1")).to_be_focused()
    expect(page.locator("[data-row]")).to_have_count(1)


def test_the_rows_fit_a_phone(page: Page) -> None:
    other = segment({"all": [{"field": "state", "operator": "is", "value": "TX"}]}, name="Texans")
    inner = {"any": [
        {"field": "tier", "operator": "is_any_of", "value": ["Gold"]},
        {"field": "@event", "operator": "did_not_happen", "value": {"event": "order_shipped", "days": 30}},
    ]}  # fmt: skip
    made = segment({"all": [{"field": "@segment", "operator": "is_in", "value": other.pk}, inner]})
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/admin/campaigns/segment/{made.pk}/change/")
    people(page, "2 people")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for control in page.locator("[data-segment-builder] select:visible, [data-segment-builder] input:visible").all():
        box = control.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390
