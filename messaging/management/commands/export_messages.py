"""`manage.py export_messages CAMPAIGN`: one line for each text of a campaign, of any size, as CSV or JSON lines."""

import csv
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.core.management.base import CommandParser
from django.db import transaction

from campaigns.commands import Answer, OperatorCommand, as_json, find_campaign
from messaging.exports import COLUMNS, cells, row_of
from messaging.reports.figures import texts_of
from messaging.states import State

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
        columns = {**COLUMNS, **({"body": "body"} if bodies else {})}
        texts = texts_of(find_campaign(campaign)).order_by("pk")
        chosen = texts.filter(state=state) if state else texts
        # In one transaction Postgres hands rows out as it finds them; outside it would keep all of them first.
        with transaction.atomic():
            found = chosen.values_list(*columns.values()).iterator(chunk_size=_AT_ONCE)
            self._write(columns, found, whole_numbers)
        return None

    def _write(self, columns: Mapping[str, str], found: Iterator[tuple[Any, ...]], whole_numbers: bool) -> None:
        if self.as_objects:
            for values in found:
                self.stdout.write(as_json(row_of(columns, values, whole_numbers=whole_numbers)))
            return
        table = csv.writer(self.stdout, lineterminator="\n")
        table.writerow(columns)
        for values in found:
            table.writerow(cells(columns, values, whole_numbers=whole_numbers))
