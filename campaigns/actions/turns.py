"""Doing one thing after another where there may be no row to lock."""

from django.db import connection


def take_turns(about: str) -> None:
    """Wait for whoever else has taken a turn `about` the same thing; ours ends with the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [about])
