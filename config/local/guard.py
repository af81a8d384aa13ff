"""Ends what a runner leaves behind when it is killed with -9. A script of the standard library alone.

Reads lines from stdin: "watch <group> <signal>", "forget <group>", "remove <directory>". At the end of input,
which comes also when the runner could say nothing any more, each process group still watched gets its signal,
then SIGKILL, and the temporary directories go.
"""

import contextlib
import os
import shutil
import signal
import sys
import time

PATIENCE_SECONDS = 2.0


def alive(group: int) -> bool:
    """True while the process group has a member."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def end(groups: dict[int, int], patience: float = PATIENCE_SECONDS) -> None:
    """Signal each group (group to signal number), wait for all of them, kill what remains."""
    for group, number in groups.items():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, number)
    deadline = time.monotonic() + patience
    while any(map(alive, groups)) and time.monotonic() < deadline:
        time.sleep(0.02)
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def main() -> None:
    """Keep the list that the runner dictates, then end what is left on it."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups: dict[int, int] = {}
    folders: list[str] = []
    for line in sys.stdin:
        verb, what = line.rstrip("\n").split(" ", 1)
        if verb == "watch":
            group, number = map(int, what.split())
            groups[group] = number
        elif verb == "forget":
            groups.pop(int(what), None)
        else:
            folders.append(what)
    end(groups)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
