"""`manage.py launch_campaign CAMPAIGN`: launch an opt-in campaign, or a messaging campaign with its messages."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from campaigns.lifecycle import Move
from messaging.management.moving import MoveCommand


class Command(MoveCommand):
    help = "Launch a campaign that is a draft."
    move = Move.LAUNCH

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--now", action="store_true", help="Send its scheduled messages at once.")

    def further(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"at_once": options["now"]}
