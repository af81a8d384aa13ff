"""A question to the database that is given up after a while, so that no page waits for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled


class TooSlow(Exception):
    """The database had no answer in time."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Each statement inside may take so long. Raises TooSlow; nothing that was written inside is kept then."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(int(1000 * seconds))])
            yield
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except OperationalError as problem:
        if isinstance(problem.__cause__, QueryCanceled):
            raise TooSlow from None
        raise
