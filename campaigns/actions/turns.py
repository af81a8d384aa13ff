"""Doing one thing after another where there may be no row to lock."""

from typing import Final

from django.db import connection

TAKE_TURNS: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
"""`take_turns` as a statement, for whoever asks something else in the same go."""


def take_turns(about: str) -> None:
    """Wait for whoever else has taken a turn `about` the same thing; ours ends with the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_TURNS, [about])
