"""Outlasting a database that takes nothing: its disk is full, or it is read-only for a while.

Nothing leaves then, because nothing leaves without its committed row. Each turn tries anew, so that sending goes on by
itself; what was on the wire and could not be written back is asked about once its lease is over.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import structlog
from django.db import DatabaseError

log = structlog.get_logger(__name__)

# Disk full, other resources used up, read-only (postgresql.org/docs/current/errcodes-appendix.html).
_TAKES_NOTHING: Final = frozenset({"53000", "53100", "53200", "25006"})
_said = threading.Event()


@contextmanager
def said_once() -> Iterator[None]:
    """End the block when the database takes nothing, and say so once in this process until it takes something again."""
    try:
        yield
    except DatabaseError as fault:
        cause = fault.__cause__
        if not isinstance(cause, psycopg.Error) or cause.sqlstate not in _TAKES_NOTHING:
            raise
        if not _said.is_set():
            log.error("database_takes_nothing", sqlstate=cause.sqlstate, advice="Nothing is sent until it does.")
        _said.set()
    else:
        if _said.is_set():
            log.warning("database_takes_texts_again")
        _said.clear()
