"""`python -m config.local`, which `./start` calls: brings Optline up on this machine and answers for it."""

import argparse
import contextlib
import fcntl
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import NoReturn, TextIO

from config.local import journey, secret_files, system
from config.local.followed import FollowedLogs
from config.local.ports import free_port, require_free
from config.local.processes import Family
from config.local.refusal import Refusal
from config.local.services import VAR
from config.local.system import Plan

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Somebody pressed Ctrl-C or sent SIGTERM; like KeyboardInterrupt, no handler of errors may eat it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until stopped. 0 after a stop that was asked for or a check that passed, 1 otherwise."""
    options = _parse(arguments)
    try:
        with Family() as family:
            _stop_on_signals(family)
            if options.check:
                return _check(family)
            _serve(family, options)
    except Refusal as refusal:
        _say(f"Optline: {refusal}", file=sys.stderr)
        return 1
    except StopRequested:
        _say("Stopped." if not options.check else "The check was interrupted.")
        return 1 if options.check else 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./start", description="Run Optline on this machine.")
    parser.add_argument("--check", action="store_true", help="bring a fresh system up beside it, try it out, stop it")
    parser.add_argument("--port", type=int, help="port of the web (8000, or OPTLINE_PORT)")
    parser.add_argument("--simulator-port", type=int, help="port of the simulated carrier (8010, or SIMULATOR_PORT)")
    parser.add_argument("--verbose", action="store_true", help="show the logs of all processes")
    return parser.parse_args(arguments)


def _stop_on_signals(family: Family) -> None:
    """The first signal asks for an orderly stop, a second one for a quick one."""

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        for number in _STOP_SIGNALS:
            signal.signal(number, lambda *_: family.hurry())
        raise StopRequested

    for number in _STOP_SIGNALS:
        # Set also when inherited as ignored, which is what sh does to a command ended with &.
        signal.signal(number, stop)


def _serve(family: Family, options: argparse.Namespace) -> NoReturn:
    web = options.port or _port_of("OPTLINE_PORT", 8000)
    carrier = options.simulator_port or _port_of("SIMULATOR_PORT", 8010)
    plan = Plan(VAR, VAR / "log", web, carrier, os.environ)
    with _only_one(plan):
        require_free(web, what="the web", flag="--port", variable="OPTLINE_PORT")
        require_free(carrier, what="the simulated carrier", flag="--simulator-port", variable="SIMULATOR_PORT")
        _say("Starting Optline …")
        running = system.start(family, plan)
        for_shells = VAR / "running.env"
        secret_files.write(for_shells, {name: shlex.quote(value) for name, value in running.settings.items()})
        _say(_WELCOME.format(plan=plan, logins=running.welcome.strip("\n")))
        try:
            _watch(family, verbose=options.verbose)
        finally:
            for_shells.unlink(missing_ok=True)
            _say("Stopping …")
            family.stop_together(running.children)


_WELCOME = """\

Optline is ready.

  Dashboard   {plan.base_url}/
  Handsets    {plan.simulator_url}/   (phones of the simulated carrier)
  API docs    {plan.base_url}/api/docs

{logins}

Logs are in {plan.logs}. Press Ctrl-C to stop.
"""


def _port_of(variable: str, default: int) -> int:
    raw = os.environ.get(variable, "")
    try:
        return int(raw or default)
    except ValueError:
        raise Refusal(f"{variable} is “{raw}”. Set it to a port number, for example {default}.") from None


@contextlib.contextmanager
def _only_one(plan: Plan) -> Iterator[None]:
    """Hold the directory's lock, which the kernel frees however this process ends."""
    path = plan.var / "start.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Refusal(f"It runs already in this directory: {file.read().strip()}.") from None
        file.truncate(0)
        file.write(f"process {os.getpid()}, {plan.base_url}/")
        file.flush()
        yield


def _watch(family: Family, *, verbose: bool) -> NoReturn:
    """Pass on logs if wanted, until a process ends by itself or a signal ends the waiting."""
    followed = [(child.name, child.log) for child in family.children] if verbose else []
    with contextlib.closing(FollowedLogs(followed)) as logs:
        while True:
            system.require_alive(family)
            for line in logs.new_lines():
                _say(line)
            time.sleep(0.2)


def _check(family: Family) -> int:
    """The same system with nothing in it, on free ports, walked through from outside."""
    begun = time.monotonic()
    given = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_A_CHECK}
    logs = VAR / "log" / f"check-{os.getpid()}"
    plan = Plan(family.temporary_folder(), logs, free_port(), free_port(), given)
    running = system.start(family, plan)
    _say(f"  ok     {time.monotonic() - begun:5.2f} s  The system starts with an empty database")
    passed = journey.run(plan.base_url, plan.simulator_url, running.welcome)
    system.require_alive(family)
    family.stop_together(running.children)
    if passed:
        shutil.rmtree(logs)
    took = f"{time.monotonic() - begun:.1f} s"
    _say(f"The check passed in {took}." if passed else f"The check failed after {took}. Its logs: {logs}")
    return 0 if passed else 1


# A check has servers, addresses and keys of its own whatever this shell is set to.
_NOT_FOR_A_CHECK = frozenset(
    ("DATABASE_URL", "REDIS_URL", "PUBLIC_BASE_URL", "SIMULATOR_URL", "ALLOWED_HOSTS", "OPTLINE_ENV", "DEBUG")
)


def _say(text: str, *, file: TextIO = sys.stdout) -> None:
    # A closed terminal or pipe must not turn an orderly stop into a crash.
    with contextlib.suppress(BrokenPipeError, OSError):
        file.write(f"{text}\n")
        file.flush()


if __name__ == "__main__":
    sys.exit(main())
