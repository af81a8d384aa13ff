"""The set-based half of an import: valid lines go by COPY into a temporary table, where what they would change is
planned beside them. A preview counts the plan; an import makes the same plan and applies it, in one transaction.

Every function runs on the caller's connection; the table lives as long as that, or until `clear`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from psycopg.types.json import Jsonb

from campaigns import phone
from campaigns.customer_file import EXTERNAL_ID, Line
from campaigns.profile import FIELDS

_PROFILE: Final = tuple(key for key in FIELDS if key != EXTERNAL_ID)


@dataclass(frozen=True, slots=True)
class Plan:
    """Counts of one import. `created` by their external ID, so with those that a text had made; `updated` and
    `unchanged` were there; `numbers` come new to their customer; `opt_outs` are the people who left; `duplicates`
    the lines whose customer came before."""

    created: int
    updated: int
    unchanged: int
    numbers: int
    opt_outs: int
    duplicates: int


def prepare() -> None:
    """Make an empty staging table."""
    clear()
    _execute("""
        CREATE TEMPORARY TABLE import_lines (
            line bigint PRIMARY KEY, content text, external_id text, number text, number_country text,
            opts_out boolean, attributes jsonb, first_name text, last_name text, email text, birth_date date,
            language text, time_zone text, country text, state text, postal_code text,
            customer_id bigint, adopts boolean DEFAULT false, is_new boolean DEFAULT false,
            before jsonb DEFAULT '{}', after jsonb DEFAULT '{}', adds_number boolean DEFAULT false,
            moved_id bigint, moved_from bigint
        )
    """)


def clear() -> None:
    _execute("DROP TABLE IF EXISTS pg_temp.import_lines")


def copy(lines: Iterable[Line]) -> None:
    """Add lines to the staging table."""
    names = ", ".join(
        ("line", "content", "external_id", "number", "number_country", "opts_out", "attributes", *_PROFILE)
    )
    with connection.cursor() as cursor, cursor.copy(f"COPY import_lines ({names}) FROM STDIN") as target:
        for line in lines:
            target.write_row(
                (
                    line.number, line.content, line.external_id, line.phone,
                    phone.country(line.phone) if line.phone else None, line.opts_out, Jsonb(line.attributes),
                    *(line.profile.get(name) for name in _PROFILE),
                )
            )  # fmt: skip


def plan(import_id: int, *, lock: bool) -> Plan:
    """Find out what the staged lines would change. Rejects those whose customer came before; changes nothing else.

    Blank cells change nothing. Customers without `external_id` are adopted as `actions.customers` tells.
    With `lock` the customers it is about stay as they are until the caller's transaction ends.
    """
    _execute("ANALYZE import_lines")
    duplicates = _execute(_REJECT_DUPLICATES, [import_id])
    if lock:
        _execute(_LOCK)
    for step in (_ADOPT, _KNOW, _COMPARE, _MOVE, _ADD):
        _execute(step)
    (counts,) = _rows(_COUNT)
    return Plan(**counts, duplicates=duplicates)


def apply(import_id: int) -> None:
    """Carry the plan out, inside the caller's transaction, and keep what stood there before."""
    _execute(_INSERT)
    _execute(_KNOW)
    for step in (_UPDATE, _MOVE_NUMBERS, _ADD_NUMBERS):
        _execute(step)
    _execute(_REMEMBER, [import_id])


def sample(most: int) -> Sequence[Mapping[str, Any]]:
    """The first lines that do something: `line`, `external_id`, `is_new`, `before` and `after` by field, `number` if
    the customer has it not yet, `opts_out`."""
    rows = _rows(_SAMPLE, [most])
    # Django leaves objects as the text in which the database gives them.
    return [{**row, "before": json.loads(row["before"]), "after": json.loads(row["after"])} for row in rows]


def leavers(*, after: str, most: int) -> Sequence[str]:
    """The numbers of people who left, in order, a page at a time: those of their lines and those on file."""
    return [row["number"] for row in _rows(_LEAVERS, [after, most])]


def _execute(statement: str, parameters: list[Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def _rows(statement: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


# --- The plan ------------------------------------------------------------------------------------

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

_LOCK: Final = """
    SELECT FROM campaigns_customer customer
    WHERE external_id IN (SELECT external_id FROM import_lines)
       OR external_id IS NULL AND id IN (
           SELECT customer_id FROM campaigns_phonenumber WHERE number IN (SELECT number FROM import_lines)
       )
    ORDER BY id FOR UPDATE
"""

# One row without external_id for each new one, and each such row for one line: the earliest of both.
_ADOPT: Final = """
    WITH candidates AS (
        SELECT DISTINCT ON (customer.id) customer.id, staged.line
        FROM import_lines staged
        JOIN campaigns_phonenumber held ON held.number = staged.number
        JOIN campaigns_customer customer ON customer.id = held.customer_id AND customer.external_id IS NULL
        WHERE NOT EXISTS (SELECT FROM campaigns_customer known WHERE known.external_id = staged.external_id)
        ORDER BY customer.id, staged.line
    ), chosen AS (
        SELECT DISTINCT ON (line) line, id FROM candidates ORDER BY line, id
    )
    UPDATE import_lines SET customer_id = chosen.id, adopts = true FROM chosen WHERE import_lines.line = chosen.line
"""

_KNOW: Final = """
    UPDATE import_lines SET customer_id = known.id
    FROM campaigns_customer known
    WHERE import_lines.customer_id IS NULL AND known.external_id = import_lines.external_id
"""

# What a line gives, and what stands there, as objects with the same keys; of both only what differs.
_COMPARE: Final = """
    UPDATE import_lines SET before = compared.before, after = compared.after
    FROM (
        SELECT staged.line, jsonb_object_agg(given.key, standing.image -> given.key) AS before,
               jsonb_object_agg(given.key, given.value) AS after
        FROM import_lines staged
        JOIN campaigns_customer customer ON customer.id = staged.customer_id
        CROSS JOIN LATERAL (
            SELECT to_jsonb(customer) || (
                SELECT coalesce(jsonb_object_agg('attributes.' || key, value), '{}')
                FROM jsonb_each(customer.attributes)
            ) AS image
        ) standing
        CROSS JOIN LATERAL jsonb_each(
            jsonb_strip_nulls(jsonb_build_object(
                'external_id', staged.external_id, 'first_name', staged.first_name, 'last_name', staged.last_name,
                'email', staged.email, 'birth_date', staged.birth_date, 'language', staged.language,
                'time_zone', staged.time_zone, 'country', staged.country, 'state', staged.state,
                'postal_code', staged.postal_code
            )) || (
                SELECT coalesce(jsonb_object_agg('attributes.' || key, value), '{}') FROM jsonb_each(staged.attributes)
            )
        ) given
        WHERE standing.image -> given.key IS DISTINCT FROM given.value
        GROUP BY staged.line
    ) compared
    WHERE import_lines.line = compared.line
"""

# From customers without external_id, once those whom a line adopts have one.
_MOVE: Final = """
    WITH moves AS (
        SELECT DISTINCT ON (held.number) staged.line, held.id, held.customer_id
        FROM import_lines staged
        JOIN campaigns_phonenumber held ON held.number = staged.number
        JOIN campaigns_customer unnamed ON unnamed.id = held.customer_id AND unnamed.external_id IS NULL
        WHERE NOT EXISTS (SELECT FROM import_lines adopter WHERE adopter.adopts AND adopter.customer_id = unnamed.id)
          AND NOT EXISTS (
            SELECT FROM campaigns_phonenumber own
            WHERE own.customer_id = staged.customer_id AND own.number = staged.number
        )
        ORDER BY held.number, staged.line, held.id
    )
    UPDATE import_lines SET moved_id = moves.id, moved_from = moves.customer_id
    FROM moves WHERE import_lines.line = moves.line
"""

_ADD: Final = """
    UPDATE import_lines SET adds_number = true
    WHERE number IS NOT NULL AND moved_id IS NULL AND NOT EXISTS (
        SELECT FROM campaigns_phonenumber own
        WHERE own.customer_id = import_lines.customer_id AND own.number = import_lines.number
    )
"""

_COUNT: Final = """
    SELECT count(*) FILTER (WHERE customer_id IS NULL OR adopts) AS created,
           count(*) FILTER (WHERE customer_id IS NOT NULL AND NOT adopts AND changes) AS updated,
           count(*) FILTER (WHERE customer_id IS NOT NULL AND NOT adopts AND NOT changes) AS unchanged,
           count(*) FILTER (WHERE adds_number OR moved_id IS NOT NULL) AS numbers,
           count(*) FILTER (WHERE opts_out) AS opt_outs
    FROM (SELECT *, before <> '{}' OR adds_number OR moved_id IS NOT NULL AS changes FROM import_lines) planned
"""

_SAMPLE: Final = """
    SELECT line, external_id, customer_id IS NULL AS is_new, before,
           CASE WHEN customer_id IS NULL THEN jsonb_strip_nulls(jsonb_build_object(
               'first_name', first_name, 'last_name', last_name, 'email', email, 'birth_date', birth_date,
               'language', language, 'time_zone', time_zone, 'country', country, 'state', state,
               'postal_code', postal_code
           )) || (SELECT coalesce(jsonb_object_agg('attributes.' || key, value), '{}') FROM jsonb_each(attributes))
           ELSE after END AS after,
           CASE WHEN adds_number OR moved_id IS NOT NULL THEN number END AS number, opts_out
    FROM import_lines
    WHERE customer_id IS NULL OR before <> '{}' OR adds_number OR moved_id IS NOT NULL OR opts_out
    ORDER BY line LIMIT %s
"""

_LEAVERS: Final = """
    SELECT number FROM (
        SELECT number FROM import_lines WHERE opts_out AND number IS NOT NULL
        UNION
        SELECT held.number FROM import_lines staged
        JOIN campaigns_phonenumber held ON held.customer_id = staged.customer_id WHERE staged.opts_out
    ) numbers
    WHERE number > %s ORDER BY number LIMIT %s
"""

# --- Applying it ---------------------------------------------------------------------------------

_INSERT: Final = """
    WITH made AS (
        INSERT INTO campaigns_customer (
            external_id, first_name, last_name, email, birth_date, language, time_zone, country, state, postal_code,
            attributes, updated_at
        )
        SELECT external_id, coalesce(first_name, ''), coalesce(last_name, ''), coalesce(email, ''), birth_date,
               coalesce(language, ''), coalesce(time_zone, ''), coalesce(country, ''), coalesce(state, ''),
               coalesce(postal_code, ''), attributes, now()
        FROM import_lines WHERE customer_id IS NULL
        ORDER BY line
        ON CONFLICT (external_id) DO NOTHING
        RETURNING id, external_id
    )
    UPDATE import_lines SET customer_id = made.id, is_new = true
    FROM made WHERE import_lines.external_id = made.external_id
"""

_UPDATE: Final = """
    UPDATE campaigns_customer AS customer
    SET external_id = staged.external_id,
        first_name = coalesce(staged.first_name, customer.first_name),
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
    FROM import_lines staged WHERE customer.id = staged.customer_id AND staged.before <> '{}'
"""

_MOVE_NUMBERS: Final = """
    UPDATE campaigns_phonenumber SET customer_id = staged.customer_id
    FROM import_lines staged WHERE campaigns_phonenumber.id = staged.moved_id
"""

_ADD_NUMBERS: Final = """
    INSERT INTO campaigns_phonenumber (customer_id, number, country)
    SELECT customer_id, number, number_country FROM import_lines WHERE adds_number
    ORDER BY line
    ON CONFLICT (customer_id, number) DO NOTHING
"""

_REMEMBER: Final = """
    INSERT INTO campaigns_importedline (
        customer_import_id, line, customer_id, is_new, before, after, number, number_effect, moved_from_id, opt_out,
        undone, stays
    )
    SELECT %s, line, customer_id, is_new, before, after,
           CASE WHEN adds_number OR moved_id IS NOT NULL THEN number ELSE '' END,
           CASE WHEN moved_id IS NOT NULL THEN 'moved' WHEN adds_number THEN 'added' ELSE '' END,
           moved_from, CASE WHEN opts_out THEN 'asked' ELSE '' END, false, ''
    FROM import_lines
    WHERE is_new OR before <> '{}' OR adds_number OR moved_id IS NOT NULL OR opts_out
    ORDER BY line
"""
