"""Outlasting a database that takes nothing, or is away: its disk is full, it is read-only, starts, cannot be reached.

Tasks are woken again and again, and Postgres knows what there is to do: so a task that meets such a database ends, the
next turn tries anew, and everything goes on by itself. An operator reads one line about it, not a traceback a second.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import structlog
from django.db import DatabaseError, InterfaceError

log = structlog.get_logger(__name__)

# Disk full, other resources used up, read-only (postgresql.org/docs/current/errcodes-appendix.html).
_TAKES_NOTHING: Final = frozenset({"53000", "53100", "53200", "25006"})
# Broken connections, too many of them, a server that shuts down, crashed or starts.
_AWAY: Final = frozenset({"08000", "08001", "08003", "08004", "08006", "53300", "57P01", "57P02", "57P03"})
_ADVICE: Final = {
    "database_takes_nothing": "Its disk is full, or it is read-only. Nothing is sent until it takes rows again.",
    "database_is_away": "It cannot be reached, or is starting. Nothing is sent until it answers again.",
}

_lock = threading.Lock()
_failing: set[str] = set()


@contextmanager
def said_once(task: str) -> Iterator[None]:
    """End the block when the database takes nothing or is away, and say so once in this process until every task that
    met it so has done its work again."""
    try:
        yield
    except (DatabaseError, InterfaceError) as fault:
        event = _trouble(fault)
        if event is None:
            raise
        with _lock:
            if not _failing:
                log.error(event, task=task, advice=_ADVICE[event])
            _failing.add(task)
    else:
        with _lock:
            if task in _failing:
                _failing.discard(task)
                if not _failing:
                    log.warning("database_works_again", task=task)


def _trouble(fault: Exception) -> str | None:
    """The event that names what is wrong with the database; None when it is well, and the fault is ours."""
    cause = fault.__cause__
    sqlstate = cause.sqlstate if isinstance(cause, psycopg.Error) else None
    if sqlstate in _TAKES_NOTHING:
        return "database_takes_nothing"
    is_broken = sqlstate is None and isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)
    return "database_is_away" if is_broken or sqlstate in _AWAY else None
