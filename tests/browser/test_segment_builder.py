"""The segment builder in a real Chromium: rows and groups by buttons, and the answer under them."""

import pytest
from playwright.sync_api import Page, expect

from campaigns.models import Attribute, Segment
from tests.browser.conftest import SignIn
from tests.factories import customer, segment, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    """A page of a marketer; there are two Texans, one with points."""
    Attribute.objects.create(key="points", label="Points", type="number")
    customer(state="TX", attributes={"points": 12})
    customer(state="TX")
    customer(state="MI")
    return sign_in(staff("Marketer"))


def test_a_marketer_builds_a_rule_and_sees_whom_it_means(page: Page) -> None:
    page.goto("/admin/campaigns/segment/add/")
    expect(page.locator("[data-people]")).to_have_text("3 people")
    page.fill("[name=name]", "Texans")
    page.select_option("[name=rule-field]", "state")
    page.fill("[name=rule-value]", "tx")
    expect(page.locator("[data-people]")).to_have_text("2 people")
    page.get_by_role("button", name="Add group").click()
    page.keyboard.type("Points")
    page.select_option("[name=rule-1-operator]", "at_least")
    page.fill("[name=rule-1-value]", "10")
    expect(page.locator("[data-people]")).to_have_text("1 person")
    expect(page.locator("[data-sentence]")).to_contain_text("“tx” and Points is at least 10")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert Segment.objects.get().rule["all"][1] == {"any": [{"field": "points", "operator": "at_least", "value": 10}]}


def test_a_wrong_value_is_told_beside_its_row_and_a_row_goes_by_its_button(page: Page) -> None:
    rule = {"all": [{"field": "state", "operator": "is", "value": "TX"}, {"field": "points", "operator": "is_set"}]}
    made = segment(rule)
    page.goto(f"/admin/campaigns/segment/{made.pk}/change/")
    expect(page.locator("[data-people]")).to_have_text("1 person")
    second = page.locator("[data-condition]").nth(1)
    second.locator("[name=rule-operator]").select_option("is")
    second.locator("[name=rule-value]").fill("many")
    second.locator("[name=rule-value]").blur()
    expect(second.locator("[data-problem]")).to_contain_text("“many” is not a number")
    second.get_by_role("button", name="Remove this condition").click()
    expect(page.locator("[data-people]")).to_have_text("2 people")


def test_a_condition_without_a_value_is_marked_once_it_was_sent(page: Page) -> None:
    page.goto("/admin/campaigns/segment/add/")
    page.fill("[name=name]", "Texans")
    page.select_option("[name=rule-field]", "state")
    page.wait_for_load_state("networkidle")
    problem = page.locator("[data-problem]").first
    expect(problem).to_be_hidden()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Mend the conditions that are marked.")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(problem).to_be_visible()
    expect(problem).not_to_be_empty()
