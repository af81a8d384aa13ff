"""`manage.py release_sending`: what was stopped, by a person or after a restore, goes on."""

from typing import Any

from django.core.management.base import CommandParser

from campaigns.commands import Answer, ChangingCommand, actor
from messaging.actions.stopping import release_sending


class Command(ChangingCommand):
    help = "Release all sending that was stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--unreconciled",
            action="store_true",
            help="Also when the carriers were not asked after a restore: texts may then be sent twice.",
        )

    def answer(self, *, by: str, unreconciled: bool, **_: Any) -> Answer:
        holds = release_sending(by=actor(by), unreconciled=unreconciled)
        return {"held": False, "released": [hold.cause for hold in holds]}

    def in_words(self, _answer: Any) -> str:
        return "Sending goes on."
