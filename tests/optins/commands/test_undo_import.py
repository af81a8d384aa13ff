"""`manage.py undo_import`."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from campaigns.models import AuditEntry, Customer
from tests.optins.importing import load

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("undo_import", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_takes_an_import_back_and_says_who_asked_for_it() -> None:
    row = load("c-1,+13139711649,Ada")
    said = json.loads(run(str(row.pk), "--reason", "Last year's", "--by", "grace", "--json"))
    assert said == {
        "status": "ok", "import": row.pk, "removed": 1, "restored": 0, "numbers": 1, "kept": 0, "consents": 0,
        "consents_kept": 0,
    }  # fmt: skip
    assert not Customer.objects.exists()
    asked = AuditEntry.objects.get(act="import.undo")
    assert (asked.actor, asked.detail["reason"]) == ("grace", "Last year's")


def test_what_cannot_be_undone_ends_with_a_sentence() -> None:
    row = load("c-1,,Ada")
    assert "is undone: 1 customers removed" in run(str(row.pk), "--reason", "Last year's")
    with pytest.raises(CommandError, match="undone already"):
        run(str(row.pk), "--reason", "Again")
    with pytest.raises(CommandError, match="There is no import 0"):
        run("0", "--reason", "x")
