"""The texts of each quarter of an hour are counted once, when it is over."""

from typing import Final

from django.db import connection

# From the quarter after the last that was counted, or the first with a text in the weeks that are kept, to the last
# that is over for long enough that every claim of it has been committed; a day at most, so that no turn is long.
_STRETCH: Final = """
    WITH ends AS (
        SELECT coalesce(
                   (SELECT max(since) + interval '15 minutes' FROM messaging_quartercount),
                   (SELECT date_bin('15 minutes', greatest(created_at, now() - interval '29 days'), 'epoch')
                    FROM messaging_outbound ORDER BY id LIMIT 1)
               ) AS first,
               date_bin('15 minutes', now() - interval '5 minutes', 'epoch') AS over
    )
    SELECT first, least(over, first + interval '1 day') FROM ends WHERE first < over
"""
# The bounds are given as values, so that the planner sees how narrow they are.
_COUNT: Final = """
    INSERT INTO messaging_quartercount (since, texts)
    SELECT quarter, coalesce(texts, 0)
    FROM generate_series(%(first)s::timestamptz, %(end)s::timestamptz - interval '15 minutes', '15 minutes') AS quarter
         LEFT JOIN (
             SELECT date_bin('15 minutes', claimed_at, 'epoch') AS quarter, count(*) AS texts
             FROM messaging_outbound
             WHERE claimed_at >= %(first)s AND claimed_at < %(end)s AND kind <> 'test' GROUP BY 1
         ) AS counted USING (quarter)
    ON CONFLICT DO NOTHING
"""
_FORGET: Final = "DELETE FROM messaging_quartercount WHERE since < now() - interval '29 days'"


def count_quarters() -> int:
    """Count what is over. Returns how many quarters were; whoever counts the same at the same time changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_STRETCH)
        stretch = cursor.fetchone()
        if stretch is None:
            return 0
        first, end = stretch
        cursor.execute(_COUNT, {"first": first, "end": end})
        counted = int(cursor.rowcount)
        cursor.execute(_FORGET)
        return counted
