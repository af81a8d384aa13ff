"""What `./start --check` does with the system from outside, over HTTP, as a person and a carrier would."""

import http.client
import sys
import time
import urllib.request
from collections.abc import Callable

_TIMEOUT_SECONDS = 10


def run(base_url: str, simulator_url: str) -> bool:
    """Walk the steps in order and print a line for each, with its time. False at the first that fails."""
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("The system says that it is ready", lambda: _expect(f"{base_url}/readyz", '"ok"')),
        ("The login page opens", lambda: _expect(f"{base_url}/admin/login/", "password")),
        ("The carrier's handsets open", lambda: _expect(f"{simulator_url}/", "<html")),
    )
    return all(_take(name, step) for name, step in steps)


def _take(name: str, step: Callable[[], None]) -> bool:
    begun = time.monotonic()
    try:
        step()
        mark, reason = "ok", ""
    except (AssertionError, OSError, http.client.HTTPException) as error:
        mark, reason = "FAILED", f": {error}"
    sys.stdout.write(f"  {mark:6} {time.monotonic() - begun:5.2f} s  {name}{reason}\n")
    sys.stdout.flush()
    return not reason


def _expect(url: str, words: str) -> None:
    """The address answers 200 with these words in it."""
    with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as answer:
        body = answer.read().decode()
    if words not in body:
        raise AssertionError(f"{url} answered without “{words}”")
