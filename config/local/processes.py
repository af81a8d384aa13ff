"""Child processes that never outlive their runner.

Two nets hold also when the runner is killed with -9: on Linux the kernel signals each child at once
(PR_SET_PDEATHSIG), and everywhere the guard (config/local/guard.py) ends whole process groups, so that
grandchildren such as Celery's pool go too.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from config.local import accounts, guard
from config.local.accounts import Account
from config.local.refusal import Refusal

STOP_SECONDS = 10.0
_PR_SET_PDEATHSIG = 1
# Loaded before any fork: between fork and exec nothing may be imported.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Child:
    """One process of the family, leader of a process group of its own."""

    name: str
    process: subprocess.Popen[bytes]
    stop_signal: signal.Signals
    log: Path

    def ending(self) -> str:
        """How it ended: "exit code 1", or "signal 9" when it was killed."""
        code = self.process.returncode
        return f"exit code {code}" if code is None or code >= 0 else f"signal {-code}"

    def last_words(self, lines: int = 3) -> str:
        """The end of its log, for a sentence about its death."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.strip().splitlines()[-lines:])


class Family:
    """A context in which children are started; leaving it stops them in the reverse order.

    While it stops, `hurry()` (a second Ctrl-C) ends the waiting.
    """

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._hurry = False

    def __enter__(self) -> Self:
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__],
            stdin=subprocess.PIPE,
            start_new_session=True,
            bufsize=0,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in reversed(self._children.copy()):
            self.stop(child)
        assert self._guard.stdin is not None
        self._guard.stdin.close()
        self._guard.wait()

    def temporary_folder(self) -> Path:
        """A new directory that Postgres can use, gone when the family is, even after a kill -9."""
        folder = accounts.temporary_folder()
        self._tell_guard(f"remove {folder}")
        return folder

    def hurry(self) -> None:
        """Kill instead of waiting, from now on."""
        self._hurry = True

    def spawn(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str],
        cwd: Path,
        stop_signal: signal.Signals = signal.SIGTERM,
        account: Account | None = None,
    ) -> Child:
        """Start a child that writes to `log` (the one before is kept as *.previous) and return it.

        `account` is the account to change to; None keeps the runner's.
        """
        # Logs may hold what nobody else should read: the demo data names its passwords.
        log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if log.exists():
            log.replace(log.with_name(f"{log.name}.previous"))
        with log.open("wb") as output:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                preexec_fn=_die_with_parent(os.getpid(), stop_signal),
            )
        child = Child(name, process, stop_signal, log)
        self._children.append(child)
        self._tell_guard(f"watch {process.pid} {int(stop_signal)}")
        return child

    def run(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str],
        cwd: Path,
        account: Account | None = None,
    ) -> str:
        """Run a command to its end and return what it wrote. Raises Refusal if it fails."""
        child = self.spawn(name, argv, log=log, env=env, cwd=cwd, account=account)
        code = child.process.wait()
        self.stop(child)
        if code:
            raise Refusal(f"“{name}” failed; its log is {log} and ends with:\n{child.last_words()}")
        return log.read_text(errors="replace")

    @property
    def children(self) -> Sequence[Child]:
        """Those that were started and not stopped."""
        return tuple(self._children)

    def dead(self) -> Child | None:
        """A child that ended although nobody stopped it."""
        return next((child for child in self._children if child.process.poll() is not None), None)

    def stop(self, child: Child) -> None:
        """Ask the child to end, wait up to STOP_SECONDS, kill what is left of its process group."""
        deadline = time.monotonic() + STOP_SECONDS
        if child.process.poll() is None:
            child.process.send_signal(child.stop_signal)
        while child.process.poll() is None and not self._hurry and time.monotonic() < deadline:
            time.sleep(0.02)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        self._children.remove(child)
        self._tell_guard(f"forget {child.process.pid}")

    def stop_together(self, children: Sequence[Child]) -> None:
        """Stop several children that may all wind down at the same time."""
        for child in children:
            if child.process.poll() is None:
                child.process.send_signal(child.stop_signal)
        for child in children:
            self.stop(child)

    def _tell_guard(self, line: str) -> None:
        assert self._guard.stdin is not None
        # A guard that died is replaced by the kernel's signal; the work goes on.
        with contextlib.suppress(BrokenPipeError):
            self._guard.stdin.write(f"{line}\n".encode())


class _die_with_parent:
    """Called in the child between fork and exec: asks the kernel for a signal when the parent dies."""

    def __init__(self, parent: int, number: signal.Signals) -> None:
        self.parent = parent
        self.number = int(number)

    def __call__(self) -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, self.number)
        if os.getppid() != self.parent:  # it died before we could ask
            os._exit(1)
