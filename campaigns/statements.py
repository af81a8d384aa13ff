"""Statements that are written once and asked by request after request, while somebody waits.

The ORM compiles a statement anew for each request, and Postgres plans it anew, which costs several times what asking
it does. So these stand in our code as SQL, and Postgres keeps their plans: psycopg prepares what a connection has asked
a few times. A pooler in between must keep sessions, as it must for our advisory locks.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor


@contextmanager
def prepared() -> Iterator[CursorWrapper]:
    """A cursor as `connection.cursor()` gives it, in the same transaction, but for statements that keep their plan.

    Values are sent beside the statement, so that where Postgres cannot tell a value's type the statement must
    (`%s::bigint`), and one call holds one statement.
    """
    connection.ensure_connection()
    wrapped = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with connection.wrap_database_errors:
        plain = Cursor(connection.connection)
    with wrapped(plain) as cursor:  # type: ignore[arg-type]  # the stubs know only the wrapper, not what it wraps
        yield cursor
