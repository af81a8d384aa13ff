"""How busy the machine is: one that starves its processes makes the simulated carrier slow, by no fault of ours."""

import threading
import time
import urllib.request
from types import TracebackType
from typing import Final, Self

_EVERY_SECONDS: Final = 0.3
_PATIENCE_SECONDS: Final = 60.0


class Pulse:
    """Asks an address again and again while its block lasts. `slowest` is the longest answer in seconds."""

    def __init__(self, url: str) -> None:
        self.slowest = 0.0
        self._url = url
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._feel, name="pulse", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _feel(self) -> None:
        while not self._over.wait(_EVERY_SECONDS):
            asked = time.monotonic()
            try:
                with urllib.request.urlopen(self._url, timeout=_PATIENCE_SECONDS) as answer:
                    answer.read()
            except OSError:
                continue  # it is being stopped: nobody hurts the carrier
            self.slowest = max(self.slowest, time.monotonic() - asked)
