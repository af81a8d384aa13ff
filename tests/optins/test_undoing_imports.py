"""Undoing an import: everything as it was, save what others changed since."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from campaigns.actors import Actor
from campaigns.models import AuditEntry, Customer, CustomerImport, ImportedLine, PhoneNumber
from campaigns.refusals import Refused
from optins.actions.imports import run_waiting_imports, undo_import
from optins.actions.opting_out import opt_out_number
from optins.models import ConsentEvent, Subscription, Suppression
from optins.rebuilding import differences
from optins.verifying import Walk, faults
from tests import factories
from tests.optins.importing import STAFF, load, undo, upload

pytestmark = pytest.mark.django_db

ADA, BOB = "+13139711649", "+13139711650"
LEFT = "external_id,phone,opted_out"


@pytest.fixture
def subscription() -> Subscription:
    ada = factories.customer(external_id="c-1", numbers=[ADA])
    return factories.subscription(factories.opt_in_campaign(), ada, ADA)


def holds() -> None:
    assert list(differences()) == []
    assert list(faults(walk=Walk())) == []


def test_profiles_are_as_they_were() -> None:
    ada = Customer.objects.create(external_id="c-1", first_name="Ada", birth_date="1990-01-31", attributes={"a": 1})
    before = Customer.objects.values().get()
    row = load(f"c-1,{ADA},Eve,2000-02-01,7,9", header="external_id,phone,first_name,birth_date,a,b")
    undone = undo(row)
    after = Customer.objects.values().get()
    assert {**after, "updated_at": None} == {**before, "updated_at": None}
    assert not ada.phone_numbers.exists()
    assert (undone.state, undone.undone["restored"], undone.undone["numbers"]) == ("undone", 1, 1)


def test_what_others_changed_since_stays_and_is_told() -> None:
    ada = Customer.objects.create(external_id="c-1", first_name="Ada", last_name="L")
    row = load("c-1,,Eve,King", header="external_id,phone,first_name,last_name")
    Customer.objects.update(first_name="Ida")
    undone = undo(row)
    ada.refresh_from_db()
    assert (ada.first_name, ada.last_name) == ("Ida", "L")
    assert undone.undone["kept"] == 1
    assert ImportedLine.objects.get().stays == "Changed since, and left: first_name."


def test_new_customers_go_unless_something_refers_to_them() -> None:
    row = load("c-1,,Ada", f"c-2,{BOB},Bob", "c-3,,Cleo", "c-4,,Dan")
    factories.event(Customer.objects.get(external_id="c-3"), "bought")
    Customer.objects.get(external_id="c-4").save()
    undone = undo(row)
    assert set(Customer.objects.values_list("external_id", flat=True)) == {"c-3", "c-4"}
    assert not PhoneNumber.objects.exists()
    assert undone.undone["removed"] == 2
    assert [line.stays for line in ImportedLine.objects.order_by("line")] == [
        "The customer stays: there are customer events of it.",
        "The customer stays: it was changed since.",
    ]


def test_an_adopted_customer_is_without_external_id_again_and_moved_numbers_are_back() -> None:
    unnamed, other = Customer.objects.create(), Customer.objects.create()
    unnamed.phone_numbers.create(number=ADA)
    other.phone_numbers.create(number=BOB)
    known = Customer.objects.create(external_id="c-2")
    row = load(f"c-1,{ADA},Ada", f"c-2,{BOB},Bob")
    assert set(known.phone_numbers.values_list("number", flat=True)) == {BOB}
    undo(row)
    unnamed.refresh_from_db()
    assert (unnamed.external_id, unnamed.first_name) == (None, "")
    assert other.phone_numbers.get().number == BOB


def test_consent_that_the_import_lowered_stands_again_by_its_own_opt_in(subscription: Subscription) -> None:
    undone = undo(load(f"c-1,{ADA},yes", header=LEFT))
    again = Subscription.objects.get()
    assert (again.state, again.consent_event_id) == ("opted_in", subscription.consent_event_id)
    assert Suppression.objects.get().lifted_at is not None
    taken = ConsentEvent.objects.of(ADA).filter(takes_back__isnull=False)
    assert {(entry.action, entry.takes_back.action) for entry in taken if entry.takes_back} == {
        ("restored", "opted_out"), ("lifted", "suppressed"),
    }  # fmt: skip
    assert (undone.undone["consents"], undone.undone["consents_kept"]) == (1, 0)
    holds()


@pytest.mark.usefixtures("subscription")
def test_whoever_opted_out_since_stays_out() -> None:
    row = load(f"c-1,{ADA},yes", header=LEFT)
    opt_out_number(number=ADA, by=STAFF, reason="Called us")
    undone = undo(row)
    assert Subscription.objects.get().state == "opted_out"
    assert Suppression.objects.get().lifted_at is None
    assert (undone.undone["consents"], undone.undone["consents_kept"]) == (0, 1)
    holds()


def test_whoever_left_one_programme_since_stays_out(subscription: Subscription) -> None:
    row = load(f"c-1,{ADA},yes", header=LEFT)
    opt_out_number(number=ADA, by=STAFF, reason="Called us", programme_id=subscription.programme_id)
    undo(row)
    assert Subscription.objects.get().state == "opted_out"
    holds()


@pytest.mark.usefixtures("subscription")
def test_another_file_that_says_the_same_keeps_the_person_out() -> None:
    first, second = (load(f"c-1,{ADA},yes", header=LEFT) for _ in range(2))
    assert (first.lowered, second.lowered) == (1, 0)
    undo(first)
    undo(second)
    assert Subscription.objects.get().state == "opted_out"
    assert Suppression.objects.get().lifted_at is None
    holds()


def test_whoever_was_suppressed_before_stays_suppressed() -> None:
    factories.customer(external_id="c-1", numbers=[ADA])
    factories.suppression(ADA)
    undo(load(f"c-1,{ADA},yes", header=LEFT))
    assert Suppression.objects.get().lifted_at is None


def test_an_import_is_undone_once_and_only_when_it_is_done() -> None:
    ready = upload("c-1,,Ada")
    with pytest.raises(Refused, match="changed nothing"):
        undo(ready)
    done = load("c-2,,Bob")
    undo(done)
    with pytest.raises(Refused, match="undone already"):
        undo(done)
    CustomerImport.objects.filter(pk=ready.pk).update(state="running")
    with pytest.raises(Refused, match="still running"):
        undo(ready)


def test_undoing_needs_a_reason_and_the_right() -> None:
    row = load("c-1,,Ada")
    with pytest.raises(Refused, match="Say why"):
        undo_import(row=row, reason=" ", by=STAFF)
    marketer = Actor("staff", "marketer", None, frozenset({"campaigns.add_customerimport"}))
    with pytest.raises(PermissionDenied):
        undo_import(row=row, reason="x", by=marketer)
    assert Customer.objects.exists()


def test_a_worker_undoes_and_one_that_died_is_replaced() -> None:
    row = load("c-1,,Ada", "c-2,,Bob")
    undo_import(row=row, reason="The wrong file", by=STAFF)
    Customer.objects.get(external_id="c-1").delete()
    assert run_waiting_imports() == 1
    assert not Customer.objects.exists()
    trail = AuditEntry.objects.order_by("pk").values_list("act", flat=True)
    assert list(trail)[-2:] == ["import.undo", "import.undone"]


@pytest.mark.usefixtures("subscription")
def test_the_database_restores_nothing_but_what_an_import_lowered() -> None:
    entry = ConsentEvent.objects.of(ADA).order_by("-sequence")[0]
    entry.pk, entry.sequence, entry.previous, entry.action = None, entry.sequence + 1, entry.digest, "restored"
    with pytest.raises(IntegrityError, match="restores_imports_only"):
        entry.save(force_insert=True)
