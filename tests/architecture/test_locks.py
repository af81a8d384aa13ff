"""Advisory locks: two jobs that lock the same number would wait for each other without a reason."""

import re
from collections import Counter

from tests.architecture.source import ROOT

_LOCK = re.compile(r"^_LOCK: Final = ([\d_]+)", re.MULTILINE)


def test_no_two_jobs_share_a_lock() -> None:
    apps = ("campaigns", "optins", "messaging", "config")
    held = Counter(
        number for app in apps for path in (ROOT / app).rglob("*.py") for number in _LOCK.findall(path.read_text())
    )
    assert len(held) > 5
    assert [number for number, jobs in held.items() if jobs > 1] == []
