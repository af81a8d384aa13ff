"""An operator at a console: a process that runs the product's commands one after another, and its other end.

Each command is what `manage.py` would run. That they share a process spares a second of loading for each.
"""

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import django
from django.core.management import CommandError, call_command
from django.db import connections

from config.local.services import ROOT

# The product's settings, with the command beside its own that sets the stage.
_SETTINGS: Final = "benchmarks.settings"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command wrote, and the sentence with which it failed; blank when it did not."""

    text: str
    failure: str

    @property
    def told(self) -> Any:
        """The object of a command with --json, also when it could not do what it was asked to."""
        return json.loads(self.text) if self.text else {"status": "error", "code": "failed", "message": self.failure}


Asked: TypeAlias = Future[Answer]


class Console:
    """One operator. Commands are run in the order in which they were asked."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__],
                cwd=ROOT,
                env={**environment, "DJANGO_SETTINGS_MODULE": _SETTINGS},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._turns = ThreadPoolExecutor(max_workers=1, thread_name_prefix="console")

    def ask(self, *arguments: object) -> Asked:
        """Have a command run, such as `ask("campaign_status", 3, "--json")`."""
        return self._turns.submit(self._run, [str(argument) for argument in arguments])

    def close(self) -> None:
        """Let go of it; a command that still runs is broken off."""
        self._process.kill()
        self._turns.shutdown()
        self._process.communicate()

    def _run(self, arguments: list[str]) -> Answer:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(arguments)}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        return Answer(**json.loads(line)) if line else Answer("", "The console has ended.")


def main() -> None:
    """Read commands as JSON lists, a line each, and answer each with a line."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what commands log is no answer
    django.setup()
    for line in sys.stdin:
        connections.close_all()  # those of a database that was killed since
        out, failure = io.StringIO(), ""
        try:
            call_command(*json.loads(line), stdout=out, stderr=io.StringIO())
        except CommandError as error:
            failure = str(error)
        answers.write(f"{json.dumps({'text': out.getvalue(), 'failure': failure})}\n")
        answers.flush()


if __name__ == "__main__":
    main()
