"""Locks between processes, held by the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def alone(lock: int, *, wait: bool = False) -> Iterator[bool]:
    """Hold an advisory lock; gives whether it is ours. Without `wait` somebody else's is not waited for.

    It belongs to the connection and ends with it, so that a dead process holds nothing up and no transaction
    has to stay open.
    """
    call = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {call}(%s)", [lock])
        (answer,) = cursor.fetchone()
    mine = wait or bool(answer)
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])
