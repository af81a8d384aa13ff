"""The cluster of the local system: made once, recovered after a crash, refused when it is not ours."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.local import postgres
from config.local.processes import Family
from config.local.refusal import Refusal


@pytest.fixture
def family() -> Iterator[Family]:
    with Family() as family:
        yield family


@pytest.fixture
def folder(family: Family) -> Path:
    return family.temporary_folder()


def test_a_cluster_survives_a_crash_that_leaves_its_lock_file(family: Family, folder: Path) -> None:
    data, logs = folder / "postgres", folder / "log"
    postgres.create(family, data, password="secret", logs=logs)
    server = postgres.start(family, data, password="secret", logs=logs)
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1")
    server.child.process.send_signal(signal.SIGKILL)
    server.child.process.wait()
    lock = data / "postmaster.pid"
    # As after a restart of the machine: the number belongs to somebody else by now.
    lock.write_text("\n".join([str(os.getpid()), *lock.read_text().splitlines()[1:]]))
    again = postgres.start(family, data, password="secret", logs=logs)
    with psycopg.connect(again.url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1,)
        assert connection.execute("SELECT datlocale FROM pg_database LIMIT 1").fetchone() == ("C.UTF-8",)


def test_a_cluster_that_another_server_runs_on_is_named_with_the_process(family: Family, folder: Path) -> None:
    data, logs = folder / "postgres", folder / "log"
    postgres.create(family, data, password="secret", logs=logs)
    server = postgres.start(family, data, password="secret", logs=logs)
    with pytest.raises(Refusal, match=f"process {server.child.process.pid}"):
        postgres.start(family, data, password="secret", logs=logs, patience=0)


def test_a_cluster_of_another_version_is_refused_with_what_to_do(family: Family, folder: Path) -> None:
    data = folder / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("16\n")
    with pytest.raises(Refusal, match=r"made by PostgreSQL 16.*mv "):
        postgres.create(family, data, password="secret", logs=folder / "log")
