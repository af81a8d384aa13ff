"""A small disk that can be full: a file system of our own, in memory, whose size the kernel holds us to.

It is mounted where only this process and its children see it, which Linux lets root do, and whoever may make a user
namespace. It is gone with the last of them. Where that is not possible, `SmallDisk.why_not` says so.
"""

import ctypes
import os
import sys
from pathlib import Path
from typing import Final

from config.local import accounts

_CLONE_NEWNS: Final = 0x0002_0000
_CLONE_NEWUSER: Final = 0x1000_0000
_MS_REMOUNT: Final = 0x20
_MS_REC: Final = 0x4000
_MS_PRIVATE: Final = 0x4_0000
_BYTES: Final = 2**30  # taken from memory only as it is used
_TRIES: Final = 100
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class SmallDisk:
    """Mounted on an empty directory, which the account that Postgres runs as then owns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        accounts.give(folder, accounts.server_account())
        try:
            _see_mounts_alone()
            owner = folder.stat()
            self._mount("tmpfs", 0, f"size={_BYTES},mode=0700,uid={owner.st_uid},gid={owner.st_gid}")
            self.why_not = ""
        except OSError as problem:
            self.why_not = f"no file system of one's own can be mounted here: {problem.strerror}"

    def fill(self) -> None:
        """From now on not one more byte can be had. What is written stays, and may be written over."""
        for _ in range(_TRIES):
            space = os.statvfs(self.folder)
            try:
                return self._mount("tmpfs", _MS_REMOUNT, f"size={(space.f_blocks - space.f_bfree) * space.f_frsize}")
            except OSError:  # somebody wrote meanwhile, and no disk is smaller than what it holds
                continue
        raise TimeoutError("The disk is written to faster than it can be filled.")

    def make_room(self) -> None:
        """As large as it was."""
        self._mount("tmpfs", _MS_REMOUNT, f"size={_BYTES}")

    def _mount(self, kind: str, flags: int, options: str) -> None:
        _mount(kind, self.folder, flags, options)


def _see_mounts_alone() -> None:
    """Give this process, and those that it starts from now on, a view of their own of what is mounted."""
    if _libc is None:
        raise OSError(0, "only Linux can")
    me, mine = os.geteuid(), os.getegid()
    if _libc.unshare(_CLONE_NEWNS if me == 0 else _CLONE_NEWNS | _CLONE_NEWUSER):
        raise _fault()
    if me != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{me} {me} 1")
        Path("/proc/self/gid_map").write_text(f"{mine} {mine} 1")
    _mount("none", Path("/"), _MS_REC | _MS_PRIVATE, "")


def _mount(kind: str, folder: Path, flags: int, options: str) -> None:
    assert _libc is not None  # nothing is mounted elsewhere
    if _libc.mount(kind.encode(), os.fsencode(folder), kind.encode(), flags, options.encode()):
        raise _fault()


def _fault() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
