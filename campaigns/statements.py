"""Statements that are written once and asked by request after request, while somebody waits.

The ORM compiles a statement anew for each request, and Postgres plans it anew, which costs several times what asking
it does. So these stand in our code as SQL, and Postgres keeps their plans: psycopg prepares what a connection has asked
a few times. A pooler in between must keep sessions, as it must for our advisory locks.
"""

from django.db import DEFAULT_DB_ALIAS, connections
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
