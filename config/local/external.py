"""Servers that DATABASE_URL and REDIS_URL name: used as they are, if they are the right ones."""

import psycopg
import redis

from config.local.refusal import Refusal

_OLDEST = 140_000  # PostgreSQL 14, the oldest that Django 5.2 supports
_SCHEMES = ("postgresql://", "postgres://")
# A table of Django's own would be there in any Django project; this app label is ours.
_OUR_APP = "campaigns"


def check_database(url: str) -> None:
    """Raise Refusal unless `url` opens a PostgreSQL database that is empty or Optline's own."""
    if not url.startswith(_SCHEMES):
        raise Refusal(
            "DATABASE_URL must name a PostgreSQL database, like postgresql://name:password@host:5432/optline."
        )
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version, refusal = connection.info.server_version, _objection(connection)
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise Refusal(f"The database of DATABASE_URL cannot be used: {reason}") from None
    if version < _OLDEST:
        raise Refusal(f"DATABASE_URL is a PostgreSQL {version // 10_000}. Optline needs 14 or newer.")
    if refusal:
        raise Refusal(refusal)


def _objection(connection: psycopg.Connection) -> str:
    name = connection.info.dbname
    query = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    tables = {row[0] for row in connection.execute(query)}
    if not tables:
        return ""
    advice = "Create an empty database for Optline and name it in DATABASE_URL."
    if "django_migrations" not in tables:
        return f"The database “{name}” holds tables of another program ({min(tables)}, …). {advice}"
    ours = connection.execute("SELECT 1 FROM django_migrations WHERE app = %s", [_OUR_APP]).fetchone()
    return "" if ours else f"The database “{name}” belongs to another Django project. {advice}"


def check_redis(url: str) -> None:
    """Raise Refusal unless a Redis or Valkey answers at `url`."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise Refusal(f"The Redis of REDIS_URL cannot be used: {error}") from None
