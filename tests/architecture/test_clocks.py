"""The database's clock decides: who reads a machine's own says here what for. Nothing is sent or kept back by it."""

import ast
from collections.abc import Iterator

from tests.architecture.source import modules, name_of, tree

READS = {
    "campaigns/actions/shell.py": "whether an end that somebody types lies ahead",
    "campaigns/actions/reverting.py": "when a profile was last touched, for people to read",
    "campaigns/audience.py": "today, in days, where a segment is looked at",
    "campaigns/profile.py": "whether a date of birth can be one",
    "optins/api/base.py": "until when the former secret of an API app is good",
    "optins/consent.py": "today, in days, for restrictions by age",
    "messaging/gates.py": "today, in days, for restrictions by age",
    "messaging/gateway/answers.py": "the carrier's Retry-After, where that is a date",
    "messaging/actions/messages.py": "whether a time that somebody types lies ahead",
    "messaging/actions/upkeep/watching.py": "since when to ask the carriers, where the database has no text at all",
    "messaging/census/counting.py": "whether a census on the screen is fresh",
    "messaging/actions/sending/claiming.py": "the order of attempt ids in an index",
    "messaging/actions/listening/deactivating.py": "for which days the carrier's list is to be had",
    "messaging/actions/events.py": "when an event was that somebody tells without its time",
    "messaging/launch/calendar.py": "which week is shown",
    "messaging/launch/review.py": "what a page says",
    "messaging/reports/evidence.py": "what a document says",
    "messaging/census/whom.py": "what a page says",
    "messaging/reports/figures.py": "the figures of today",
    "messaging/launch/forecast.py": "what a page says",
    "messaging/reports/usual.py": "which hours are compared on a page",
    "messaging/reports/health.py": "what a page says",
    "messaging/reports/refused.py": "the hour in which a refused webhook is counted",
    "optins/trend.py": "the fourteen days of a chart",
}
_CALLS = ("timezone.now", "timezone.localtime", "timezone.localdate", "time.time", "time.time_ns", "dt.datetime.now")


def readers() -> Iterator[str]:
    for path in modules("campaigns", "optins", "messaging"):
        name = name_of(path)
        if "/admin/" in name or name.startswith(("messaging/simulator/", "messaging/management/")):
            continue  # pages and commands for people, and a carrier of its own
        calls = (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
        if any(ast.unparse(call.func) in _CALLS for call in calls):
            yield name


def test_the_clock_of_a_machine_is_read_for_these_things_only() -> None:
    assert set(readers()) - READS.keys() == set()
