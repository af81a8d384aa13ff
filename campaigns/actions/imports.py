"""Importing files of customers: all of a file's good lines, in one transaction, or nothing.

An import adds and updates customers. It never gives, takes or verifies consent.
"""

import io
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, Final

import structlog
from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models.functions import Now

from campaigns.actions import staging
from campaigns.actions.attributes import learn
from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.bell import ring_after_commit
from campaigns.customer_file import Columns, FileRefused, Line, Rejected, read_columns, read_lines
from campaigns.locks import alone
from campaigns.models import Attribute, CustomerImport, RejectedLine
from campaigns.refusals import Refused
from campaigns.rules import Kind

log = structlog.get_logger(__name__)

ADD: Final = "campaigns.add_customerimport"
RUN_IMPORTS: Final = "campaigns.run_imports"
MAX_BYTES: Final = 50 * 1024 * 1024
_CHUNK: Final = 5_000
# The number of the lock that keeps imports one after another; any constant will do.
_LOCK: Final = 7_061_993


def start_import(*, file_name: str, content: bytes, by: Actor) -> CustomerImport:
    """Keep an uploaded file and have a worker import it. Its encoding and columns are checked at once.

    Raises Refused with `field="file"`, PermissionDenied.
    """
    by.require(ADD)
    if len(content) > MAX_BYTES:
        sentence = (
            f"The file has {len(content) / 1024**2:.0f} MB; {MAX_BYTES // 1024**2} is the most that can be "
            "uploaded. Split it, or have it imported on the server with “manage.py import_customers”."
        )
        raise Refused("file_too_large", sentence, field="file")
    _columns(io.BytesIO(content))
    with transaction.atomic():
        started = CustomerImport.objects.create(file_name=file_name[-255:], content=content, started_by_id=by.user_id)
        record(by=by, act="import.start", of=started)
        ring_after_commit(RUN_IMPORTS)
    return started


def run_waiting_imports() -> int:
    """Import every file that waits, one after another, and how many there were. Safe to call at any time.

    A file whose worker died is imported from its beginning: nothing of it was kept. While another worker
    imports, this returns at once, and that worker or the next call finds what is new.
    """
    with alone(_LOCK) as mine:
        if not mine:
            return 0
        open_states = [CustomerImport.State.WAITING, CustomerImport.State.RUNNING]
        waiting = list(CustomerImport.objects.filter(state__in=open_states).order_by("pk").defer("content"))
        for row in waiting:
            if row.content is None:
                _fail(row, "The import was interrupted before anything was kept. Import the file again.")
            else:
                _run(row, io.BytesIO(bytes(row.content)))
        return len(waiting)


def import_now(*, file_name: str, stream: BinaryIO, by: Actor) -> CustomerImport:
    """Import a file of any size from a seekable stream before returning; memory stays flat.

    Raises Refused, PermissionDenied.
    """
    by.require(ADD)
    _columns(stream)
    with alone(_LOCK, wait=True):
        state = CustomerImport.State.RUNNING
        row = CustomerImport.objects.create(file_name=file_name[-255:], state=state, started_by_id=by.user_id)
        record(by=by, act="import.start", of=row)
        _run(row, stream)
    row.refresh_from_db()
    return row


def _columns(stream: BinaryIO) -> Columns:
    known = {key: Kind(kind) for key, kind in Attribute.objects.values_list("key", "type")}
    try:
        return read_columns(stream, known, region=settings.DEFAULT_PHONE_REGION)
    except FileRefused as error:
        raise Refused("file_refused", str(error), field="file") from None


def _run(row: CustomerImport, stream: BinaryIO) -> None:
    """Import one file and settle its row, whatever happens but the loss of the database."""
    try:
        _import(row, stream)
    except (Refused, FileRefused) as error:
        _fail(row, str(error))
    except OperationalError:
        raise
    except Exception:
        log.exception("import_failed", customer_import=row.pk)
        _fail(row, "Something went wrong on our side and nothing was imported. Tell whoever runs Optline.")


def _import(row: CustomerImport, stream: BinaryIO) -> None:
    columns = _columns(stream)
    row.rejected_lines.all().delete()
    row.state, row.lines, row.rejected = row.State.RUNNING, 0, 0
    row.header, row.remarks = columns.header, "\n".join(columns.remarks)
    row.save(update_fields=["state", "lines", "rejected", "header", "remarks"])
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
        raise FileRefused("The file holds no customers: nothing stands under its first line. Choose another file.")
    _carry_over(row, columns)


def _carry_over(row: CustomerImport, columns: Columns) -> None:
    with transaction.atomic():
        learn(columns.kinds, labels=columns.labels)
        outcome = staging.merge(row.pk)
        row.created, row.updated = outcome.created, outcome.updated
        row.rejected += outcome.duplicates
        _settle(row, CustomerImport.State.DONE)
    staging.clear()


def _fail(row: CustomerImport, problem: str) -> None:
    row.problem = problem
    with transaction.atomic():
        _settle(row, CustomerImport.State.FAILED)


def _settle(row: CustomerImport, state: str) -> None:
    row.state, row.content = state, None
    fields = ["state", "content", "problem", "lines", "created", "updated", "rejected"]
    row.save(update_fields=fields)
    CustomerImport.objects.filter(pk=row.pk).update(finished_at=Now())
    counts = {"lines": row.lines, "created": row.created, "updated": row.updated, "rejected": row.rejected}
    record(by=Actor.system("imports"), act=f"import.{state}", of=row, **counts)


def _chunks(lines: Iterator[Line | Rejected]) -> Iterator[list[Line | Rejected]]:
    while chunk := list(islice(lines, _CHUNK)):
        yield chunk
