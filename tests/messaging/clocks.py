"""The gates' clock in tests: the session says what time it is."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


def set_clock(moment: dt.datetime | None) -> None:
    """From now on it is `moment` for this connection's gates; None gives them back the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('optline.now', %s, false)", [moment.isoformat() if moment else ""])


@contextmanager
def clock_at(moment: dt.datetime) -> Iterator[None]:
    """For a while it is `moment`."""
    set_clock(moment)
    try:
        yield
    finally:
        set_clock(None)
