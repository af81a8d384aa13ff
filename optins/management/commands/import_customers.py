"""`manage.py import_customers FILE`: import a file of customers from the server's own disk, of any size."""

from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import CommandParser

from campaigns.actors import Actor
from campaigns.commands import Answer, OperatorCommand
from campaigns.models import CustomerImport
from campaigns.refusals import Refused
from optins.actions.imports import SHOWN, import_now, preview_now

_BY = Actor.system("import_customers")


class Command(OperatorCommand):
    help = "Import a CSV file of customers, and say what became of its lines."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--preview", action="store_true", help="Tell what it would do, and change nothing.")

    def answer(self, *, file: Path, preview: bool, **_: Any) -> Answer:
        try:
            with file.open("rb") as stream:
                return _preview(file.name, stream) if preview else _import(file.name, stream)
        except OSError as error:
            raise Refused("argument_error", f"{file} cannot be read: {error.strerror}.") from None

    def in_words(self, answer: Any) -> str:
        would = "would be " if "preview" in answer else ""
        counts = (
            f"{answer['lines']:,} lines: {answer['created']:,} customers {would}created, {answer['updated']:,} "
            f"{would}updated, {answer['unchanged']:,} stay as they are, {answer['numbers']:,} numbers {would}added, "
            f"{answer['lowered']:,} numbers {would}opted out, {answer['rejected']:,} lines rejected."
        )
        rejected = [f"Line {line['line']}: {line['reason']}" for line in answer["rejected_lines"]]
        left = answer["rejected"] - len(rejected)
        more = [f"{left:,} more are rejected."] if left > 0 else []
        return "\n".join([counts, *answer["remarks"], *rejected, *more])


def _preview(name: str, stream: BinaryIO) -> Answer:
    would = preview_now(file_name=name, stream=stream, by=_BY)
    _require_read(would.row)
    columns = [{"title": title, "means": meaning} for title, meaning in would.row.columns]
    told = {"preview": True, **_counts(would.row), "columns": columns, "sample": would.row.sample}
    return {**told, "rejected_lines": [{"line": line, "reason": reason} for line, reason in would.rejected]}


def _import(name: str, stream: BinaryIO) -> Answer:
    done = import_now(file_name=name, stream=stream, by=_BY)
    _require_read(done)
    rejected = list(done.rejected_lines.values("line", "reason")[:SHOWN])
    return {"import": done.pk, **_counts(done), "rejected_lines": rejected}


def _require_read(row: CustomerImport) -> None:
    if row.state == CustomerImport.State.FAILED:
        raise Refused("import_failed", row.problem)


def _counts(row: CustomerImport) -> dict[str, object]:
    names = ("lines", "created", "updated", "unchanged", "rejected", "numbers", "opt_outs", "lowered")
    return {**{name: getattr(row, name) for name in names}, "remarks": row.remarks.splitlines()}
