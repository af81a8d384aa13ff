"""`manage.py create_campaign`: create a campaign of any kind, complete it and launch it, in one call."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from campaigns.commands import Answer, ChangingCommand, actor, described, read_object
from campaigns.lifecycle import Kind
from campaigns.refusals import Refused
from messaging.actions.messages import missing
from messaging.management.drafting import NOW, USED, draft, flag
from messaging.models import SmsMessage

_KNOWN = frozenset({"kind", "name"}).union(*USED.values())

_TEXTS = {
    "The campaign": {
        "kind": "global, opt_in or messaging.",
        "name": "What it is called. The global one has a name without it.",
        "slug": "Its permalink. By default made from the name.",
        "starts-at": "When it begins. By default at launch.",
        "ends-at": "When it ends. By default never.",
        "time-zone": "The zone of times that are given without an offset. By default the company's.",
        "audience": "The name of a segment. By default all customers.",
        "required-attribute": "KEY=VALUE that a customer must have.",
        "notes": "For whoever reads the campaign's page.",
        "sender": "The number, short code or messaging service that texts come from.",
        "provider": "The provider whose number it is, by name or account SID, when two have it.",
    },
    "An opt-in campaign": {
        "confirmation-request": "The message that asks for YES.",
        "welcome-message": "The message to who has joined; also the global one.",
    },
    "The Global SMS Opt-In": {
        "opt-out-message": "The answer to STOP.",
        "help-message": "The answer to HELP.",
        "no-match-message": "The answer to what means nothing.",
    },
    "The message of a messaging campaign": {
        "message-name": "By default the campaign's name.",
        "programme": "The messaging preference: an opt-in campaign by number, permalink, or “sms - 2 spring-offers”.",
        "opening": "What each text begins with: who is texting, such as “Acme:”.",
        "body": "The text, with merge fields such as {{ first_name }}.",
        "closing": "What each text ends with, on a line of its own: how to stop.",
        "schedule": f"When it is sent: an ISO 8601 time, or {NOW} together with --launch.",
        "event": "The event that triggers it, in place of --schedule.",
        "window-from": "Listens from.",
        "window-until": "Listens until.",
        "delay-unit": "minutes, hours or days. By default minutes.",
        "outside-hours": "hold (wait until people may be texted where they are) or skip them. By default hold.",
        "first-wave-unit": "people, or percent of them, as --first-wave counts. By default percent.",
        "first-wave-failed": "Per cent of the first that may have failed, for the others to follow. By default 10.",
        "first-wave-opt-outs": "Per cent of the first that may have opted out. By default 2.",
        "segment-in": "Only people in this segment.",
        "segment-out": "Nobody in this segment.",
        "message-notes": "For whoever reads the message's page.",
    },
}
_NUMBERS = {
    "minimum-age": "Years that a customer must have.",
    "delay-amount": "A triggered message is sent so much later. By default at once.",
    "limit-count": "A triggered message goes to a person so often at most …",
    "limit-days": "… in so many days.",
    "late-after-hours": "So many hours after its time a text is no longer sent.",
    "first-wave": "So many people, or per cent of them, are texted before the others. By default everybody at once.",
    "first-wave-wait": "Minutes to wait after the last text of the first wave. By default 30.",
}
_WORDS = {
    "keyword": "A word that joins this opt-in campaign.",
    "opt-in-keyword": "A further word of the global campaign that opts in.",
    "opt-out-keyword": "A further word of the global campaign that opts out.",
    "help-keyword": "A further word of the global campaign that asks for help.",
}


class Command(ChangingCommand):
    help = "Create a campaign, complete it as far as arguments go, and launch it with --launch. All of it, or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--document", metavar="FILE", help="A JSON object of these arguments; - reads stdin.")
        for title, texts in _TEXTS.items():
            group = parser.add_argument_group(title)
            for name, meaning in texts.items():
                choices = [kind.value for kind in Kind] if name == "kind" else None
                group.add_argument(f"--{name}", metavar="TEXT", choices=choices, help=meaning)
        for name, meaning in _NUMBERS.items():
            parser.add_argument(f"--{name}", type=int, metavar="N", help=meaning)
        for name, meaning in _WORDS.items():
            parser.add_argument(f"--{name}", action="append", metavar="WORD", help=f"{meaning} May be repeated.")
        parser.add_argument("--double-opt-in", action="store_true", help="Joining takes a YES.")
        parser.add_argument("--launch", action="store_true", help="Launch it, too.")

    def answer(self, *, by: str, document: str | None, **options: Any) -> Answer:
        given = {**(self._read(document) if document else {}), **_said(options)}
        kind, name = given.pop("kind", None), given.pop("name", "")
        if kind is None:
            raise Refused("argument_error", "Say what kind of campaign: --kind global, opt_in or messaging.")
        with transaction.atomic():
            campaign = draft(kind=Kind(kind), name=name, given=given, by=actor(by))
            message = SmsMessage.objects.filter(campaign=campaign.pk).first()
        lacks = missing(message) if message is not None and message.state == SmsMessage.State.DRAFT else ()
        return {
            **described(campaign),
            "message": None if message is None else message.pk,
            "scheduled_for": None if message is None else message.scheduled_for,
            "missing": list(lacks),
        }

    def in_words(self, answer: Any) -> str:
        made = f"“{answer['name']}” ({answer['kind']} campaign {answer['campaign']}) is {answer['state']}."
        return "\n".join([made, *answer["missing"]])

    def _read(self, file: str) -> dict[str, Any]:
        """The arguments that a document holds, checked by the same parser as those of the command line."""
        parser = self.create_parser("manage.py", "create_campaign")
        try:
            return _said(vars(parser.parse_args(_as_arguments(read_object(file)))))
        except CommandError as wrong:
            raise Refused("argument_error", f"{file}: {str(wrong).removeprefix('Error: ')}.") from None


def _said(options: dict[str, Any]) -> dict[str, Any]:
    """What was given, whatever else the parser fills in."""
    return {
        name: value for name, value in options.items() if name in _KNOWN and value is not None and value is not False
    }


def _as_arguments(document: dict[str, Any]) -> list[str]:
    """`{"keyword": ["A", "B"], "launch": true}` as `--keyword=A --keyword=B --launch`."""
    strange = sorted(document.keys() - _KNOWN)
    if strange:
        raise Refused("argument_error", f"A campaign has no “{strange[0]}”. Keys are named as arguments: ends_at.")
    arguments: list[str] = []
    for name, value in document.items():
        for one in value if isinstance(value, list) else [value]:
            arguments += _as_argument(name, one)
    return arguments


def _as_argument(name: str, value: object) -> list[str]:
    if value is None or value is False:
        return []
    if value is True:
        return [flag(name)]
    if not isinstance(value, str | int | float) or "\x00" in str(value):
        raise Refused("argument_error", f"“{name}” takes a text, a number, true or a list of texts.")
    return [f"{flag(name)}={value}"]
