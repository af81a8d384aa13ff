"""Folding: many changes of a run's counts become one row for each state and reason, and what came to nothing goes."""

from typing import Final

from django.db import connection

from campaigns.locks import alone

_LOCK: Final = 7_062_010
# One statement, so that whoever reads meanwhile sees what stood before or what stands after it. What is added by
# others at this moment is not among the rows that it sees, and stays.
_FOLD: Final = """
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


def fold_outcomes() -> int:
    """Put the counts together. Returns how many rows stand for what was folded; 0 when somebody else is at it."""
    with alone(_LOCK) as mine:
        if not mine:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(_FOLD)
            return int(cursor.rowcount)
