"""Moving a campaign of any kind from state to state by a command: launch, pause, resume, cancel."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.core.management.base import CommandParser

from campaigns.actors import Actor
from campaigns.commands import Answer, ChangingCommand, actor, described, find_campaign
from campaigns.lifecycle import Kind, Move
from campaigns.refusals import Refused
from messaging.actions import campaigns as messaging
from messaging.models import MessagingCampaign
from optins.actions import campaigns as optins
from optins.models import OptInCampaign


def _launch_opt_in(*, campaign: OptInCampaign, by: Actor, at_once: bool) -> None:
    if at_once:
        raise Refused("wrong_kind", "--now is for messaging campaigns: an opt-in campaign has nothing to send.")
    optins.launch(campaign=campaign, by=by)


_OF_MESSAGING: Mapping[Move, Callable[..., None]] = {
    Move.LAUNCH: messaging.launch,
    Move.PAUSE: messaging.pause,
    Move.RESUME: messaging.resume,
    Move.CANCEL: messaging.cancel,
}
_OF_OPT_IN: Mapping[Move, Callable[..., None]] = {
    Move.LAUNCH: _launch_opt_in,
    Move.PAUSE: optins.pause,
    Move.RESUME: optins.resume,
    Move.CANCEL: optins.cancel,
}


class MoveCommand(ChangingCommand):
    """One move of one campaign. A move that the campaign's state does not allow is refused as `wrong_state`."""

    move: ClassVar[Move]

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("campaign", help="The campaign's number, or its permalink.")

    def answer(self, *, campaign: str, by: str, **options: Any) -> Answer:
        found = find_campaign(campaign)
        if found.kind == Kind.MESSAGING:
            shell = MessagingCampaign.objects.get(pk=found.pk)
            _OF_MESSAGING[self.move](campaign=shell, by=actor(by), **self.further(options))
        elif found.kind == Kind.OPT_IN:
            programme = OptInCampaign.objects.get(pk=found.pk)
            _OF_OPT_IN[self.move](campaign=programme, by=actor(by), **self.further(options))
        else:
            raise Refused("wrong_kind", "The Global SMS Opt-In is live once its options are complete, and stays so.")
        found.refresh_from_db()
        return described(found)

    def further(self, _options: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the verb is given besides the campaign and who acts."""
        return {}

    def in_words(self, answer: Any) -> str:
        return f"“{answer['name']}” (campaign {answer['campaign']}) is {answer['state']}."
