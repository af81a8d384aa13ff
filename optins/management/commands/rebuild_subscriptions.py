"""`manage.py rebuild_subscriptions [--write]`: does the ledger alone explain every subscription and suppression?"""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from django.core.management.base import CommandParser

from campaigns.actors import Actor
from campaigns.commands import Answer, ChangingCommand, actor
from campaigns.phone import mask
from optins.actions.repairing import repair_number
from optins.models import ConsentEvent, Subscription, Suppression
from optins.rebuilding import Difference, differences

_MOST = 1_000


class Command(ChangingCommand):
    help = "Rebuild every standing from the consent ledger, and say where what is on file differs."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--write", action="store_true", help="Repair what differs, to the safe side.")

    def answer(self, *, write: bool, by: str, **_: Any) -> Answer:
        found = list(islice(differences(), _MOST))
        repaired = _repair(found, by=actor(by)) if write else 0
        if repaired:
            found = list(islice(differences(), _MOST))
        return {
            "agrees": not found,
            "repaired": repaired,
            "entries": ConsentEvent.objects.count(),
            "subscriptions": Subscription.objects.count(),
            "suppressions": Suppression.objects.filter(lifted_at__isnull=True).count(),
            "differences": [_told(difference) for difference in found],
        }

    def in_words(self, answer: Any) -> str:
        counts = f"{answer['subscriptions']:,} subscriptions and {answer['suppressions']:,} suppressions"
        repaired = f"{answer['repaired']:,} rows were repaired. " if answer["repaired"] else ""
        if answer["agrees"]:
            return f"{repaired}The ledger explains all of them: {counts} by {answer['entries']:,} entries."
        told = [_line(difference) for difference in answer["differences"]]
        more = [f"These are the first {_MOST:,}."] if len(told) == _MOST else []
        return "\n".join([f"{repaired}{counts} were compared with {answer['entries']:,} entries:", *told, *more])

    def is_well(self, _answer: Answer) -> bool:
        return bool(_answer["agrees"])


def _repair(found: Sequence[Difference], *, by: Actor) -> int:
    """A number at a time, in the order in which they were found. Returns how many rows changed."""
    of = dict.fromkeys((difference.number, difference.number_digest) for difference in found)
    return sum(repair_number(number=number, number_digest=digest, by=by) for number, digest in of)


def _told(difference: Difference) -> Mapping[str, str]:
    return {
        "number": mask(difference.number) if difference.number else "",
        "what": difference.what,
        "ledger": difference.ledger,
        "on_file": difference.on_file,
    }


def _line(told: Mapping[str, str]) -> str:
    who = told["number"] or "erased"
    return f"  {who}, {told['what']}: the ledger says {told['ledger']}, on file is {told['on_file']}."
