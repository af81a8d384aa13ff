"""`manage.py rebuild_subscriptions`: does the ledger alone explain every subscription and suppression?"""

from dataclasses import asdict
from itertools import islice
from typing import Any

from campaigns.commands import Answer, OperatorCommand
from optins.models import ConsentEvent, Subscription, Suppression
from optins.rebuilding import Difference, differences

_MOST = 1_000


class Command(OperatorCommand):
    help = "Rebuild every standing from the consent ledger, and say where what is on file differs. Changes nothing."

    def answer(self, **_: Any) -> Answer:
        found = list(islice(differences(), _MOST))
        return {
            "agrees": not found,
            "entries": ConsentEvent.objects.count(),
            "subscriptions": Subscription.objects.count(),
            "suppressions": Suppression.objects.filter(lifted_at__isnull=True).count(),
            "differences": [asdict(difference) for difference in found],
        }

    def in_words(self, answer: Any) -> str:
        counts = f"{answer['subscriptions']:,} subscriptions and {answer['suppressions']:,} suppressions"
        if answer["agrees"]:
            return f"The ledger explains all of them: {counts} by {answer['entries']:,} entries."
        told = [_line(Difference(**difference)) for difference in answer["differences"]]
        more = [f"These are the first {_MOST:,}."] if len(told) == _MOST else []
        return "\n".join([f"{counts} were compared with {answer['entries']:,} entries:", *told, *more])

    def is_well(self, _answer: Answer) -> bool:
        return bool(_answer["agrees"])


def _line(difference: Difference) -> str:
    who = difference.number or "erased"
    return f"  {who}, {difference.what}: the ledger says {difference.ledger}, on file is {difference.on_file}."
