"""The moment by which gates judge: the database's clock, so that all workers agree."""

import datetime as dt

from django.db import connection
from django.db.models import DateTimeField, Func


class GateNow(Func):
    """`optline_now()`: the database's time, unless the session says otherwise by its setting `optline.now`.

    The setting is there for rehearsals, in which a night passes in a second. Nothing of the product sets it.
    """

    template = "optline_now()"
    output_field = DateTimeField()


def gate_now() -> dt.datetime:
    """That moment, asked of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT optline_now()")
        now: dt.datetime = cursor.fetchone()[0]
    return now
