"""`manage.py pause_campaign CAMPAIGN`: nothing more of it leaves, and nobody joins, until it is resumed."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from campaigns.lifecycle import Move
from messaging.management.moving import MoveCommand


class Command(MoveCommand):
    help = "Pause a campaign. What is on its way arrives; what waits goes on waiting."
    move = Move.PAUSE

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--reason", default="", help="Shown on the campaign's page.")

    def further(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"reason": options["reason"]}
