"""The chaos suite itself, in short: real processes are killed while two campaigns go out, and nobody is missed."""

import os
from pathlib import Path

import pytest

from benchmarks.chaos_suite.__main__ import run
from benchmarks.chaos_suite.show import TINY
from config.local import testbed


def test_nobody_is_lost_or_texted_twice_while_processes_are_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], django_db_setup: None
) -> None:
    database = f"{os.environ['DATABASE_URL']}_chaos"
    testbed.make_database(database, migrate=lambda: pytest.fail("The template is there already."))
    passed = run(TINY, 1, tmp_path, database_url=database)
    said = capsys.readouterr().out.splitlines()
    assert passed, "\n".join(said)
    assert said[-1].startswith("PASS: ")
