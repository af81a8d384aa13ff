"""The shell part of ./start and ./test: one sentence when something is missing, nothing to do when it is there."""

import subprocess
from pathlib import Path

import pytest

from config.local.services import ROOT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project directory with a lock that asks for nothing, and no tool on PATH but the ones of a minimal system."""
    (tmp_path / "requirements").mkdir()
    for name in ("base", "test"):
        (tmp_path / "requirements" / f"{name}.lock").write_text("# nothing\n")
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("sh", "cat", "cksum", "ls", "rm"):
        (tools / tool).symlink_to(f"/bin/{tool}" if tool != "cksum" else "/usr/bin/cksum")
    return tmp_path


def prepare(project: Path, name: str = "base") -> subprocess.CompletedProcess[str]:
    script = f". {ROOT}/config/local/environment.sh; prepare_environment {name}; echo ready"
    env = {"PATH": str(project / "bin")}
    return subprocess.run(["/bin/sh", "-euc", script], cwd=project, env=env, capture_output=True, text=True)


def python(project: Path, name: str, behaviour: str) -> None:
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{behaviour}\n")
    path.chmod(0o755)


def test_without_python_one_sentence_says_what_to_install(project: Path) -> None:
    done = prepare(project)
    assert done.returncode == 1
    assert "Python 3.11 or newer was not found. Install it" in done.stderr


def test_without_venv_one_sentence_says_what_to_install(project: Path) -> None:
    python(project, "bin/python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    done = prepare(project)
    assert done.returncode == 1
    assert "lacks its venv module. Install it (Debian, Ubuntu: apt install python3-venv)" in done.stderr


def test_an_environment_with_the_locks_checksum_is_used_as_it_is(project: Path) -> None:
    python(project, ".venv/bin/python", "exit 0")
    lock = (project / "requirements/base.lock").read_bytes()
    stamp = subprocess.run(["cksum"], input=lock, capture_output=True, check=True).stdout
    (project / ".venv/.installed-base").write_bytes(stamp)
    done = prepare(project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ready\n", "")


def test_a_changed_lock_is_installed_into_the_environment_that_is_there(project: Path) -> None:
    python(project, "bin/python3", "exit 0")
    python(project, ".venv/bin/python", 'echo "$@" >>calls')
    (project / ".venv/.installed-base").write_text("another checksum\n")
    assert prepare(project, "test").returncode == 0
    assert "--require-hashes -r requirements/test.lock" in (project / "calls").read_text()
    assert (project / ".venv/.installed-test").exists()
    assert prepare(project, "base").stderr == ""
