"""How Postgres is to go about a statement that concerns a chunk of a large table's rows."""

from django.db import connection

# Reading a table, or an index, once from end to end looks cheaper to it than looking up five hundred rows, and is,
# while the table is small or its statistics are of the time before the first text was claimed. Then each chunk costs
# the more the more rows there are.
_LOOK_UP = """
    SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
           set_config('enable_mergejoin', 'off', true)
"""


def look_rows_up() -> None:
    """Until the end of the caller's transaction: each row of the chunk is looked up in indexes, one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_UP)
