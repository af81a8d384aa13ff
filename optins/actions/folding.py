"""Folding: many changes of a programme's counts become one row for each state, and what came to nothing goes."""

from typing import Final

from django.db import connection

from campaigns.locks import alone

_LOCK: Final = 7_062_014
# One statement, as in `messaging.actions.upkeep.folding`: whoever reads meanwhile sees the same sum.
_FOLD: Final = """
    WITH many AS (
        SELECT state, programme_id FROM optins_standingcount GROUP BY state, programme_id HAVING count(*) > 1
    ), folded AS (
        DELETE FROM optins_standingcount AS counted USING many
        WHERE (counted.state, counted.programme_id) = (many.state, many.programme_id)
        RETURNING counted.state, counted.programme_id, counted.number
    )
    INSERT INTO optins_standingcount (state, programme_id, number)
    SELECT state, programme_id, sum(number) FROM folded GROUP BY state, programme_id HAVING sum(number) <> 0
"""


def fold_standings() -> int:
    """Put the counts together. Returns how many rows stand for what was folded; 0 when somebody else is at it."""
    with alone(_LOCK) as mine:
        if not mine:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(_FOLD)
            return int(cursor.rowcount)
