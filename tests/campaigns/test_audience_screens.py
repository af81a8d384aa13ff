"""The screens of customers, attributes, segments, imports and the audit trail, through the door."""

import io
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.models import Attribute, AuditEntry, Customer, CustomerImport
from optins.actions.imports import run_waiting_imports
from tests.factories import customer, segment, staff

pytestmark = pytest.mark.django_db

ADA = "+13139711649"


@pytest.fixture
def marketer() -> Client:
    return signed_in("Marketer")


def signed_in(*roles: str) -> Client:
    client = Client()
    client.force_login(staff(*roles))
    return client


def page(client: Client, path: str, **query: Any) -> str:
    answer = client.get(f"/admin/campaigns/{path}", query)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def save(client: Client, path: str, **fields: Any) -> str:
    """Post a form; the text of the page that comes next."""
    return client.post(f"/admin/campaigns/{path}", fields, follow=True).content.decode()


def person_form(**fields: Any) -> dict[str, Any]:
    return {"phone_numbers-new": [""], **fields}


@pytest.mark.parametrize("model", ["customer", "segment", "customerimport", "attribute", "auditentry"])
def test_an_empty_list_says_what_belongs_there(marketer: Client, model: str) -> None:
    AuditEntry.objects.all().delete()
    assert "ol-empty__title" in page(marketer, f"{model}/")


@pytest.mark.parametrize("search", ["(313) 971-1649", "9711649", "ada love", "LOVELACE", "c-77", "ada@example"])
def test_a_customer_is_found_by_name_id_email_and_any_spelling_of_a_number(marketer: Client, search: str) -> None:
    customer(numbers=[ADA], verified=True, external_id="c-77", email="ada@example.com")
    customer(first_name="Bob", last_name="Babbage")
    found = page(marketer, "customer/", q=search)
    assert "Ada Lovelace" in found
    assert "+1 313-971-1649" in found
    assert "verified" in found
    assert "Babbage" not in found


def test_the_list_of_customers_asks_no_more_for_more_rows(marketer: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(12):
        customer(numbers=[ADA])
    with django_assert_max_num_queries(9):
        assert "Ada Lovelace" in page(marketer, "customer/")


def test_a_customer_is_made_by_hand(marketer: Client) -> None:
    Attribute.objects.create(key="points", type="number")
    fields = {"first_name": "Ada", "external_id": "c-1", "phone_numbers-new": ["313 971 1649", ""]}
    save(marketer, "customer/add/", **fields, **{"attributes-points": "12"})
    ada = Customer.objects.get()
    assert (ada.external_id, ada.attributes) == ("c-1", {"points": 12})
    assert ada.phone_numbers.get().number == ADA


def test_a_number_that_is_not_kept_goes_and_the_others_keep_their_mark(marketer: Client) -> None:
    ada = customer(numbers=[ADA, "+13139711650"], verified=True)
    path = f"customer/{ada.pk}/change/"
    assert 'aria-label="Keep +1 313-971-1649" checked' in page(marketer, path)
    fields = person_form(external_id=ada.external_id, **{"phone_numbers-keep": [ADA]})
    save(marketer, path, **fields)
    kept = ada.phone_numbers.get()
    assert (kept.number, kept.verified_at is not None) == (ADA, True)


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(marketer: Client) -> None:
    Attribute.objects.create(key="points", type="number")
    fields = person_form(first_name="Ada", country="XX", **{"phone_numbers-new": ["911"], "attributes-points": "many"})
    again = save(marketer, "customer/add/", **fields)
    assert "There is no such country" in again
    assert "“many” is not a number" in again
    assert 'value="911"' in again
    corrected = {**fields, "country": "US", "attributes-points": "1"}
    assert "This phone number is too short" in save(marketer, "customer/add/", **corrected)
    assert not Customer.objects.exists()


def test_an_external_id_that_is_taken_is_refused(marketer: Client) -> None:
    customer(external_id="c-1")
    again = save(marketer, "customer/add/", **person_form(external_id="c-1"))
    assert "Another customer has this external ID" in again
    assert Customer.objects.count() == 1


def test_a_customer_is_deleted_with_a_line_in_the_audit_trail(marketer: Client) -> None:
    ada = customer()
    save(marketer, f"customer/{ada.pk}/delete/", post="yes")
    assert not Customer.objects.exists()
    assert AuditEntry.objects.get().act == "customer.delete"


def test_history_leads_to_the_audit_trail(marketer: Client) -> None:
    ada = customer()
    save(marketer, f"customer/{ada.pk}/change/", **person_form(external_id="c-9"))
    answer = marketer.get(f"/admin/campaigns/customer/{ada.pk}/history/", follow=True)
    assert "customer.update" in answer.content.decode()


def test_a_viewer_reads_customers_and_changes_nothing() -> None:
    Attribute.objects.create(key="vip", label="VIP", type="boolean")
    ada = customer(numbers=[ADA], attributes={"vip": True})
    viewer = signed_in("Viewer")
    shown = page(viewer, f"customer/{ada.pk}/change/")
    assert "+1 313-971-1649" not in shown
    assert "1649" in shown
    assert "VIP" in shown
    assert viewer.post(f"/admin/campaigns/customer/{ada.pk}/change/", person_form()).status_code == 403


def test_an_attribute_in_use_keeps_its_kind_and_cannot_be_deleted(marketer: Client) -> None:
    vip = Attribute.objects.create(key="vip", type="boolean")
    segment({"all": [{"field": "vip", "operator": "is_true"}]}, name="VIPs")
    assert "used by the segment “VIPs”" in save(marketer, f"attribute/{vip.pk}/change/", label="", type="text")
    assert "used by the segment “VIPs”" in save(marketer, f"attribute/{vip.pk}/delete/", post="yes")
    save(marketer, f"attribute/{vip.pk}/change/", label="Very important", type="boolean")
    vip.refresh_from_db()
    assert (vip.label, vip.type) == ("Very important", "boolean")


def test_a_new_attribute_needs_a_key_that_can_be_one(marketer: Client) -> None:
    assert "Write it as “shoe_size”" in save(marketer, "attribute/add/", key="Shoe-Size", label="", type="number")
    assert "consent ledger" in save(marketer, "attribute/add/", key="opt_in", label="", type="boolean")
    assert not Attribute.objects.exists()


# --- Imports and the audit trail -------------------------------------------------------------------


def upload(client: Client, text: str | bytes) -> str:
    content = text.encode() if isinstance(text, str) else text
    file = io.BytesIO(content)
    file.name = "people.csv"
    return save(client, "customerimport/add/", file=file)


def test_an_upload_leads_to_its_result(marketer: Client) -> None:
    waiting = upload(marketer, "external_id,phone,opt_in\nc-1,,yes\n=c-2,911,\n")
    assert 'hx-trigger="every 1s"' in waiting
    run_waiting_imports()
    row = CustomerImport.objects.get()
    done = page(marketer, f"customerimport/{row.pk}/result/")
    assert "hx-trigger" not in done
    assert "never gives consent" in done
    assert "This phone number is too short" in done
    answer = marketer.get(f"/admin/campaigns/customerimport/{row.pk}/rejected.csv")
    table = answer.getvalue().decode("utf-8-sig").splitlines()
    assert table[0] == "rejected_line,rejected_because,external_id,phone,opt_in"
    assert table[1].endswith(",'=c-2,911,")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"name\nx\n", "no column “external_id”"),
        ("external_id,phone\nZoë,\n".encode("latin-1"), "line 2 has the byte 0xEB"),
        (b"", "The file is empty"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_on_the_form(marketer: Client, content: bytes, words: str) -> None:
    assert words in upload(marketer, content)
    assert not CustomerImport.objects.exists()


def test_rejected_lines_come_in_pages(marketer: Client) -> None:
    row = CustomerImport.objects.create(file_name="x.csv", state="done", rejected=60, finished_at=timezone.now())
    row.rejected_lines.bulk_create(
        row.rejected_lines.model(customer_import=row, line=n, content=f"c-{n}", reason="bad") for n in range(2, 62)
    )
    assert "Page 1 of 2" in page(marketer, f"customerimport/{row.pk}/change/")
    assert "c-61" in page(marketer, f"customerimport/{row.pk}/change/", page=2)


def test_a_viewer_cannot_import() -> None:
    assert signed_in("Viewer").get("/admin/campaigns/customerimport/add/").status_code == 403


def test_the_audit_trail_is_read_and_never_written(marketer: Client) -> None:
    record(by=Actor.app(name="Web shop", key="shop-key"), act="customer.update", of=customer(), fields=["email"])
    record(by=Actor.system("imports"), act="import.done", of=customer())
    entry = AuditEntry.objects.get(act="customer.update")
    filtered = page(marketer, "auditentry/", actor_kind="app", act="customer.update")
    assert "Web shop" in filtered
    assert "imports</" not in filtered
    assert "Changed a customer" in filtered
    assert "email" in page(marketer, f"auditentry/{entry.pk}/change/")
    boss = signed_in("Admin")
    for path in ("add/", f"{entry.pk}/delete/"):
        assert boss.get(f"/admin/campaigns/auditentry/{path}").status_code == 403
    assert boss.post(f"/admin/campaigns/auditentry/{entry.pk}/change/", {}).status_code == 403


# --- Attributes that are one of a list ---------------------------------------------------------------


def tier(client: Client, choices: str, *, pk: int | None = None) -> str:
    path = f"attribute/{pk}/change/" if pk else "attribute/add/"
    return save(client, path, key="tier", label="Tier", type="choice", choices=choices)


def test_a_choice_needs_its_list_and_keeps_each_of_it_once(marketer: Client) -> None:
    assert "from 1 to 100 choices" in tier(marketer, " \n")
    tier(marketer, "Gold\r\n silver \r\ngold\r\n\r\n")
    assert Attribute.objects.get().choices == ["Gold", "silver"]
    assert "Gold\nsilver</textarea>" in page(marketer, f"attribute/{Attribute.objects.get().pk}/change/")


def test_a_choice_that_a_segment_asks_about_stays_in_the_list(marketer: Client) -> None:
    kept = Attribute.objects.create(key="tier", label="Tier", type="choice", choices=["Gold", "Silver"])
    segment({"all": [{"field": "tier", "operator": "is", "value": "Gold"}]}, name="Best")
    assert "The segment “Best” asks about a choice that would be gone" in tier(marketer, "Silver", pk=kept.pk)
    tier(marketer, "Gold\nBronze", pk=kept.pk)
    kept.refresh_from_db()
    assert kept.choices == ["Gold", "Bronze"]


def test_a_choice_is_picked_on_a_customers_page_and_what_an_app_told_stays_visible(marketer: Client) -> None:
    Attribute.objects.create(key="tier", type="choice", choices=["Gold", "Silver"])
    shown = page(marketer, f"customer/{customer(attributes={'tier': 'Tin'}).pk}/change/")
    assert '<option value="Tin" selected>Tin (not in the list)</option>' in shown
    assert '<option value="Gold">Gold</option>' in shown
