"""`manage.py opt_out_numbers FILE --reason WHY`: people who asked by other ways than a text to be left alone."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from campaigns.actions.persons import read_number
from campaigns.commands import Answer, ChangingCommand, actor
from campaigns.refusals import Refused
from optins.actions.opting_out import end_deactivated, opt_out_number


class Command(ChangingCommand):
    help = "Opt out every number of a file, one a line, in the first column. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--reason", required=True, help="How these people asked, or whose list it is.")
        parser.add_argument(
            "--deactivated",
            action="store_true",
            help="The numbers were given up or reassigned: consent and verification end, and nobody is suppressed.",
        )

    def answer(self, *, file: Path, reason: str, deactivated: bool, by: str, **_: Any) -> Answer:
        end = end_deactivated if deactivated else opt_out_number
        numbers, ended, rejected = 0, 0, []
        for line, cell in _cells(file):
            try:
                ended += end(number=read_number(cell, field="file"), by=actor(by), reason=reason)
                numbers += 1
            except Refused as refusal:
                rejected.append({"line": line, "reason": str(refusal)})
        return {"numbers": numbers, "ended": ended, "rejected": rejected}

    def in_words(self, answer: Any) -> str:
        counts = f"{answer['numbers']:,} numbers, {answer['ended']:,} subscriptions ended."
        return "\n".join([counts, *(f"Line {row['line']}: {row['reason']}" for row in answer["rejected"])])


def _cells(file: Path) -> Iterator[tuple[int, str]]:
    """The first cell of each line that has one, with the line's number; a heading without a digit is none."""
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            for line, row in enumerate(csv.reader(stream), start=1):
                cell = row[0].strip() if row else ""
                if cell and (line > 1 or any(map(str.isdigit, cell))):
                    yield line, cell
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refused("argument_error", f"{file} cannot be read: {error}.") from None
