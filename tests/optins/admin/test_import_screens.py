"""The screens of an import: upload, preview, run or discard, undo; each by whoever may."""

import io
from typing import Any

import pytest
from django.test import Client

from campaigns.models import AuditEntry, Customer, CustomerImport
from optins.actions.imports import run_waiting_imports
from optins.models import Suppression
from tests.factories import customer, signed_in

pytestmark = pytest.mark.django_db

LIST = "/admin/campaigns/customerimport/"
FILE = b"external_id,phone,first_name,opted_out\nc-1,+13139711649,Eve,yes\nc-2,,Bob,\nc-3,911,,\n"


@pytest.fixture
def launcher() -> Client:
    return signed_in("Launcher")


def preview(client: Client) -> CustomerImport:
    """Upload the file and let a worker read it."""
    file = io.BytesIO(FILE)
    file.name = "people.csv"
    assert client.post(f"{LIST}add/", {"file": file}).status_code == 302
    run_waiting_imports()
    return CustomerImport.objects.latest("pk")


def shown(client: Client, row: CustomerImport) -> str:
    return " ".join(client.get(f"{LIST}{row.pk}/change/").content.decode().split())


def press(client: Client, row: CustomerImport, button: str, **fields: str) -> Any:
    answer = client.post(f"{LIST}{row.pk}/{button}/", fields, follow=True)
    run_waiting_imports()
    return answer


def test_the_preview_tells_all_before_anything_is_done(launcher: Client) -> None:
    customer(external_id="c-1", first_name="Ada")
    page = shown(launcher, preview(launcher))
    assert "Run import: 1 new, 1 changed, 1 opted out" in page
    assert '<s class="ol-muted">Ada</s> → Eve' in page
    assert "opted_out</span> (lowers consent)" in page
    assert "This phone number is too short" in page
    assert Customer.objects.get().first_name == "Ada"


def test_an_import_runs_by_its_button_and_can_then_be_undone(launcher: Client) -> None:
    row = preview(launcher)
    press(launcher, row, "run")
    assert Suppression.objects.get().lifted_at is None
    assert "Undo this import" in shown(launcher, row)
    press(launcher, row, "undo", reason="The wrong file")
    page = shown(launcher, row)
    assert "by " in page
    assert ": The wrong file" in page
    assert "Opt-outs taken back" in page
    assert not Customer.objects.exists()
    assert Suppression.objects.get().lifted_at is not None


def test_what_an_undo_leaves_is_listed(launcher: Client) -> None:
    row = preview(launcher)
    press(launcher, row, "run")
    Customer.objects.get(external_id="c-2").save()
    press(launcher, row, "undo", reason="The wrong file")
    page = shown(launcher, row)
    assert "What the undo left" in page
    assert "The customer stays: it was changed since." in page


def test_an_undo_without_a_reason_is_refused_on_its_page(launcher: Client) -> None:
    row = preview(launcher)
    press(launcher, row, "run")
    assert "Say why the import is undone" in press(launcher, row, "undo", reason="").content.decode()
    assert Customer.objects.count() == 2


def test_a_file_is_discarded_by_its_button(launcher: Client) -> None:
    row = preview(launcher)
    assert "The file was discarded." in press(launcher, row, "discard").content.decode()
    assert "Only an import whose preview is ready" in press(launcher, row, "run").content.decode()
    assert AuditEntry.objects.filter(act="import.discard").exists()
    assert not Customer.objects.exists()


def test_a_marketer_imports_and_does_not_undo() -> None:
    marketer = signed_in("Marketer")
    row = preview(marketer)
    press(marketer, row, "run")
    assert "Undo this import" not in shown(marketer, row)
    assert press(marketer, row, "undo", reason="x").status_code == 403
    assert Customer.objects.count() == 2


def test_a_viewer_looks_and_presses_nothing(launcher: Client) -> None:
    row, viewer = preview(launcher), signed_in("Viewer")
    assert "Run import" not in shown(viewer, row)
    assert [press(viewer, row, button).status_code for button in ("run", "discard")] == [403, 403]
    assert launcher.get(f"{LIST}{row.pk}/run/").status_code == 405
