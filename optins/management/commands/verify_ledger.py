"""`manage.py verify_ledger [--number NUMBER]`: is the consent ledger as it was written?"""

import time
from typing import Any

from django.core.management.base import CommandParser

from campaigns.commands import Answer, OperatorCommand
from campaigns.phone import mask
from optins.models import digest_of
from optins.numbers import asked_number
from optins.verifying import Fault, Walk, faults


class Command(OperatorCommand):
    help = "Check every entry of the consent ledger, and name the first that is not as it was written."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--number", help="Only this number's entries, in any usual spelling.")

    def answer(self, *, number: str | None, **_: Any) -> Answer:
        digests = None if number is None else [digest_of(asked_number(number))]
        walk, began = Walk(), time.monotonic()
        fault = next(faults(walk=walk, digests=digests), None)
        seconds = max(time.monotonic() - began, 0.001)
        return {
            "intact": fault is None,
            "numbers": walk.numbers,
            "entries": walk.entries,
            "entries_per_second": round(walk.entries / seconds),
            "fault": None if fault is None else _told(fault),
        }

    def in_words(self, answer: Any) -> str:
        walked = f"{answer['entries']:,} entries of {answer['numbers']:,} numbers"
        if answer["intact"]:
            return f"The ledger is as it was written: {walked}, {answer['entries_per_second']:,} a second."
        fault = answer["fault"]
        named = f"Entry {fault['entry']}" if fault["entry"] else "An entry that is not there"
        return (
            f"{named} ({fault['number'] or 'erased'}, number {fault['sequence']} of its chain) is not "
            f"as it was written: {fault['kind']}. {fault['sentence']} Found after {walked}."
        )

    def is_well(self, _answer: Answer) -> bool:
        return bool(_answer["intact"])


def _told(fault: Fault) -> Answer:
    return {
        "entry": fault.entry,
        "number": mask(fault.number) if fault.number else "",
        "sequence": fault.sequence,
        "kind": fault.kind,
        "sentence": fault.sentence,
    }
