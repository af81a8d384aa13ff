"""`manage.py hold_sending`: no text of any kind leaves until it is released."""

from typing import Any

from django.core.management.base import CommandParser

from campaigns.commands import Answer, ChangingCommand, actor
from messaging.actions.stopping import hold_sending


class Command(ChangingCommand):
    help = "Stop all sending. What is on its way arrives; what waits goes on waiting."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--reason", default="", help="Shown on the home page.")

    def answer(self, *, by: str, reason: str, **_: Any) -> Answer:
        hold = hold_sending(by=actor(by), reason=reason)
        return {"held": True, "cause": hold.cause, "reason": hold.reason}

    def in_words(self, answer: Any) -> str:
        return f"All sending is stopped: {answer['reason']}"
