"""Subscriptions on screen: found by number, shown with their evidence, ended on a person's word."""

import pytest
from django.urls import reverse

from config.roles import LAUNCHER, VIEWER
from optins.models import Subscription, Suppression
from tests.factories import customer, ledger_of, opt_in_campaign, signed_in, subscription

pytestmark = pytest.mark.django_db

LIST = "admin:optins_subscription_changelist"


def ada() -> Subscription:
    person = customer(numbers=["+13139711649"], first_name="Ada", last_name="Lovelace")
    return subscription(opt_in_campaign(), person)


def opt_out(standing: Subscription, **data: str) -> str:
    url = reverse("admin:optins_subscription_opt_out", args=[standing.pk])
    page = signed_in(LAUNCHER).post(url, data, follow=True).content.decode()
    standing.refresh_from_db()
    return page


@pytest.mark.parametrize("typed", ["+13139711649", "(313) 971-1649", "313.971.1649", "1 313 971 1649", "971-1649"])
def test_a_number_is_found_in_any_spelling(typed: str) -> None:
    ada()
    subscription(opt_in_campaign(), customer(numbers=["+13135550123"]))
    found = signed_in(VIEWER).get(reverse(LIST), {"q": typed}).context["cl"].result_list
    assert [row.number for row in found] == ["+13139711649"]


def test_a_search_without_digits_finds_nothing() -> None:
    ada()
    assert not signed_in(VIEWER).get(reverse(LIST), {"q": "Ada"}).context["cl"].result_list


def test_the_list_is_filtered_by_programme_and_state() -> None:
    standing = ada()
    subscription(opt_in_campaign(), customer())
    browser = signed_in(VIEWER)
    chosen = {"programme": str(standing.programme_id), "state__exact": "opted_in"}
    assert list(browser.get(reverse(LIST), chosen).context["cl"].result_list) == [standing]
    assert not browser.get(reverse(LIST), {"state__exact": "pending"}).context["cl"].result_list


def test_the_page_shows_the_evidence() -> None:
    standing = ada()
    page = signed_in(VIEWER).get(reverse("admin:optins_subscription_change", args=[standing.pk])).content.decode()
    for shown in ("+1313•••1649", "Opted in", "Texted a keyword", standing.programme.preference, "Ada Lovelace"):
        assert shown in page


def test_opting_out_of_one_programme_leaves_the_number_unsuppressed() -> None:
    standing = ada()
    assert "was opted out" in opt_out(standing, scope="one", reason="Called on 3 May")
    assert standing.state == "opted_out"
    assert (standing.consent_event.method, standing.consent_event.reason) == ("staff", "Called on 3 May")
    assert not Suppression.objects.exists()


def test_opting_out_of_everything_suppresses_the_number_and_says_so() -> None:
    standing = ada()
    page = opt_out(standing, scope="all", reason="Wrote a letter")
    assert "Not texted from any of our numbers since" in page
    assert ledger_of(standing.number) == ["opted_in", "opted_out", "suppressed"]


@pytest.mark.parametrize("reason", ["", "   "])
def test_opting_out_needs_a_reason(reason: str) -> None:
    standing = ada()
    assert "Say how the person asked" in opt_out(standing, scope="one", reason=reason)
    assert standing.state == "opted_in"


def test_a_viewer_has_no_button_and_may_not_opt_out() -> None:
    standing, browser = ada(), signed_in(VIEWER)
    url = reverse("admin:optins_subscription_opt_out", args=[standing.pk])
    page = browser.get(reverse("admin:optins_subscription_change", args=[standing.pk])).content.decode()
    assert url not in page
    assert browser.post(url, {"scope": "one", "reason": "X"}).status_code == 403
