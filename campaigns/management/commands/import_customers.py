"""`manage.py import_customers FILE`: import a file of customers from the server's own disk, of any size."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from campaigns.actions.imports import import_now
from campaigns.actors import Actor
from campaigns.commands import Answer, OperatorCommand
from campaigns.models import CustomerImport, RejectedLine
from campaigns.refusals import Refused

_SHOWN = 20


class Command(OperatorCommand):
    help = "Import a CSV file of customers, and say what became of its lines."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)

    def answer(self, *, file: Path, **_: Any) -> Answer:
        try:
            with file.open("rb") as stream:
                done = import_now(file_name=file.name, stream=stream, by=Actor.system("import_customers"))
        except OSError as error:
            raise Refused("argument_error", f"{file} cannot be read: {error.strerror}.") from None
        if done.state == CustomerImport.State.FAILED:
            raise Refused("import_failed", done.problem)
        return {
            "import": done.pk,
            "lines": done.lines,
            "created": done.created,
            "updated": done.updated,
            "rejected": done.rejected,
            "remarks": done.remarks.splitlines(),
        }

    def in_words(self, answer: Any) -> str:
        counts = (
            f"{answer['lines']:,} lines: {answer['created']:,} customers created, {answer['updated']:,} updated, "
            f"{answer['rejected']:,} lines rejected."
        )
        lines = RejectedLine.objects.filter(customer_import=answer["import"])[:_SHOWN]
        rejected = [f"Line {line.line}: {line.reason}" for line in lines]
        left = answer["rejected"] - _SHOWN
        more = [f"{left:,} more are on the import's page."] if left > 0 else []
        return "\n".join([counts, *answer["remarks"], *rejected, *more])
