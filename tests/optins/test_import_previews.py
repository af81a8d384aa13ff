"""What an import shows before it runs: what it would do, with nothing done."""

import pytest
from django.core.exceptions import PermissionDenied

from campaigns.actors import Actor
from campaigns.models import Attribute, Customer, CustomerImport, PhoneNumber
from campaigns.refusals import Refused
from optins.actions.imports import discard_import, run_import
from optins.models import ConsentEvent, Subscription, Suppression
from tests import factories
from tests.optins.importing import STAFF, load, upload

pytestmark = pytest.mark.django_db

ADA, BOB, CLEO = "+13139711649", "+13139711650", "+13139711651"
HEADER = "external_id,phone,first_name,points,opted_out"
COUNTS = ("lines", "created", "updated", "unchanged", "rejected", "numbers", "opt_outs", "lowered")
FILE = (
    f"c-1,{ADA},Ada,3,yes",
    f"c-2,{BOB},Robert,,",
    "c-3,,,,",
    f"c-4,{CLEO},Cleo,,2026-01-31",
    "c-5,911,,,",
    "c-2,,,,",
)


def counts(row: CustomerImport) -> list[int]:
    return [getattr(row, name) for name in COUNTS]


@pytest.fixture
def people() -> None:
    ada = factories.customer(external_id="c-1", first_name="Ada", numbers=[ADA], attributes={"points": 2})
    Attribute.objects.create(key="points", type="number")
    factories.subscription(factories.opt_in_campaign(), ada, ADA)
    factories.customer(external_id="c-2", first_name="Bob", numbers=[BOB])
    factories.customer(external_id="c-3")


@pytest.mark.usefixtures("people")
def test_a_preview_tells_what_the_import_then_does() -> None:
    row = upload(*FILE, header=HEADER)
    assert (row.state, counts(row)) == ("ready", [6, 1, 2, 1, 2, 1, 2, 2])
    foretold = counts(row)
    run_import(row=row, by=STAFF)
    assert counts(load(*FILE, header=HEADER))[5:] == [0, 2, 0]
    row.refresh_from_db()
    assert counts(row) == foretold


@pytest.mark.usefixtures("people")
def test_a_preview_changes_nothing() -> None:
    before = [list(model.objects.order_by("pk").values()) for model in (Customer, PhoneNumber, Attribute)]
    entries = ConsentEvent.objects.count()
    upload(*FILE, header=HEADER)
    assert [list(model.objects.order_by("pk").values()) for model in (Customer, PhoneNumber, Attribute)] == before
    assert (ConsentEvent.objects.count(), Suppression.objects.count()) == (entries, 0)
    assert Subscription.objects.get().state == "opted_in"


@pytest.mark.usefixtures("people")
def test_a_preview_shows_lines_as_they_were_and_as_they_would_be() -> None:
    row = upload(*FILE, header=HEADER)
    shown = {line["line"]: line for line in row.sample}
    assert (shown[2]["before"], shown[2]["after"]) == ({"attributes.points": 2}, {"attributes.points": 3})
    assert (shown[3]["before"], shown[3]["after"]) == ({"first_name": "Bob"}, {"first_name": "Robert"})
    assert (shown[5]["is_new"], shown[5]["number"], shown[5]["opts_out"]) == (True, CLEO, True)
    assert 4 not in shown
    assert ["opted_out", "opted_out"] in row.columns


def test_a_file_that_is_discarded_is_gone_and_never_runs() -> None:
    row = upload("c-1,,Ada")
    discard_import(row=row, by=STAFF)
    row.refresh_from_db()
    assert (row.state, row.content, row.sample) == ("discarded", None, [])
    with pytest.raises(Refused, match="whose preview is ready"):
        run_import(row=row, by=STAFF)
    with pytest.raises(Refused, match="that has not run"):
        discard_import(row=row, by=STAFF)
    assert not Customer.objects.exists()


def test_whoever_may_not_import_may_neither_run_nor_discard() -> None:
    row = upload("c-1,,Ada")
    viewer = Actor("staff", "viewer", None, frozenset())
    for verb in (run_import, discard_import):
        with pytest.raises(PermissionDenied):
            verb(row=row, by=viewer)
    row.refresh_from_db()
    assert row.state == "ready"
