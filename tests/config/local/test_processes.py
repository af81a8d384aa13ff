"""A family of processes ends as a whole, however its runner ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from config.local.processes import Child, Family
from config.local.refusal import Refusal
from config.local.services import ROOT

# A child with a child of its own; both would run for a minute.
NEST = "sleep 60 & echo $!; exec sleep 60"
RUNNER = f"""
import os, sys, time
from pathlib import Path
from config.local.processes import Family
folder = Path(sys.argv[1])
with Family() as family:
    temporary = family.temporary_folder()
    child = family.spawn("nest", ["sh", "-c", {NEST!r}], log=folder / "nest.log", env=os.environ, cwd=folder)
    while not (said := (folder / "nest.log").read_text()):
        time.sleep(0.01)
    print(child.process.pid, said.strip(), temporary, flush=True)
    time.sleep(60)
"""


def gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def wait_until(condition: Callable[[], object], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(condition())


@pytest.fixture
def family() -> Iterator[Family]:
    with Family() as family:
        yield family


def spawn(family: Family, folder: Path, script: str, name: str = "child") -> Child:
    return family.spawn(name, ["sh", "-c", script], log=folder / f"{name}.log", env=os.environ, cwd=folder)


def test_a_runner_killed_with_9_leaves_nobody_and_nothing_behind(tmp_path: Path) -> None:
    runner = subprocess.Popen([sys.executable, "-c", RUNNER, tmp_path], cwd=ROOT, stdout=subprocess.PIPE)
    assert runner.stdout is not None
    child, grandchild, folder = runner.stdout.readline().decode().split()
    assert Path(folder).exists()
    runner.send_signal(signal.SIGKILL)
    runner.communicate()
    assert wait_until(lambda: gone(int(child)) and gone(int(grandchild)))
    assert wait_until(lambda: not Path(folder).exists())


def test_stopping_a_child_takes_its_children_along(family: Family, tmp_path: Path) -> None:
    child = spawn(family, tmp_path, NEST)
    assert wait_until(child.log.read_text)
    family.stop(child)
    assert wait_until(lambda: gone(int(child.log.read_text())))


def test_a_child_that_ends_by_itself_is_noticed_with_its_last_words(family: Family, tmp_path: Path) -> None:
    spawn(family, tmp_path, "sleep 60", name="steady")
    child = spawn(family, tmp_path, "echo out of paper; exit 3", name="printer")
    assert wait_until(lambda: family.dead() is child)
    assert child.last_words() == "out of paper"


def test_a_command_that_fails_is_refused_with_what_it_said(family: Family, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="no such table"):
        family.run("migrate", ["sh", "-c", "echo no such table; exit 1"],
                   log=tmp_path / "migrate.log", env=os.environ, cwd=tmp_path)  # fmt: skip


def test_the_log_of_the_run_before_is_kept(family: Family, tmp_path: Path) -> None:
    for word in ("first", "second"):
        family.run(word, ["echo", word], log=tmp_path / "a.log", env=os.environ, cwd=tmp_path)
    assert (tmp_path / "a.log.previous").read_text() == "first\n"
    assert (tmp_path / "a.log").read_text() == "second\n"


def test_a_child_that_ignores_the_signal_is_killed_when_in_a_hurry(family: Family, tmp_path: Path) -> None:
    child = spawn(family, tmp_path, "trap '' TERM; echo ready; while :; do sleep 0.1; done")
    assert wait_until(child.log.read_text)
    family.hurry()
    family.stop(child)
    assert child.process.returncode == -signal.SIGKILL
