"""`manage.py import_customers`."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from campaigns.models import Customer

pytestmark = pytest.mark.django_db


def run(path: Path, text: str, *options: str) -> str:
    path.write_text(text)
    out = io.StringIO()
    call_command("import_customers", str(path), *options, stdout=out)
    return out.getvalue()


def test_the_command_says_what_became_of_the_lines(tmp_path: Path) -> None:
    said = run(tmp_path / "people.csv", "external_id,phone,opt_in\nc-1,,\nc-2,911,\n")
    assert said.startswith("2 lines: 1 customers created, 0 updated, 1 lines rejected.")
    assert "neither gives nor takes consent" in said
    assert "Line 3: phone: This phone number is too short" in said
    assert Customer.objects.get().external_id == "c-1"


def test_the_command_writes_json_for_programs(tmp_path: Path) -> None:
    said = json.loads(run(tmp_path / "people.csv", "external_id,phone\nc-1,\n", "--json"))
    assert {**said, "import": 0} == {
        "status": "ok", "import": 0, "lines": 1, "created": 1, "updated": 0, "rejected": 0, "remarks": [],
    }  # fmt: skip


def test_a_file_that_cannot_be_imported_ends_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no column “phone”"):
        run(tmp_path / "people.csv", "external_id\nc-1\n")
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("import_customers", str(tmp_path / "absent.csv"))
