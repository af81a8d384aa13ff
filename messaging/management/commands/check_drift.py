"""`manage.py check_drift`: compare consent with what the carriers know, and heal to the safe side."""

from typing import Any

from campaigns.commands import Answer, OperatorCommand
from messaging.actions.listening.drifting import check_drift


class Command(OperatorCommand):
    help = "Look in the carriers' lists for texts from people that never reached us, and end the consent that they end."

    def answer(self, **_: Any) -> Answer:
        return check_drift()

    def in_words(self, answer: Any) -> str:
        unasked = f" {answer['unasked']} providers did not answer: try again." if answer["unasked"] else ""
        return (
            f"{answer['texts']:,} texts had not reached us; {answer['stops']:,} of them ask to stop, and hold now. "
            f"{answer['refusals']:,} numbers that the carrier refuses are suppressed.{unasked}"
        )

    def is_well(self, _answer: Answer) -> bool:
        return not _answer["unasked"]
