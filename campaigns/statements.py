"""Statements that are written once and asked by request after request, while somebody waits.

The ORM compiles a statement anew for each request, and Postgres plans it anew, which costs several times what asking
it does. So these stand in our code as SQL, and Postgres keeps their plans: psycopg prepares what a connection has asked
a few times. A pooler in between must keep sessions, as it must for our advisory locks.
"""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor


def prepared() -> CursorWrapper:
    """A cursor as `connection.cursor()` gives it, in the same transaction, but for statements that keep their plan.

    Values are sent beside the statement, so that where Postgres cannot tell a value's type the statement must
    (`%s::bigint`), and one call holds one statement.
    """
    own = connections[DEFAULT_DB_ALIAS]
    own.ensure_connection()
    wrapped = own.make_debug_cursor if own.queries_logged else own.make_cursor
    return wrapped(Cursor(own.connection))  # type: ignore[arg-type]  # the stubs know the wrapper, not what it wraps


def first_row(statement: str, values: list[str]) -> tuple[Any, ...] | None:
    """The first row that a request reads, or None, by a statement that may be asked twice.

    It stands for Django's check of a kept connection: one that the server gave up in the meantime is made anew.
    """
    own: Any = connections[DEFAULT_DB_ALIAS]  # the stubs know nothing of health checks
    may_be_dead = own.health_check_enabled and not own.health_check_done
    try:
        row = _row(statement, values)
    except Error:
        if not may_be_dead or own.in_atomic_block or own.is_usable():
            raise
        own.close()
        row = _row(statement, values)
    own.health_check_done = True
    return row


def _row(statement: str, values: list[str]) -> tuple[Any, ...] | None:
    with prepared() as cursor:
        cursor.execute(statement, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row
