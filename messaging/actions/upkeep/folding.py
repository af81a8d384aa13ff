"""Folding: many changes of a count become one row, and what came to nothing goes."""

from typing import Final

from django.db import connection

from campaigns.locks import alone

_LOCK: Final = 7_062_010
# Each is one statement, so that whoever reads meanwhile sees what stood before or what stands after it. What is added
# by others at this moment is not among the rows that it sees, and stays.
_FOLD_OUTCOMES: Final = """
    WITH many AS (
        SELECT run_id, state, reason FROM messaging_outcomecount
        GROUP BY run_id, state, reason HAVING count(*) > 1
    ), folded AS (
        DELETE FROM messaging_outcomecount AS counted USING many
        WHERE (counted.run_id, counted.state, counted.reason) = (many.run_id, many.state, many.reason)
        RETURNING counted.run_id, counted.state, counted.reason, counted.number
    )
    INSERT INTO messaging_outcomecount (run_id, state, reason, number)
    SELECT run_id, state, reason, sum(number) FROM folded GROUP BY run_id, state, reason HAVING sum(number) <> 0
"""
# These are many, but all that changes are those of few quarters of an hour.
_FOLD_TAKEN: Final = """
    WITH changed AS (
        SELECT DISTINCT since FROM messaging_takencount WHERE NOT is_folded
    ), folded AS (
        DELETE FROM messaging_takencount AS counted USING changed WHERE counted.since = changed.since
        RETURNING counted.*
    )
    INSERT INTO messaging_takencount (run_id, since, dialled, state, texts, parts, is_folded)
    SELECT run_id, since, dialled, state, sum(texts), sum(parts), true FROM folded
    GROUP BY run_id, since, dialled, state HAVING sum(texts) <> 0 OR sum(parts) <> 0
"""


def fold_counts() -> int:
    """Put the counts together. Returns how many rows stand for what was folded; 0 when somebody else is at it."""
    with alone(_LOCK) as mine:
        return _fold(_FOLD_OUTCOMES) + _fold(_FOLD_TAKEN) if mine else 0


def _fold(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)
