"""A machine whose clock is wrong: a Python process in which every clock that can be set is ahead, or behind.

    python -m benchmarks.chaos_suite.skewed HOURS MODULE ARGUMENT…

What Postgres, Valkey and the carrier say of the time is not touched, as with a machine of its own.
"""

import datetime as dt
import runpy
import sys
from collections.abc import Sequence
from typing import Final

import time_machine

# `python -m`, with which every command of the product begins.
_PYTHON: Final = 2


def command(given: Sequence[str], *, hours: int) -> Sequence[str]:
    """The same command on a machine whose clock is so many hours ahead. None of it for 0."""
    return [*given[:_PYTHON], __name__, str(hours), *given[_PYTHON:]] if hours else given


def main() -> None:
    """Run a module as if it were the program."""
    hours, module = int(sys.argv[1]), sys.argv[2]
    del sys.argv[:2]
    time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours), tick=True).start()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
