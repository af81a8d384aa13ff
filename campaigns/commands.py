"""What the commands for operators share: one answer, told as a sentence or as one JSON object, and how they fail.

A command is a door like a screen or the API: it reads its arguments, calls one verb, and says what became of it.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DataError, InterfaceError, InternalError, OperationalError

from campaigns.actors import Actor
from campaigns.lifecycle import Kind
from campaigns.models import AuditEntry, Campaign
from campaigns.refusals import Refused

Answer = Mapping[str, object]


class OperatorCommand(BaseCommand):
    """A command with `--json`. Whatever it cannot do ends it with exit code 1 and a sentence on stderr; with
    `--json` stdout then holds `{"status": "error", "code": …, "message": …}`."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Write one JSON object instead of text.")

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """A parser that raises what it cannot read, where Django's would print its usage and exit with 2."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.called_from_command_line = False
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except CommandError as wrong:
            if "--traceback" in argv:
                raise
            sentence = f"{str(wrong).removeprefix('Error: ')}. Ask {argv[1]} --help."
            if "--json" in argv:
                self._tell_error("argument_error", sentence)
            self.stderr.write(f"CommandError: {sentence}")
            sys.exit(1)

    def handle(self, *, json: bool, **options: Any) -> None:
        try:
            answer = self.answer(**options)
        except (Refused, ValidationError, DataError, OperationalError, InterfaceError, InternalError) as fault:
            code, sentence = _told(fault)
            if json:
                self._tell_error(code, sentence)
            raise CommandError(sentence) from None
        if answer is not None:
            self.stdout.write(as_json({"status": "ok", **answer}) if json else self.in_words(answer))
            if not self.is_well(answer):
                sys.exit(1)

    def _tell_error(self, code: str, sentence: str) -> None:
        self.stdout.write(as_json({"status": "error", "code": code, "message": sentence}))

    def answer(self, *args: Any, **options: Any) -> Answer | None:
        """Do it, and return what `--json` writes beside `"status": "ok"`; None when all is written already."""
        raise NotImplementedError

    def in_words(self, answer: Any) -> str:
        """The same answer for people."""
        raise NotImplementedError

    def is_well(self, _answer: Answer) -> bool:
        """Whether what was found is as it should be. A check that finds otherwise has told so, and ends with 1."""
        return True


class ChangingCommand(OperatorCommand):
    """A command that changes something: `--by` says in the audit trail who did."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--by", metavar="NAME", default="command", help="Who does it, for the audit trail.")


def actor(name: str) -> Actor:
    """The actor behind `--by`. Who may run commands on the server needs no further right."""
    longest = AuditEntry._meta.get_field("actor").max_length or 0
    if not 0 < len(name.strip()) <= longest:
        raise Refused("argument_error", f"--by: give a name of 1 to {longest} characters.")
    return Actor.system(name.strip())


def read_object(file: str) -> dict[str, Any]:
    """The JSON object that a file holds, or stdin for `-`. Raises `Refused`."""
    try:
        read = json.loads(sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused("argument_error", f"{file} cannot be read: {error.strerror}.") from None
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise Refused("argument_error", f"{file} does not hold a JSON object.")
    return read


def find_campaign(text: str) -> Campaign:
    """The campaign with this number or permalink. Raises `Refused`."""
    found = Campaign.objects.filter(pk=int(text)).first() if text.isdecimal() else None
    found = found or Campaign.objects.filter(slug=text).first()
    if found is None:
        raise Refused("not_found", f"There is no campaign “{text}”. Give its number or its permalink.")
    return found


def described(campaign: Campaign) -> Answer:
    """The keys by which every command tells a campaign."""
    is_programme = campaign.kind == Kind.OPT_IN
    return {
        "campaign": campaign.pk,
        "kind": campaign.kind,
        "name": campaign.name,
        "slug": campaign.slug,
        "state": campaign.state,
        "pause_reason": campaign.pause_reason,
        "preference": campaign.preference if is_programme else None,
        "permalink": campaign.permalink if is_programme else None,
    }


def as_json(row: Mapping[str, object]) -> str:
    """One object on one line, its keys in the order given, times in ISO 8601."""
    return json.dumps(row, cls=DjangoJSONEncoder)


def _told(fault: Exception) -> tuple[str, str]:
    """The stable code and the sentence of what went wrong."""
    if isinstance(fault, Refused):
        return fault.code, fault.sentence
    if isinstance(fault, ValidationError):
        return "argument_error", _by_field(fault)
    if isinstance(fault, DataError):
        return "argument_error", "A value is too long, too large or holds characters that cannot be stored."
    if isinstance(fault, InternalError):
        return "unavailable", "The database takes nothing: it is read-only for now. Try again once it does."
    return "unavailable", "The database does not answer. Try again once it does."


def _by_field(problem: ValidationError) -> str:
    if not hasattr(problem, "error_dict"):
        return " ".join(problem.messages)
    told = [(field, " ".join(sentences)) for field, sentences in problem.message_dict.items()]
    return " ".join(sentences if field == "__all__" else f"{field}: {sentences}" for field, sentences in told)
