"""`manage.py take_deactivations [--day DATE]`: what beat does daily with the carriers' lists of deactivated numbers."""

import datetime as dt
from typing import Any

from django.core.management.base import CommandParser

from campaigns.commands import Answer, OperatorCommand
from messaging.actions.listening.deactivating import take_deactivations


class Command(OperatorCommand):
    help = "Fetch the carriers' lists of deactivated numbers from the provider, and end the consent of those listed."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--day", type=dt.date.fromisoformat, help="Only the list of this day, also if it was taken before."
        )

    def answer(self, *, day: dt.date | None, **_: Any) -> Answer:
        return take_deactivations(day=day)

    def in_words(self, answer: Any) -> str:
        missing = f" The lists of {answer['missing']} days could not be had: try again." if answer["missing"] else ""
        return (
            f"{answer['days']} lists with {answer['listed']:,} numbers were taken; "
            f"of {answer['ended']:,} of them consent or verification ended.{missing}"
        )

    def is_well(self, _answer: Answer) -> bool:
        return not _answer["missing"]
