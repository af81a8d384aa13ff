"""The disk that chaos fills: the kernel refuses one more byte, and what is written may still be written over."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.local import accounts

# A process of its own, because the disk changes what a process sees of the machine's.
_WRITE = """
import sys
from pathlib import Path
from benchmarks.chaos_suite.disk import SmallDisk

disk = SmallDisk(Path(sys.argv[1]) / "disk")
if disk.why_not:
    sys.exit(disk.why_not)
(kept := disk.folder / "kept").write_bytes(b"a" * 4096)
disk.fill()
try:
    (disk.folder / "more").write_bytes(b"b" * 4096)
except OSError as problem:
    print(problem.strerror)
with kept.open("r+b") as file:
    file.write(b"c" * 4096)
disk.make_room()
(disk.folder / "more").write_bytes(b"b" * 4096)
print(kept.read_bytes() == b"c" * 4096)
"""


def test_it_can_be_full_and_have_room_again() -> None:
    folder = accounts.temporary_folder()
    done = subprocess.run([sys.executable, "-c", _WRITE, folder], capture_output=True, text=True, check=False)
    assert list(Path(folder, "disk").iterdir()) == []  # nobody else sees what was written
    Path(folder, "disk").rmdir()
    folder.rmdir()
    if "can be mounted here" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.stdout.splitlines() == ["No space left on device", "True"], done.stderr
