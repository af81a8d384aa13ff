"""The page of a number's evidence, its download, and the page that erases a person, as each role."""

import json

import pytest
from django.urls import reverse

from campaigns.models import Customer
from config.roles import ADMIN, LAUNCHER, MARKETER, VIEWER
from messaging.actions.listening.receiving import take_inbound
from messaging.actions.runs.lifecycle import start_due
from optins.models import ConsentEvent
from tests import factories
from tests.optins.tampering import tamper

pytestmark = pytest.mark.django_db

ADA = "+13135550101"
PAGE = f"/admin/messaging/inbound/evidence/{ADA}/"
FILE = f"/admin/messaging/inbound/evidence/{ADA}.json"


@pytest.fixture
def ada() -> Customer:
    """Somebody who joined by text and stopped, with a text that was left out for it."""
    programme = factories.opt_in_campaign(keywords=["SPRING"], sender=factories.sender(address="97865"))
    person = factories.customer(numbers=[ADA], external_id="ada-1")
    sender = programme.options.sender
    assert sender is not None
    for serial, body in enumerate(("Spring!", "STOP")):
        take_inbound(
            account_sid=sender.provider.account_sid, sid=f"SM{serial}", number=ADA, to=sender.address, body=body
        )
    factories.messaging_campaign(factories.scheduled(programme, "Sale today"))
    start_due()
    return person


def test_the_page_shows_consent_texts_skips_and_the_verdict(ada: Customer) -> None:
    page = factories.signed_in(LAUNCHER).get(PAGE).text
    for shown in ("+1 313-555-0101", "Texted a keyword", "“Spring!” (SM0)", "Texted STOP", "are as they were written"):
        assert shown in page
    assert "skipped: " in page
    assert ConsentEvent.objects.of(ADA).order_by("sequence")[0].digest in page


def test_the_download_has_all_of_it(ada: Customer) -> None:
    answer = factories.signed_in(LAUNCHER).get(FILE)
    assert answer["Content-Disposition"] == 'attachment; filename="evidence-13135550101.json"'
    pack = json.loads(answer.content)
    assert [entry["action"] for entry in pack["ledger"]] == ["opted_in", "opted_out", "suppressed"]
    assert [text["body"] for text in pack["texts_in"]] == ["Spring!", "STOP"]
    assert [(text["state"], text["reason"]) for text in pack["texts_out"]] == [("skipped", "suppressed")]
    assert pack["verdict"] == {"intact": True, "entries": 3, "faults": []}
    assert pack["customers"][0]["customer__external_id"] == "ada-1"


def test_a_tampered_entry_is_said_on_top(ada: Customer) -> None:
    entry = ConsentEvent.objects.of(ADA).get(action="opted_in")
    tamper("UPDATE optins_consentevent SET reason = 'x' WHERE id = %s", entry.pk)
    page = factories.signed_in(ADMIN).get(PAGE).text
    assert "is not as it was written" in page
    assert f"Entry {entry.pk}: changed." in page


@pytest.mark.parametrize("role", [VIEWER, MARKETER])
@pytest.mark.parametrize("address", [PAGE, FILE])
def test_evidence_is_for_who_may_take_it_out(ada: Customer, role: str, address: str) -> None:
    assert factories.signed_in(role).get(address).status_code == 403


def test_what_is_no_number_has_no_evidence() -> None:
    assert factories.signed_in(ADMIN).get("/admin/messaging/inbound/evidence/nobody/").status_code == 403


def test_the_customers_page_and_the_ledger_lead_here(ada: Customer) -> None:
    browser = factories.signed_in(LAUNCHER)
    assert PAGE in browser.get(reverse("admin:campaigns_customer_change", args=[ada.pk])).text
    entry = ConsentEvent.objects.of(ADA)[0]
    assert PAGE in browser.get(reverse("admin:optins_consentevent_change", args=[entry.pk])).text
    assert PAGE not in factories.signed_in(VIEWER).get(reverse("admin:campaigns_customer_change", args=[ada.pk])).text


def test_an_admin_erases_a_person_by_typing_the_word(ada: Customer) -> None:
    browser, address = factories.signed_in(ADMIN), reverse("admin:messaging_erase", args=[ada.pk])
    assert address in browser.get(reverse("admin:campaigns_customer_change", args=[ada.pk])).text
    wrong = browser.post(address, {"reason": "Asked by letter", "typed": "erase"})
    assert "Type ERASE, in capitals." in wrong.text
    assert Customer.objects.filter(pk=ada.pk).exists()
    done = browser.post(address, {"reason": "Asked by letter", "typed": "ERASE"}, follow=True)
    assert "The person was erased" in done.text
    assert not Customer.objects.filter(pk=ada.pk).exists()
    pack = json.loads(browser.get(FILE).content)
    assert [entry["inbound_text"] for entry in pack["ledger"]] == [""] * 4


@pytest.mark.parametrize("role", [VIEWER, MARKETER, LAUNCHER])
def test_nobody_else_erases(ada: Customer, role: str) -> None:
    address = reverse("admin:messaging_erase", args=[ada.pk])
    answer = factories.signed_in(role).post(address, {"reason": "Because", "typed": "ERASE"})
    assert answer.status_code == 403
    assert Customer.objects.filter(pk=ada.pk).exists()
