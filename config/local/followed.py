"""The logs of several processes as one stream, each line with the name of its process."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path


class FollowedLogs:
    """Takes (name, path) pairs and reads on where it stopped.

    The processes write to files, so a slow console never slows them down.
    """

    def __init__(self, logs: Sequence[tuple[str, Path]]) -> None:
        self._width = max((len(name) for name, _ in logs), default=0)
        self._files = [(name, path.open(errors="replace")) for name, path in logs]

    def new_lines(self) -> Iterator[str]:
        """Whole lines written since the last call."""
        for name, file in self._files:
            yield from (f"{name:{self._width}} | {line}" for line in _whole_lines(file))

    def close(self) -> None:
        """Close the files."""
        for _, file in self._files:
            file.close()


def _whole_lines(file: io.TextIOWrapper) -> Iterator[str]:
    while True:
        begin = file.tell()
        line = file.readline()
        if not line.endswith("\n"):  # the rest of it is still being written
            file.seek(begin)
            return
        yield line.rstrip("\n")
