"""`manage.py import_customers FILE`: import a file of customers from the server's own disk, of any size."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns.actions.imports import import_now
from campaigns.actors import Actor
from campaigns.models import CustomerImport
from campaigns.refusals import Refused


class Command(BaseCommand):
    help = "Import a CSV file of customers, and say what became of its lines."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="Write the counts as JSON.")

    def handle(self, *, file: Path, json: bool, **_: Any) -> None:
        try:
            with file.open("rb") as stream:
                done = import_now(file_name=file.name, stream=stream, by=Actor.system("import_customers"))
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        if done.state == CustomerImport.State.FAILED:
            raise CommandError(done.problem)
        self.stdout.write(_as_json(done) if json else _as_text(done))


def _counts(done: CustomerImport) -> dict[str, int]:
    return {
        "import": done.pk,
        "lines": done.lines,
        "created": done.created,
        "updated": done.updated,
        "rejected": done.rejected,
    }


def _as_json(done: CustomerImport) -> str:
    return json.dumps({**_counts(done), "remarks": done.remarks.splitlines()})


def _as_text(done: CustomerImport) -> str:
    counts = (
        f"{done.lines:,} lines: {done.created:,} customers created, {done.updated:,} updated, "
        f"{done.rejected:,} lines rejected."
    )
    rejected = [f"Line {line.line}: {line.reason}" for line in done.rejected_lines.all()[:20]]
    more = [f"{done.rejected - 20:,} more are on the import's page."] if done.rejected > 20 else []
    return "\n".join([counts, *done.remarks.splitlines(), *rejected, *more])
