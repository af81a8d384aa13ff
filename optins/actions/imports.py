"""Importing files of customers: shown first, then all of a file's good lines in one transaction, or nothing.

An import adds and updates customers, and opts people out whom the file says to have left. It never gives consent and
verifies no number. What a preview tells is counted from the same plan that the import then carries out.
"""

import io
from dataclasses import dataclass
from typing import BinaryIO, Final

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.bell import ring_after_commit
from campaigns.locks import alone
from campaigns.models import CustomerImport
from campaigns.refusals import Refused
from optins.actions import importing, undoing

ADD: Final = "campaigns.add_customerimport"
RUN_IMPORTS: Final = "optins.run_imports"
MAX_BYTES: Final = 50 * 1024 * 1024
SHOWN: Final = 20
"""How many rejected lines a preview on the server tells."""
# The number of the lock that keeps imports one after another; any constant will do.
_LOCK: Final = 7_061_993
# Stored in English, as the sentences of files are.
_INTERRUPTED: Final = gettext_noop("The import was interrupted before anything was kept. Import the file again.")

_State = CustomerImport.State
_OPEN: Final = (_State.READING, _State.WAITING, _State.RUNNING, _State.LOWERING, _State.UNDOING)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do: a row with its counts that is not on file, and line and reason of rejected lines."""

    row: CustomerImport
    rejected: tuple[tuple[int, str], ...]


def upload_file(*, file_name: str, content: bytes, by: Actor) -> CustomerImport:
    """Keep an uploaded file and have a worker find out what importing it would do. Its columns are checked at once.

    Raises Refused with `field="file"`, PermissionDenied.
    """
    by.require(ADD)
    if len(content) > MAX_BYTES:
        sentence = _(
            "The file has %(size)d MB; %(most)d is the most that can be uploaded. Split it, or have it imported on the "
            "server with “manage.py import_customers”."
        )
        sizes = {"size": round(len(content) / 1024**2), "most": MAX_BYTES // 1024**2}
        raise Refused("file_too_large", sentence % sizes, field="file")
    importing.columns_of(io.BytesIO(content))
    with transaction.atomic():
        uploaded = CustomerImport.objects.create(file_name=file_name[-255:], content=content, started_by_id=by.user_id)
        record(by=by, act="import.upload", of=uploaded)
        ring_after_commit(RUN_IMPORTS)
    return uploaded


@transaction.atomic
def run_import(*, row: CustomerImport, by: Actor) -> None:
    """Have a worker carry out what the preview shows. Raises Refused when it is not ready, PermissionDenied."""
    by.require(ADD)
    _move(row, _State.READY, _State.WAITING, _("Only an import whose preview is ready can run. Reload the page."))
    CustomerImport.objects.filter(pk=row.pk).update(started_by_id=by.user_id)
    record(by=by, act="import.start", of=row)
    ring_after_commit(RUN_IMPORTS)


@transaction.atomic
def discard_import(*, row: CustomerImport, by: Actor) -> None:
    """Throw an uploaded file away. Raises Refused unless it waits for its person, PermissionDenied."""
    by.require(ADD)
    _move(row, _State.READY, _State.DISCARDED, _("Only an import that has not run can be discarded. Reload the page."))
    CustomerImport.objects.filter(pk=row.pk).update(content=None, sample=[], finished_at=Now())
    row.rejected_lines.all().delete()
    record(by=by, act="import.discard", of=row)


def undo_import(*, row: CustomerImport, reason: str, by: Actor) -> None:
    """Have a worker take an import back: `optins.actions.undoing`.

    Raises Refused without a reason, while it runs, and when it is undone already; PermissionDenied.
    """
    with transaction.atomic():
        undoing.begin(row=row, reason=reason, by=by)
        ring_after_commit(RUN_IMPORTS)


def run_waiting_imports() -> int:
    """Go on with every import that waits for a worker, one after another; how many. Safe to call at any time.

    A file whose worker died is taken from its beginning, since nothing of it was kept; opting out and undoing go on
    where they were. While another worker imports, this returns at once, and that worker or the next call finds what
    is new.
    """
    with alone(_LOCK) as mine:
        if not mine:
            return 0
        waiting = list(CustomerImport.objects.filter(state__in=_OPEN).order_by("pk").defer("content"))
        for row in waiting:
            _go_on(row)
        return len(waiting)


def import_now(*, file_name: str, stream: BinaryIO, by: Actor) -> CustomerImport:
    """Import a file of any size from a seekable stream before returning; memory stays flat.

    Raises Refused, PermissionDenied.
    """
    by.require(ADD)
    importing.columns_of(stream)
    with alone(_LOCK, wait=True):
        row = CustomerImport.objects.create(file_name=file_name[-255:], state=_State.RUNNING, started_by_id=by.user_id)
        record(by=by, act="import.start", of=row)
        importing.run(row, stream)
        row.refresh_from_db()
        if row.state == _State.LOWERING:
            importing.lower(row)
    row.refresh_from_db()
    return row


def preview_now(*, file_name: str, stream: BinaryIO, by: Actor) -> Preview:
    """What `import_now` would do with a file. Nothing is kept of it: not a row.

    Raises Refused, PermissionDenied.
    """
    by.require(ADD)
    importing.columns_of(stream)
    with transaction.atomic():
        row = CustomerImport.objects.create(file_name=file_name[-255:], started_by_id=by.user_id)
        importing.preview(row, stream)
        row.refresh_from_db()
        rejected = tuple(row.rejected_lines.values_list("line", "reason")[:SHOWN])
        transaction.set_rollback(True)
    return Preview(row, rejected)


def undo_now(*, row: CustomerImport, reason: str, by: Actor) -> CustomerImport:
    """`undo_import`, carried out before returning. Raises as that."""
    with alone(_LOCK, wait=True):
        undoing.begin(row=row, reason=reason, by=by)
        row.refresh_from_db()
        undoing.carry_out(row)
    row.refresh_from_db()
    return row


def _go_on(row: CustomerImport) -> None:
    """The next steps of an import, in the order in which they come; a worker that died is replaced anywhere."""
    if row.state == _State.UNDOING:
        undoing.carry_out(row)
    elif row.state == _State.LOWERING:
        importing.lower(row)
    elif row.content is None:
        importing.fail(row, _INTERRUPTED)
    elif row.state == _State.READING:
        importing.preview(row, io.BytesIO(bytes(row.content)))
    else:
        importing.run(row, io.BytesIO(bytes(row.content)))
        row.refresh_from_db(fields=["state"])
        if row.state == _State.LOWERING:
            importing.lower(row)


def _move(row: CustomerImport, source: str, target: str, otherwise: str) -> None:
    if not CustomerImport.objects.filter(pk=row.pk, state=source).update(state=target):
        raise Refused("wrong_state", otherwise)
