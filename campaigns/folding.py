"""Folding: many changes of a count that a trigger keeps become one row, and what came to nothing goes."""

from collections.abc import Sequence
from typing import Final

from django.db import connection

# One statement, so that whoever reads meanwhile sees what stood before or what stands after it. What is added by others
# at this moment is not among the rows that it sees, and stays.
_FOLD: Final = """
    WITH many AS (
        SELECT {keys} FROM {table} GROUP BY {keys} HAVING count(*) > 1
    ), folded AS (
        DELETE FROM {table} AS counted USING many WHERE ({counted}) = ({many}) RETURNING counted.*
    )
    INSERT INTO {table} ({keys}, number)
    SELECT {keys}, sum(number) FROM folded GROUP BY {keys} HAVING sum(number) <> 0
"""


def fold(table: str, keys: Sequence[str]) -> int:
    """Put together the rows of a table that counts in its column `number`. Returns how many rows stand for them."""
    columns = {"counted": _listed("counted.", keys), "many": _listed("many.", keys)}
    with connection.cursor() as cursor:
        cursor.execute(_FOLD.format(table=table, keys=_listed("", keys), **columns))
        return int(cursor.rowcount)


def _listed(prefix: str, keys: Sequence[str]) -> str:
    return ", ".join(f"{prefix}{key}" for key in keys)
