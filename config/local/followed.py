"""The logs of several processes as one stream, each line with the name of its process."""

import io
from collections.abc import Iterator, Sequence

from config.local.processes import Child


class FollowedLogs:
    """Reads on where it stopped. The processes write to files, so a slow console never slows them down."""

    def __init__(self, children: Sequence[Child]) -> None:
        self._width = max((len(child.name) for child in children), default=0)
        self._files = [(child.name, child.log.open(errors="replace")) for child in children]

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
