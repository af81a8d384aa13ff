"""One row that the database refuses does not stop the others of its statement."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog
from django.db import DataError, IntegrityError, transaction

T = TypeVar("T")
log = structlog.get_logger(__name__)


def in_halves(rows: Sequence[T], write: Callable[[Sequence[T]], None]) -> Sequence[T]:
    """Write all rows in one statement; if the database refuses them, each half by itself. Returns those that are left.

    `write` is called in a savepoint, or in a transaction of its own where there is none.
    """
    try:
        with transaction.atomic():
            write(rows)
    except (DataError, IntegrityError) as fault:
        if len(rows) > 1:
            middle = len(rows) // 2
            return [*in_halves(rows[:middle], write), *in_halves(rows[middle:], write)]
        log.exception("row_refused", fault=type(fault).__name__)
        return rows
    return ()
