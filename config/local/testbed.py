"""Postgres and Valkey for the tests: a throw-away cluster, and a migrated template that outlives it.

`python -m config.local.testbed COMMAND …` runs one command with such servers, for example `manage.py`.
"""

import contextlib
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from config.local import accounts, postgres, secret_files, valkey
from config.local.processes import Family
from config.local.services import ROOT, VAR, Services

TEMPLATE = "optline_template"
_LOCK = 20_5741  # any number: who holds it in the cluster makes the template
# What the template is made of. When one of these files changes, the kept cluster is made anew.
_INGREDIENTS = ("requirements/*.lock", "config/*.py", "*/migrations/*.py", "*/models/*.py")


def environment(services: Services) -> dict[str, str]:
    """What config/settings.py needs to run tests: the servers, keys that protect nothing, no carrier."""
    return {
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
        "OPTLINE_ENV": "local",
        "DEBUG": "false",
        "PUBLIC_BASE_URL": "http://testserver",
        "SIMULATOR_URL": "http://127.0.0.1:9",
        "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
        "SECRET_KEY": "tests-only-" * 5,
        "FIELD_ENCRYPTION_KEYS": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
        "NUMBER_HASH_KEY": "tests-only-" * 5,
    }


@contextlib.contextmanager
def servers(keep_in: Path = VAR / "tests") -> Iterator[Services]:
    """Fresh servers until the block ends. The template, once made, is kept in `keep_in` for the next run."""
    kept = keep_in / f"cluster-{_fingerprint()}"
    password = secret_files.load_or_make(keep_in / "secrets.env")["POSTGRES_PASSWORD"]
    with Family() as family:
        folder = family.temporary_folder()
        data, logs = folder / "postgres", folder / "log"
        copied = _copy(kept, data)
        postgres.create(family, data, password=password, logs=logs)
        database = postgres.start(family, data, password=password, logs=logs, settings=postgres.FAST_AND_UNSAFE)
        broker = valkey.start(family, folder / "valkey", password=secrets.token_urlsafe(), logs=logs, keep=False)
        yield Services(database.url, broker.url)
        if not copied and _leave_only_template(database.url_of("postgres")):
            family.stop(database.child)
            _keep(data, kept)


def share_of(services: Services, number: int) -> Services:
    """What one of several test processes uses of the servers: a database and a Valkey database of its own."""
    server, broker = (url.rpartition("/")[0] for url in (services.database_url, services.redis_url))
    return Services(f"{server}/test_{number}", f"{broker}/{number}")


def make_database(url: str, migrate: Callable[[], None]) -> None:
    """Create the database of `url` as a clone of the template. Processes may do it side by side.

    Without a template yet, `migrate` fills this one, through connections that it closes again, and it becomes
    the template.
    """
    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        if TEMPLATE in _databases(connection):
            _create(connection, name, template=TEMPLATE)
        else:
            _create(connection, name, template="template0")
            migrate()
            _create(connection, TEMPLATE, template=name)


def _create(connection: psycopg.Connection, name: str, *, template: str) -> None:
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))


def _databases(connection: psycopg.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT datname FROM pg_database")}


def _leave_only_template(admin_url: str) -> bool:
    """Drop what the run made, the template aside. False when there is no template to keep."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        found = _databases(connection)
        for name in (name for name in found if name.startswith("test_")):
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        return TEMPLATE in found


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(path for pattern in _INGREDIENTS for path in ROOT.glob(pattern)):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _copy(kept: Path, data: Path) -> bool:
    """Copy a kept cluster. False when there is none, or when another run is replacing it at this moment."""
    try:
        shutil.copytree(kept, data)
    except (FileNotFoundError, shutil.Error):
        shutil.rmtree(data, ignore_errors=True)
        return False
    accounts.give(data, accounts.server_account())
    return True


def _keep(data: Path, kept: Path) -> None:
    """Move a stopped cluster to where the next run finds it, in place of older ones."""
    for old in kept.parent.glob("cluster-*"):
        shutil.rmtree(old, ignore_errors=True)
    fresh = kept.with_name(f"new-{os.getpid()}")
    shutil.copytree(data, fresh)
    with contextlib.suppress(OSError):  # another run kept the same
        fresh.rename(kept)
    shutil.rmtree(fresh, ignore_errors=True)


def main() -> int:
    """Run the command line's command with servers of its own; return its exit code."""
    with servers() as services:
        return subprocess.run(sys.argv[1:], env={**os.environ, **environment(services)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
