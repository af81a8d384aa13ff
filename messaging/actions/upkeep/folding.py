"""Folding: many changes of a count become one row, and what came to nothing goes."""

from typing import Final

from django.db import connection

from campaigns.folding import fold
from campaigns.locks import alone

_LOCK: Final = 7_062_010
# One statement, as in `campaigns.folding`. These are many, but all that changes are those of few quarters of an hour.
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
        return fold("messaging_outcomecount", ("run_id", "state", "reason")) + _fold_taken() if mine else 0


def _fold_taken() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_FOLD_TAKEN)
        return int(cursor.rowcount)
