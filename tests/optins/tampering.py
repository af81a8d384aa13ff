"""Changing the ledger as somebody with all rights in the database could: its triggers look away."""

from django.db import connection


def tamper(statement: str, *parameters: int | str) -> None:
    """Run one statement behind the triggers' back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, parameters)
        cursor.execute("SET session_replication_role = DEFAULT")
