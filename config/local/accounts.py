"""Postgres refuses to run as root: as root, it runs as `nobody`, who must be able to reach its files."""

import hashlib
import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

_OPEN_TO_ALL = Path("/var/tmp")  # sticky: names there are checked before use
_STATE_OF_ROOT = Path("/var/lib/optline")


@dataclass(frozen=True)
class Account:
    """A system account to change to."""

    uid: int
    gid: int


def server_account() -> Account | None:
    """The account that Postgres has to run as; None means the one we have."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def reachable(path: Path) -> bool:
    """True when every account may walk into the directory `path`."""
    resolved = path.resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (resolved, *resolved.parents))


def state_folder(var: Path) -> Path:
    """Where data of a server lives: `var` itself, or root's place for state when `nobody` cannot reach it."""
    if server_account() is None or reachable(var):
        return var
    name = hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]
    folder = _STATE_OF_ROOT / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    return folder


def temporary_folder() -> Path:
    """A new directory that `nobody` can walk through when Postgres needs that. The caller removes it."""
    parent = Path(tempfile.gettempdir())
    if server_account() is not None and not reachable(parent):
        parent = _OPEN_TO_ALL
    folder = Path(tempfile.mkdtemp(prefix="optline-", dir=parent))
    if server_account() is not None:
        folder.chmod(0o711)
    return folder


def shared_programs_folder(name: str) -> Path:
    """A path for programs that every account may run."""
    return _OPEN_TO_ALL / name


def give(path: Path, account: Account | None) -> None:
    """Make the account the owner of a file or of a whole directory."""
    if account is None:
        return
    os.chown(path, account.uid, account.gid)
    for folder, names, files in os.walk(path):
        for name in (*names, *files):
            os.chown(Path(folder, name), account.uid, account.gid, follow_symlinks=False)
