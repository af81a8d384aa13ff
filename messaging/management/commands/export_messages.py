"""`manage.py export_messages CAMPAIGN`: one line for each text of a campaign, of any size, as CSV or JSON lines."""

import csv
import os
import sys
from collections.abc import Iterator
from typing import Any, Final

from django.core.management.base import CommandParser
from django.db import transaction

from campaigns.commands import Answer, OperatorCommand, as_json, find_campaign
from campaigns.customer_file import defuse
from campaigns.phone import mask
from messaging.reports import texts_of
from messaging.states import State

_COLUMNS: Final = {
    "id": "pk",
    "run": "run_id",
    "message": "run__message__name",
    "external_id": "customer__external_id",
    "number": "number",
    "sender": "sender__address",
    "state": "state",
    "reason": "reason",
    "error_code": "error_code",
    "parts": "parts",
    "sid": "sid",
    "attempts": "attempts",
    "due_at": "due_at",
    "claimed_at": "claimed_at",
    "settled_at": "settled_at",
}
_AT_ONCE: Final = 2_000


class Command(OperatorCommand):
    help = "Write a campaign's texts to stdout, one a line. Numbers are masked unless --whole-numbers."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("campaign", help="The campaign's number, or its permalink.")
        parser.add_argument("--state", choices=[state.value for state in State], help="Only the texts in this state.")
        parser.add_argument("--whole-numbers", action="store_true", help="Write phone numbers unmasked.")
        parser.add_argument("--bodies", action="store_true", help="Write what each text says, too.")

    def handle(self, *, json: bool, **options: Any) -> None:
        """`--json` writes one object a line; what is wrong is told as by every command."""
        self.as_objects = json
        try:
            super().handle(json=json, **options)
        except BrokenPipeError:
            # Whoever read us, such as `head`, has enough. Python's own flush at the end must find no broken pipe.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def answer(self, *, campaign: str, state: str | None, whole_numbers: bool, bodies: bool, **_: Any) -> Answer | None:
        columns = {**_COLUMNS, **({"body": "body"} if bodies else {})}
        texts = texts_of(find_campaign(campaign)).order_by("pk")
        chosen = texts.filter(state=state) if state else texts
        # In one transaction Postgres hands rows out as it finds them; outside it would keep all of them first.
        with transaction.atomic():
            found = chosen.values_list(*columns.values()).iterator(chunk_size=_AT_ONCE)
            self._write(list(columns), (_shown(columns, row, whole_numbers) for row in found))
        return None

    def _write(self, columns: list[str], rows: Iterator[dict[str, Any]]) -> None:
        if self.as_objects:
            for row in rows:
                self.stdout.write(as_json(row))
            return
        table = csv.writer(self.stdout, lineterminator="\n")
        table.writerow(columns)
        for row in rows:
            table.writerow([_cell(value) for value in row.values()])


def _shown(columns: dict[str, str], values: tuple[Any, ...], whole_numbers: bool) -> dict[str, Any]:
    row = dict(zip(columns, values, strict=True))
    if row["number"] and not whole_numbers:
        row["number"] = mask(row["number"])
    return row


def _cell(value: Any) -> str:
    """A cell that no spreadsheet runs as a formula."""
    if value is None:
        return ""
    return defuse(value.isoformat() if hasattr(value, "isoformat") else str(value))
