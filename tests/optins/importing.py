"""Importing a file as a person does: upload it, look at the preview, run it."""

from campaigns.actors import Actor
from campaigns.models import CustomerImport
from optins.actions.imports import run_import, run_waiting_imports, undo_now, upload_file

STAFF = Actor.system("tests")


def upload(*lines: str, header: str = "external_id,phone,first_name") -> CustomerImport:
    """The import once a worker has read its file."""
    uploaded = upload_file(file_name="people.csv", content="\n".join((header, *lines)).encode(), by=STAFF)
    return _worked(uploaded)


def load(*lines: str, header: str = "external_id,phone,first_name") -> CustomerImport:
    """The import once it is done, or has failed."""
    row = upload(*lines, header=header)
    if row.state == CustomerImport.State.READY:
        run_import(row=row, by=STAFF)
        _worked(row)
    return row


def undo(row: CustomerImport) -> CustomerImport:
    """The import once it is undone."""
    return undo_now(row=row, reason="The wrong file", by=STAFF)


def _worked(row: CustomerImport) -> CustomerImport:
    run_waiting_imports()
    row.refresh_from_db()
    return row
