"""A file that says who left: their consent is lowered by entries of the ledger, and nobody's is raised."""

import pytest

from campaigns.models import Customer, ImportedLine
from optins.actions.imports import run_waiting_imports
from optins.models import ConsentEvent, Subscription, Suppression
from optins.rebuilding import differences
from optins.verifying import Walk, faults
from tests import factories
from tests.optins.importing import load

pytestmark = pytest.mark.django_db

ADA, OTHER = "+13139711649", "+13139711650"
HEADER = "external_id,phone,opted_out"


@pytest.fixture
def ada() -> Customer:
    person = factories.customer(external_id="c-1", numbers=[ADA, OTHER])
    factories.subscription(factories.opt_in_campaign(), person, ADA)
    return person


def holds() -> None:
    assert list(differences()) == []
    assert list(faults(walk=Walk())) == []


@pytest.mark.usefixtures("ada")
def test_whoever_left_is_opted_out_with_every_number_on_file() -> None:
    row = load(f"c-1,{ADA},yes", header=HEADER)
    assert Subscription.objects.get().state == "opted_out"
    standing = Suppression.objects.filter(sender=None, lifted_at=None, reason="import")
    assert set(standing.values_list("number", flat=True)) == {ADA, OTHER}
    assert (row.state, row.opt_outs, row.lowered) == ("done", 1, 2)
    holds()


@pytest.mark.usefixtures("ada")
def test_the_ledger_says_which_line_of_which_file_said_so() -> None:
    row = load(f"c-1,{ADA},2026-01-31", header=HEADER)
    entries = ConsentEvent.objects.of(ADA).filter(method="import")
    assert set(entries.values_list("action", flat=True)) == {"opted_out", "suppressed"}
    assert {(entry.reason, entry.customer_import_id) for entry in entries} == {("Line 2 of “people.csv”", row.pk)}


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("cell", ["no", "0", ""])
def test_whoever_did_not_leave_stands_as_before(cell: str) -> None:
    row = load(f"c-1,{ADA},{cell}", header=HEADER)
    assert (Subscription.objects.get().state, row.lowered) == ("opted_in", 0)
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("title", ["opt_in", "subscribed", "consent", "opted_in_at"])
def test_no_column_brings_anybody_back(title: str) -> None:
    factories.customer(external_id="c-1", numbers=[ADA])
    load(f"c-1,{ADA},yes", header=HEADER)
    load(f"c-1,{ADA},yes,no", header=f"external_id,phone,{title},opted_out")
    assert Suppression.objects.get().lifted_at is None
    assert not Subscription.objects.filter(state="opted_in").exists()


def test_an_import_whose_worker_died_while_opting_out_goes_on_where_it_was() -> None:
    row = load(f"c-1,{ADA},yes", f"c-2,{OTHER},no", header=HEADER)
    Suppression.objects.all().delete()
    ImportedLine.objects.filter(line=2).update(opt_out="asked")
    type(row).objects.update(state="lowering", lowered=0)
    run_waiting_imports()
    row.refresh_from_db()
    assert (row.state, row.lowered, row.created) == ("done", 1, 2)
    assert Suppression.objects.get().number == ADA
