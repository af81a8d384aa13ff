"""Suppressions, the ledger and verifications: searched and read, never written, and never a secret on them."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaigns.models import Customer
from config.roles import ADMIN, VIEWER
from optins.actions import ledger
from optins.actions.ledger import Evidence
from optins.models import ConsentEvent, Suppression, Verification
from tests.factories import api_app, customer, opt_in_campaign, signed_in, subscription, suppression

pytestmark = pytest.mark.django_db

NUMBER = "+13139711649"
LISTS = ("suppression", "consentevent", "verification", "subscription")


def rows() -> dict[str, int]:
    """One row of each kind, by model name."""
    programme = opt_in_campaign()
    person = customer(numbers=[NUMBER])
    standing = subscription(programme, person)
    suppression(NUMBER)
    code = Verification.objects.create(
        campaign=programme, customer=person, number=NUMBER, salt=uuid.uuid4(), code_digest="d" * 64,
        expires_at=timezone.now() + dt.timedelta(minutes=10),
    )  # fmt: skip
    entry = ConsentEvent.objects.get(action="opted_in")
    found = {"consentevent": entry.pk, "verification": code.pk, "subscription": standing.pk}
    return {"suppression": Suppression.objects.get().pk, **found}


@pytest.mark.parametrize("model", LISTS)
def test_every_list_finds_a_number_in_any_spelling(model: str) -> None:
    rows()
    answer = signed_in(VIEWER).get(reverse(f"admin:optins_{model}_changelist"), {"q": "(313) 971-1649"})
    assert answer.context["cl"].result_list
    assert "+1313•••1649" in answer.content.decode()


@pytest.mark.parametrize("model", LISTS)
def test_no_list_counts_its_rows(model: str, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    rows()
    browser = signed_in(VIEWER)
    with django_assert_max_num_queries(8) as asked:
        assert browser.get(reverse(f"admin:optins_{model}_changelist")).status_code == 200
    assert not [query["sql"] for query in asked.captured_queries if "COUNT(" in query["sql"]]


@pytest.mark.parametrize("model", LISTS)
def test_what_nothing_counted_is_told_no_number_of(model: str) -> None:
    rows()
    assert "results (" not in signed_in(VIEWER).get(reverse(f"admin:optins_{model}_changelist")).text


@pytest.mark.parametrize("model", LISTS)
def test_nobody_adds_or_deletes_a_row(model: str) -> None:
    pk, browser = rows()[model], signed_in(ADMIN)
    assert browser.get(reverse(f"admin:optins_{model}_add")).status_code == 403
    assert browser.post(reverse(f"admin:optins_{model}_delete", args=[pk]), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", ["suppression", "consentevent", "verification"])
def test_nobody_changes_a_row(model: str) -> None:
    pk, browser = rows()[model], signed_in(ADMIN)
    url = reverse(f"admin:optins_{model}_change", args=[pk])
    assert browser.get(url).status_code == 200
    assert browser.post(url, {"number": "+13135550000"}).status_code == 403


def test_a_verification_never_shows_what_is_kept_of_its_code() -> None:
    pk, browser = rows()["verification"], signed_in(ADMIN)
    salt = str(Verification.objects.get(pk=pk).salt)
    for url in (reverse("admin:optins_verification_changelist"), f"/admin/optins/verification/{pk}/change/"):
        page = browser.get(url).content.decode()
        assert "d" * 64 not in page
        assert salt not in page


@pytest.mark.parametrize(
    ("chosen", "count"),
    [({"action__exact": "opted_in"}, 1), ({"method__exact": "stop"}, 1), ({"action__exact": "refused"}, 0)],
)
def test_the_ledger_is_filtered(chosen: dict[str, str], count: int) -> None:
    rows()
    answer = signed_in(VIEWER).get(reverse("admin:optins_consentevent_changelist"), chosen)
    assert len(answer.context["cl"].result_list) == count


def test_an_entry_outlives_the_customer_and_can_still_be_read() -> None:
    pk = rows()["consentevent"]
    Customer.objects.get().delete()
    assert signed_in(VIEWER).get(reverse("admin:optins_consentevent_change", args=[pk])).status_code == 200


def queries_of(browser: Client, model: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        browser.get(reverse(f"admin:optins_{model}_changelist"))
    return len(asked)


@pytest.mark.parametrize("model", ["consentevent", "subscription"])
def test_a_list_asks_the_database_as_often_for_many_rows_as_for_one(model: str) -> None:
    programme, browser = opt_in_campaign(), signed_in(VIEWER)
    subscription(programme, customer(numbers=["+13139711000"]))
    one = queries_of(browser, model)
    for serial in range(5):
        subscription(programme, customer(numbers=[f"+1313971{1001 + serial}"]))
    assert queries_of(browser, model) == one


def test_the_ledger_names_the_app_and_the_moment_with_its_zone() -> None:
    shop = api_app(name="Web shop")
    evidence = Evidence(method=ConsentEvent.Method.CODE, app_key=shop.key)
    entry = ledger.opt_in(number=NUMBER, programme=opt_in_campaign(), evidence=evidence).consent_event
    shown = signed_in(VIEWER).get(reverse("admin:optins_consentevent_changelist")).text
    assert "Web shop" in shown
    assert f"{entry.at:%-d %b %Y, %H:%M} UTC" in shown
    assert shop.key not in shown
    page = signed_in(VIEWER).get(reverse("admin:optins_consentevent_change", args=[entry.pk])).text
    assert "Web shop" in page
    assert shop.key not in page
