"""`manage.py import_customers`."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from campaigns.models import AuditEntry, Customer, CustomerImport

pytestmark = pytest.mark.django_db


def run(path: Path, text: str, *options: str) -> str:
    path.write_text(text)
    out = io.StringIO()
    call_command("import_customers", str(path), *options, stdout=out)
    return out.getvalue()


def test_the_command_says_what_became_of_the_lines(tmp_path: Path) -> None:
    said = run(tmp_path / "people.csv", "external_id,phone,opt_in\nc-1,,\nc-2,911,\n")
    assert said.startswith(
        "2 lines: 1 customers created, 0 updated, 0 stay as they are, 0 numbers added, 0 numbers opted"
    )
    assert "never gives consent" in said
    assert "Line 3: phone: This phone number is too short" in said
    assert Customer.objects.get().external_id == "c-1"


def test_the_command_writes_json_for_programs(tmp_path: Path) -> None:
    said = json.loads(run(tmp_path / "people.csv", "external_id,phone\nc-1,\n", "--json"))
    assert {**said, "import": 0} == {
        "status": "ok", "import": 0, "lines": 1, "created": 1, "updated": 0, "unchanged": 0, "rejected": 0,
        "numbers": 0, "opt_outs": 0, "lowered": 0, "remarks": [], "rejected_lines": [],
    }  # fmt: skip


def test_a_file_that_cannot_be_imported_ends_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no column “phone”"):
        run(tmp_path / "people.csv", "external_id\nc-1\n")
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("import_customers", str(tmp_path / "absent.csv"))


def test_a_preview_tells_what_would_be_and_writes_nothing(tmp_path: Path) -> None:
    text = "external_id,phone,Opt-Out,opt_in\nc-1,+13139711649,yes,yes\nc-2,911,,\n"
    said = json.loads(run(tmp_path / "people.csv", text, "--preview", "--json"))
    assert (said["preview"], said["created"], said["opt_outs"], said["lowered"], said["rejected"]) == (True, 1, 1, 1, 1)
    assert {"title": "Opt-Out", "means": "opted_out"} in said["columns"]
    assert "“opt_in” was not read" in said["remarks"][0]
    assert [line["line"] for line in said["rejected_lines"]] == [3]
    assert said["sample"][0]["number"] == "+13139711649"
    assert [model.objects.count() for model in (Customer, CustomerImport, AuditEntry)] == [0, 0, 0]
    assert "1 customers would be created" in run(tmp_path / "people.csv", text, "--preview")
