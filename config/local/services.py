"""Postgres and Valkey for the local system: embedded, or those that DATABASE_URL and REDIS_URL name."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.local import accounts, external, postgres, valkey
from config.local.processes import Family

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"


@dataclass(frozen=True)
class Services:
    """The addresses of both servers."""

    database_url: str
    redis_url: str


def start(family: Family, var: Path, logs: Path, *, secrets: Mapping[str, str], given: Mapping[str, str]) -> Services:
    """Start what `given` (an environment) does not name; the data is in `var`. Raises Refusal."""
    database_url = given.get("DATABASE_URL", "")
    redis_url = given.get("REDIS_URL", "")
    if database_url:
        external.check_database(database_url)
    if redis_url:
        external.check_redis(redis_url)
    return Services(
        database_url or _start_postgres(family, var, logs, secrets["POSTGRES_PASSWORD"]),
        redis_url
        or valkey.start(family, var / "valkey", password=secrets["VALKEY_PASSWORD"], logs=logs, keep=True).url,
    )


def _start_postgres(family: Family, var: Path, logs: Path, password: str) -> str:
    home = accounts.state_folder(var)
    data = home / "postgres"
    postgres.create(family, data, password=password, logs=logs)
    if home != var and not (var / "postgres").is_symlink():
        (var / "postgres").symlink_to(data)
    return postgres.start(family, data, password=password, logs=logs).url
