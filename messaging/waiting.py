"""The rows that a claim of a run looks at: so many that are due, locked, with what the gates say of each.

Rows are plain tuples, and the question about them is one statement that is built once. Building it takes Django longer
than it takes Postgres to answer it about a hundred rows.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import F
from django.db.models.expressions import RawSQL

from campaigns.profile import FIELDS
from messaging import rendering
from messaging.gates import waiting_recipients
from messaging.lawful.places import PLACE_FIELDS, Known
from messaging.models import Run
from messaging.planning import look_rows_up

_LOCK: Final = """
    SELECT id FROM messaging_outbound WHERE run_id = %s AND state = 'queued' AND due_at <= optline_now()
    ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_LOCKED: Final = "SELECT unnest(string_to_array(%s, ',')::bigint[])"
# Stands among the statement's parameters where the ids of the locked rows go.
_IDS: Final = object()

_NOTHING: Final[Mapping[str, object]] = {}


class Waiting(NamedTuple):
    """A locked row as the database saw it at that moment.

    `refusal` is the first reason why it may not leave, blank when it may; `consent` the event that allows it. What is
    on file about the place is None where the person was deleted. `values` are those of the text's merge fields.
    """

    pk: int
    number: str
    refusal: str
    consent: int | None
    time_zone: str | None = None
    country: str | None = None
    state: str | None = None
    postal_code: str | None = None
    values: Mapping[str, object] = _NOTHING

    @property
    def known(self) -> Known:
        """Where the person is, as far as is known. A person who was deleted left the number."""
        return Known(self.number, self.time_zone or "", self.country or "", self.state or "", self.postal_code or "")


_COLUMNS: Final = ("pk", "number", "refusal", "consent", *(f"place_{name}" for name in PLACE_FIELDS))


class Question:
    """What a claim asks about the rows of one run.

    It knows the run, its campaign, programme and sender as they were when it was made, and the day: keep it for a
    moment only. Whether they are still live, consent and all else of each person is asked anew each time.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.template = rendering.compile(run.body)
        names = {field.name for field in self.template.fields}
        self._profile = sorted(names & FIELDS.keys())
        self._has_attributes = bool(names - FIELDS.keys())
        merged = (*self._profile, *(["attributes"] if self._has_attributes else ()))
        rows = waiting_recipients(run).filter(pk__in=RawSQL(_LOCKED, [_IDS]))  # noqa: S611  made of constants
        rows = rows.annotate(**{f"merge_{name}": F(f"customer__{name}") for name in merged})
        self._statement = rows.values_list(*_COLUMNS, *(f"merge_{name}" for name in merged)).query.sql_with_params()

    def lock(self, limit: int) -> Sequence[Waiting]:
        """Lock so many due rows that nobody else holds, the first due first, and ask about them. In a transaction."""
        sql, params = self._statement
        look_rows_up()
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [self.run.pk, limit])
            ids = ",".join(str(pk) for (pk,) in cursor.fetchall())
            if not ids:
                return ()
            cursor.execute(sql, [ids if param is _IDS else param for param in params])
            return list(map(self._waiting, cursor.fetchall()))

    def _waiting(self, row: tuple[Any, ...]) -> Waiting:
        if not self.template.fields:
            return Waiting(*row)
        width = len(_COLUMNS)
        values = dict(zip(self._profile, row[width:], strict=False))
        if self._has_attributes:
            # An attribute never hides a profile field.
            values = {**json.loads(row[-1] or "{}"), **values}
        return Waiting._make((*row[:width], values))
