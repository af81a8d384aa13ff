"""The set-based half of an import: valid lines go by COPY into a temporary table, then over in one transaction.

Every function runs on the caller's connection; the table lives as long as that, or until `clear`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from psycopg.types.json import Jsonb

from campaigns import phone
from campaigns.customer_file import EXTERNAL_ID, Line
from campaigns.profile import FIELDS

_PROFILE: Final = tuple(key for key in FIELDS if key != EXTERNAL_ID)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Counts of one import: customers new by their external ID, customers that were there, duplicate lines."""

    created: int
    updated: int
    duplicates: int


def prepare() -> None:
    """Make an empty staging table."""
    clear()
    _execute("""
        CREATE TEMPORARY TABLE import_lines (
            line bigint PRIMARY KEY, content text, external_id text, number text, number_country text,
            attributes jsonb, first_name text, last_name text, email text, birth_date date, language text,
            time_zone text, country text, state text, postal_code text
        )
    """)


def clear() -> None:
    _execute("DROP TABLE IF EXISTS pg_temp.import_lines")


def copy(lines: Iterable[Line]) -> None:
    """Add lines to the staging table."""
    names = ", ".join(("line", "content", "external_id", "number", "number_country", "attributes", *_PROFILE))
    with connection.cursor() as cursor, cursor.copy(f"COPY import_lines ({names}) FROM STDIN") as target:
        for line in lines:
            target.write_row(
                (
                    line.number, line.content, line.external_id, line.phone,
                    phone.country(line.phone) if line.phone else None, Jsonb(line.attributes),
                    *(line.profile.get(name) for name in _PROFILE),
                )
            )  # fmt: skip


def merge(import_id: int) -> Outcome:
    """Carry the staged lines over, inside the caller's transaction. Rejects lines whose customer came before.

    Blank cells change nothing. Customers without `external_id` are adopted as `actions.customers` tells.
    """
    _execute("ANALYZE import_lines")
    duplicates = _execute(_REJECT_DUPLICATES, [import_id])
    adopted = _execute(_ADOPT)
    updated = _execute(_UPDATE)
    inserted = _execute(_INSERT)
    _execute(_MOVE_NUMBERS)
    _execute(_ADD_NUMBERS)
    return Outcome(created=adopted + inserted, updated=updated - adopted, duplicates=duplicates)


def _execute(statement: str, parameters: list[Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


_REJECT_DUPLICATES: Final = """
    WITH ranked AS (
        SELECT line, first_value(line) OVER (PARTITION BY external_id ORDER BY line) AS first_line
        FROM import_lines
    ), taken_out AS (
        DELETE FROM import_lines USING ranked
        WHERE import_lines.line = ranked.line AND first_line < ranked.line
        RETURNING import_lines.line, content, first_line
    )
    INSERT INTO campaigns_rejectedline (customer_import_id, line, content, reason)
    SELECT %s, line, content, 'This customer is already on line ' || first_line || ' of the file.'
    FROM taken_out
"""

# One row without external_id for each new one, and each such row for one line: the earliest of both.
_ADOPT: Final = """
    WITH candidates AS (
        SELECT DISTINCT ON (customer.id) customer.id, staged.external_id
        FROM import_lines staged
        JOIN campaigns_phonenumber held ON held.number = staged.number
        JOIN campaigns_customer customer ON customer.id = held.customer_id AND customer.external_id IS NULL
        WHERE NOT EXISTS (SELECT FROM campaigns_customer known WHERE known.external_id = staged.external_id)
        ORDER BY customer.id, staged.line
    ), chosen AS (
        SELECT DISTINCT ON (external_id) id, external_id FROM candidates ORDER BY external_id, id
    )
    UPDATE campaigns_customer SET external_id = chosen.external_id
    FROM chosen WHERE campaigns_customer.id = chosen.id AND campaigns_customer.external_id IS NULL
"""

_UPDATE: Final = """
    UPDATE campaigns_customer AS customer
    SET first_name = coalesce(staged.first_name, customer.first_name),
        last_name = coalesce(staged.last_name, customer.last_name),
        email = coalesce(staged.email, customer.email),
        birth_date = coalesce(staged.birth_date, customer.birth_date),
        language = coalesce(staged.language, customer.language),
        time_zone = coalesce(staged.time_zone, customer.time_zone),
        country = coalesce(staged.country, customer.country),
        state = coalesce(staged.state, customer.state),
        postal_code = coalesce(staged.postal_code, customer.postal_code),
        attributes = customer.attributes || staged.attributes,
        updated_at = now()
    FROM import_lines staged WHERE customer.external_id = staged.external_id
"""

_INSERT: Final = """
    INSERT INTO campaigns_customer (
        external_id, first_name, last_name, email, birth_date, language, time_zone, country, state, postal_code,
        attributes, updated_at
    )
    SELECT external_id, coalesce(first_name, ''), coalesce(last_name, ''), coalesce(email, ''), birth_date,
           coalesce(language, ''), coalesce(time_zone, ''), coalesce(country, ''), coalesce(state, ''),
           coalesce(postal_code, ''), attributes, now()
    FROM import_lines staged
    WHERE NOT EXISTS (SELECT FROM campaigns_customer known WHERE known.external_id = staged.external_id)
    ORDER BY line
    ON CONFLICT (external_id) DO NOTHING
"""

_MOVE_NUMBERS: Final = """
    WITH moves AS (
        SELECT DISTINCT ON (held.number) held.id, owner.id AS owner_id
        FROM import_lines staged
        JOIN campaigns_customer owner ON owner.external_id = staged.external_id
        JOIN campaigns_phonenumber held ON held.number = staged.number
        JOIN campaigns_customer unnamed ON unnamed.id = held.customer_id AND unnamed.external_id IS NULL
        WHERE NOT EXISTS (
            SELECT FROM campaigns_phonenumber own WHERE own.customer_id = owner.id AND own.number = staged.number
        )
        ORDER BY held.number, staged.line, held.id
    )
    UPDATE campaigns_phonenumber SET customer_id = owner_id FROM moves WHERE campaigns_phonenumber.id = moves.id
"""

_ADD_NUMBERS: Final = """
    INSERT INTO campaigns_phonenumber (customer_id, number, country)
    SELECT customer.id, staged.number, staged.number_country
    FROM import_lines staged JOIN campaigns_customer customer ON customer.external_id = staged.external_id
    WHERE staged.number IS NOT NULL
    ORDER BY staged.line
    ON CONFLICT (customer_id, number) DO NOTHING
"""
