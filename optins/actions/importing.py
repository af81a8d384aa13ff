"""The work behind an import: reading its file, telling what it would do, doing it, opting out who left.

Runs under the lock that keeps imports one after another (`optins.actions.imports`), never in a request.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO, Final

import structlog
from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from campaigns.actions import staging
from campaigns.actions.attributes import learn
from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.customer_file import Columns, FileRefused, Line, Rejected, read_columns, read_lines
from campaigns.language import retold
from campaigns.models import Attribute, CustomerImport, ImportedLine, PhoneNumber, RejectedLine
from campaigns.refusals import Refused
from campaigns.rules import Kind
from optins.actions.opting_out import opt_out_imported
from optins.queries import lowerable

log = structlog.get_logger(__name__)

_CHUNK: Final = 5_000
_SAMPLE: Final = 20
# Each number is locked until its batch is committed, and the database has a few thousand such locks.
_LOWERED_AT_ONCE: Final = 200
# Stored in English, and shown in the reader's language.
_OURS: Final = gettext_noop("Something went wrong on our side and nothing was imported. Tell whoever runs Optline.")
_EMPTY: Final = gettext_noop("The file holds no customers: nothing stands under its first line. Choose another file.")

_State = CustomerImport.State
_COUNTS: Final = ("lines", "created", "updated", "unchanged", "rejected", "numbers", "opt_outs", "lowered")


def columns_of(stream: BinaryIO) -> Columns:
    """Read a file's header and check its encoding. Raises Refused."""
    known = {key: Kind(kind) for key, kind in Attribute.objects.values_list("key", "type")}
    try:
        return read_columns(stream, known, region=settings.DEFAULT_PHONE_REGION)
    except FileRefused as error:
        raise Refused("file_refused", retold(str(error)), field="file") from None


def preview(row: CustomerImport, stream: BinaryIO) -> None:
    """Tell on the row what importing the file would do, and let a person decide."""
    _guarded(row, stream, _preview)


def run(row: CustomerImport, stream: BinaryIO) -> None:
    """Import one file and settle its row, whatever happens but the loss of the database."""
    _guarded(row, stream, _import)


def lower(row: CustomerImport) -> None:
    """Write into the ledger who left, a batch of lines at a time, and finish the import."""
    asked = ImportedLine.objects.filter(customer_import=row, opt_out=ImportedLine.OptOut.ASKED).order_by("pk")
    while lines := list(asked[:_LOWERED_AT_ONCE]):
        with transaction.atomic():
            lowered = sum(opt_out_imported(number=number, row=row, line=line) for number, line in _numbers_of(lines))
            asked.filter(pk__in=[line.pk for line in lines]).update(opt_out=ImportedLine.OptOut.HEARD)
            CustomerImport.objects.filter(pk=row.pk).update(lowered=F("lowered") + lowered)
    row.refresh_from_db()
    with transaction.atomic():
        _settle(row, _State.DONE)


def fail(row: CustomerImport, problem: str) -> None:
    """Settle a row of which nothing was imported, with a sentence."""
    row.problem = problem
    with transaction.atomic():
        _settle(row, _State.FAILED)


def _guarded(row: CustomerImport, stream: BinaryIO, work: Callable[[CustomerImport, BinaryIO], None]) -> None:
    try:
        work(row, stream)
    except (Refused, FileRefused) as error:
        fail(row, str(error))
    except OperationalError:
        raise
    except Exception:
        log.exception("import_failed", customer_import=row.pk)
        fail(row, _OURS)


def _preview(row: CustomerImport, stream: BinaryIO) -> None:
    _stage(row, stream)
    _take_over(row, staging.plan(row.pk, lock=False))
    row.sample = staging.sample(_SAMPLE)
    row.lowered = sum(len(lowerable(numbers)) for numbers in _leavers())
    row.state, row.expected = _State.READY, row.lines
    row.save(update_fields=["state", "expected", "sample", *_COUNTS])
    staging.clear()


def _import(row: CustomerImport, stream: BinaryIO) -> None:
    row.state = _State.RUNNING
    columns = _stage(row, stream)
    with transaction.atomic():
        learn(columns.kinds, labels=columns.labels)
        _take_over(row, staging.plan(row.pk, lock=True))
        staging.apply(row.pk)
        row.content, row.sample, row.lowered = None, [], 0
        row.state = _State.LOWERING
        row.save(update_fields=["state", "content", "sample", *_COUNTS])
        CustomerImport.objects.filter(pk=row.pk).update(merged_at=TransactionNow())
    staging.clear()


def _stage(row: CustomerImport, stream: BinaryIO) -> Columns:
    """Read the whole file into the staging table. What is rejected is told at once, and the progress with it."""
    columns = columns_of(stream)
    row.rejected_lines.all().delete()
    row.lines, row.rejected = 0, 0
    row.header, row.remarks = columns.header, "\n".join(columns.remarks)
    row.columns = [
        [title, target] for title, target in zip(columns.titles, columns.targets, strict=True) if target is not None
    ]
    row.save(update_fields=["state", "lines", "rejected", "header", "remarks", "columns"])
    staging.prepare()
    for chunk in _chunks(read_lines(stream, columns, region=settings.DEFAULT_PHONE_REGION)):
        good = [line for line in chunk if isinstance(line, Line)]
        staging.copy(good)
        bad = [line for line in chunk if isinstance(line, Rejected)]
        RejectedLine.objects.bulk_create(
            RejectedLine(customer_import=row, line=line.number, content=line.content, reason=line.reason)
            for line in bad
        )
        row.lines, row.rejected = row.lines + len(chunk), row.rejected + len(bad)
        row.save(update_fields=["lines", "rejected"])
    if not row.lines:
        raise FileRefused(_EMPTY)
    return columns


def _take_over(row: CustomerImport, plan: staging.Plan) -> None:
    row.created, row.updated, row.unchanged = plan.created, plan.updated, plan.unchanged
    row.numbers, row.opt_outs = plan.numbers, plan.opt_outs
    row.rejected += plan.duplicates


def _leavers() -> Iterator[Sequence[str]]:
    """The staged numbers of people who left, a page at a time."""
    last = ""
    while numbers := staging.leavers(after=last, most=_CHUNK):
        yield numbers
        last = numbers[-1]


def _numbers_of(lines: Sequence[ImportedLine]) -> Sequence[tuple[str, int]]:
    """The numbers of the lines' customers, each with its line: in one order, so that no two writers wait for each
    other in a circle."""
    by_customer = {line.customer_id: line.line for line in lines}
    held = PhoneNumber.objects.filter(customer__in=by_customer).order_by("-customer")
    numbers = {number: by_customer[customer] for number, customer in held.values_list("number", "customer")}
    return sorted(numbers.items())


def _settle(row: CustomerImport, state: str) -> None:
    row.state, row.content, row.sample = state, None, []
    row.save(update_fields=["state", "content", "sample", "problem", *_COUNTS])
    CustomerImport.objects.filter(pk=row.pk).update(finished_at=Now())
    record(by=Actor.system("imports"), act=f"import.{state}", of=row, **{name: getattr(row, name) for name in _COUNTS})


def _chunks(lines: Iterator[Line | Rejected]) -> Iterator[list[Line | Rejected]]:
    while chunk := list(islice(lines, _CHUNK)):
        yield chunk
