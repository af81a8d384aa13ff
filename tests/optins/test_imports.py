"""Importing files: what becomes of each line, what never changes, and what a broken import leaves behind."""

import io
from collections.abc import Sequence

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from campaigns.actors import Actor
from campaigns.models import Attribute, AuditEntry, Customer, CustomerImport, PhoneNumber
from campaigns.refusals import Refused
from optins.actions.imports import import_now, run_waiting_imports, upload_file
from tests.optins.importing import STAFF, load

pytestmark = pytest.mark.django_db

ADA, BOB = "+13139711649", "+13139711650"


def counts(done: CustomerImport) -> Sequence[int]:
    return (done.lines, done.created, done.updated, done.rejected)


def test_good_lines_become_customers_with_their_numbers() -> None:
    done = load("c-1,(313) 971-1649,Ada", "c-2,,Bob")
    assert (done.state, counts(done)) == ("done", (2, 2, 0, 0))
    ada = Customer.objects.get(external_id="c-1")
    assert (ada.first_name, ada.email, ada.attributes) == ("Ada", "", {})
    phone = ada.phone_numbers.get()
    assert (phone.number, phone.country, phone.verified_at) == (ADA, "US", None)
    assert not Customer.objects.get(external_id="c-2").phone_numbers.exists()


def test_a_known_customer_is_updated_and_blank_cells_change_nothing() -> None:
    ada = Customer.objects.create(external_id="c-1", first_name="Ada", last_name="L", attributes={"a": 1, "b": 2})
    ada.phone_numbers.create(number=BOB, verified_at=timezone.now())
    done = load(f"c-1,{ADA},,King,3", header="external_id,phone,first_name,last_name,b")
    ada.refresh_from_db()
    assert counts(done) == (1, 0, 1, 0)
    assert (ada.first_name, ada.last_name, ada.attributes) == ("Ada", "King", {"a": 1, "b": 3})
    assert set(ada.phone_numbers.values_list("number", flat=True)) == {ADA, BOB}
    assert ada.phone_numbers.get(number=BOB).verified_at is not None


def test_the_same_file_again_changes_nothing_more() -> None:
    load(f"c-1,{ADA},Ada")
    again = load(f"c-1,{ADA},Ada")
    assert (counts(again), again.unchanged, again.numbers) == ((1, 0, 0, 0), 1, 0)
    assert PhoneNumber.objects.count() == 1


def test_bad_lines_are_kept_whole_with_their_reason_and_good_ones_go_on() -> None:
    done = load("c-1,911,Ada", ",,Nobody", "c-2,,Bob", "c-2,,Bob again", "c-3,,Cleo")
    assert counts(done) == (5, 2, 0, 3)
    rejected = {line.line: (line.content, line.reason) for line in done.rejected_lines.all()}
    assert rejected[2][0] == "c-1,911,Ada"
    assert rejected[3][1] == "external_id is missing. Give each customer one."
    assert rejected[5] == ("c-2,,Bob again", "This customer is already on line 4 of the file.")
    assert Customer.objects.get(external_id="c-2").first_name == "Bob"


def test_new_columns_become_attributes_with_their_titles() -> None:
    load("c-1,,12,yes", header="external_id,phone,Loyalty Points,VIP")
    assert Customer.objects.get().attributes == {"loyalty_points": 12, "vip": True}
    vocabulary = Attribute.objects.values_list("key", "label", "type")
    assert list(vocabulary) == [("loyalty_points", "Loyalty Points", "number"), ("vip", "VIP", "boolean")]


def test_an_import_neither_consents_nor_verifies() -> None:
    done = load(f"c-1,{ADA},yes,2025-01-31", header="external_id,phone,opt_in,verified_at")
    assert PhoneNumber.objects.get().verified_at is None
    assert Customer.objects.get().attributes == {}
    assert done.remarks.count("never gives consent") == 2


def test_a_new_external_id_adopts_the_customer_that_a_text_made() -> None:
    unnamed = Customer.objects.create()
    unnamed.phone_numbers.create(number=ADA, verified_at=timezone.now())
    done = load(f"c-1,{ADA},Ada", f"c-2,{ADA},Bob")
    unnamed.refresh_from_db()
    assert counts(done) == (2, 2, 0, 0)
    assert (unnamed.external_id, unnamed.first_name) == ("c-1", "Ada")
    assert unnamed.phone_numbers.get().verified_at is not None
    assert PhoneNumber.objects.filter(number=ADA).count() == 2


def test_a_known_external_id_takes_over_the_number_with_its_verified_mark() -> None:
    ada = Customer.objects.create(external_id="c-1")
    Customer.objects.create().phone_numbers.create(number=ADA, verified_at=timezone.now())
    load(f"c-1,{ADA},Ada")
    assert ada.phone_numbers.get().verified_at is not None
    assert PhoneNumber.objects.count() == 1


@pytest.mark.parametrize("content", [b"name,phone\n", "external_id,phone\nZoë,\n".encode("latin-1"), b""])
def test_a_file_that_cannot_be_read_is_refused_at_the_door(content: bytes) -> None:
    with pytest.raises(Refused) as caught:
        upload_file(file_name="people.csv", content=content, by=STAFF)
    assert (caught.value.code, caught.value.field) == ("file_refused", "file")
    assert not CustomerImport.objects.exists()


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(Refused, match=r"51 MB; 50 is the most"):
        upload_file(file_name="people.csv", content=bytes(51 * 1024**2), by=STAFF)


def test_a_fault_in_the_middle_leaves_nothing_behind() -> None:
    done = load("c-1,,Ada", 'c-2,,"Bob', "x" * 140_000)
    assert (done.state, done.content) == ("failed", None)
    assert "Line 3 opens a quotation mark" in done.problem
    assert not Customer.objects.exists()


def test_too_many_new_attributes_fail_the_import_with_a_sentence() -> None:
    Attribute.objects.bulk_create(Attribute(key=f"k{n}") for n in range(500))
    done = load("c-1,,1", header="external_id,phone,one_more")
    assert (done.state, "which is the limit" in done.problem) == ("failed", True)


def test_an_import_whose_worker_died_runs_again_from_the_beginning() -> None:
    started = upload_file(file_name="people.csv", content=b"external_id,phone\n,x\nc-1,\n", by=STAFF)
    started.rejected_lines.create(line=2, content="half done", reason="x")
    CustomerImport.objects.update(state="running", lines=1, rejected=1)
    assert run_waiting_imports() == 1
    started.refresh_from_db()
    assert (started.state, counts(started)) == ("done", (2, 1, 0, 1))
    assert run_waiting_imports() == 0


def test_a_file_from_the_server_is_imported_at_once() -> None:
    stream = io.BytesIO(b"external_id,phone\nc-1,\n")
    done = import_now(file_name="people.csv", stream=stream, by=STAFF)
    assert (done.state, done.created) == ("done", 1)


def test_one_that_was_interrupted_without_its_file_says_so() -> None:
    CustomerImport.objects.create(file_name="people.csv", state="running")
    run_waiting_imports()
    assert "interrupted" in CustomerImport.objects.get().problem


@pytest.mark.django_db(transaction=True)
def test_while_another_worker_imports_nothing_is_started() -> None:
    upload_file(file_name="people.csv", content=b"external_id,phone\nc-1,\n", by=STAFF)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7061993)")
        assert run_waiting_imports() == 0
        # A closed connection frees its locks a moment late.
        cursor.execute("SELECT pg_advisory_unlock(7061993)")
    other.close()
    assert run_waiting_imports() == 1


def test_the_audit_trail_tells_who_began_and_what_became_of_it() -> None:
    load("c-1,,Ada")
    acts = AuditEntry.objects.order_by("pk").values_list("act", "actor")
    assert list(acts) == [("import.upload", "tests"), ("import.start", "tests"), ("import.done", "imports")]


def test_staff_without_the_right_are_turned_away() -> None:
    with pytest.raises(PermissionDenied):
        upload_file(file_name="x", content=b"", by=Actor("staff", "viewer", None, frozenset()))


def test_a_file_with_titles_alone_is_told_to_hold_no_customers() -> None:
    started = upload_file(file_name="people.csv", content=b"external_id,phone\n\n", by=STAFF)
    run_waiting_imports()
    started.refresh_from_db()
    assert (started.state, started.lines) == ("failed", 0)
    assert "holds no customers" in started.problem
