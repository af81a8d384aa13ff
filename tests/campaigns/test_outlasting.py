"""A database that is away or takes nothing ends a task's turn with one line; a fault of ours is raised as ever."""

from collections.abc import Iterator, Sequence

import psycopg
import pytest
from django.db import OperationalError, ProgrammingError
from django.db.utils import DatabaseError

from campaigns import outlasting
from campaigns.outlasting import said_once
from config.celery import app

WORDS = ("database_is_away", "database_takes_nothing", "database_works_again")


@pytest.fixture(autouse=True)
def nothing_was_said() -> Iterator[None]:
    outlasting._failing.clear()
    yield
    outlasting._failing.clear()


def said(caplog: pytest.LogCaptureFixture) -> Sequence[str]:
    lines = [record.getMessage() for record in caplog.records]
    return [word for line in lines for word in WORDS if f"'{word}'" in line]


def meets(task: str, fault: DatabaseError, cause: psycopg.Error) -> None:
    with said_once(task):
        raise fault from cause


def is_away(task: str) -> None:
    meets(task, OperationalError("connection failed"), psycopg.OperationalError("connection failed"))


def has_worked(task: str) -> None:
    with said_once(task):
        pass


def test_all_tasks_together_say_it_once_until_each_of_them_works_again(caplog: pytest.LogCaptureFixture) -> None:
    for task in ("merge", "send", "merge"):
        is_away(task)
    has_worked("sweep")
    has_worked("send")
    assert said(caplog) == ["database_is_away"]
    has_worked("merge")
    assert said(caplog) == ["database_is_away", "database_works_again"]


@pytest.mark.parametrize(
    ("cause", "word"),
    [
        (psycopg.errors.DiskFull(), "database_takes_nothing"),
        (psycopg.errors.ReadOnlySqlTransaction(), "database_takes_nothing"),
        (psycopg.errors.CannotConnectNow(), "database_is_away"),
        (psycopg.errors.AdminShutdown(), "database_is_away"),
    ],
)
def test_the_line_says_which_it_is(caplog: pytest.LogCaptureFixture, cause: psycopg.Error, word: str) -> None:
    meets("send", OperationalError(), cause)
    assert said(caplog) == [word]


@pytest.mark.parametrize("cause", [psycopg.errors.DeadlockDetected(), psycopg.errors.UndefinedTable()])
def test_a_fault_of_ours_is_raised(caplog: pytest.LogCaptureFixture, cause: psycopg.Error) -> None:
    with pytest.raises(ProgrammingError):
        meets("send", ProgrammingError(), cause)
    assert said(caplog) == []


def test_every_task_of_ours_outlasts_it(caplog: pytest.LogCaptureFixture) -> None:
    @app.task(name="tests.unlucky")
    def unlucky() -> None:
        raise OperationalError from psycopg.OperationalError("connection failed")

    unlucky()
    assert said(caplog) == ["database_is_away"]
    app.tasks.unregister("tests.unlucky")
