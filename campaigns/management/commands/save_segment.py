"""`manage.py save_segment NAME`: make a segment from a rule as JSON, or change the one of that name."""

import json
from typing import Any

from django.core.management.base import CommandParser

from campaigns.actions.segments import save_segment
from campaigns.audience import counted
from campaigns.commands import Answer, ChangingCommand, actor, read_object
from campaigns.models import Segment
from campaigns.queries import rule_in_words
from campaigns.refusals import Refused
from campaigns.vocabulary import fields


class Command(ChangingCommand):
    help = "Make a segment, or change the one of that name. Campaigns that mean it mean the new rule from then on."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", help="What it is called. The segment of that name is changed; else one is made.")
        rule = parser.add_mutually_exclusive_group()
        rule.add_argument("--rule", metavar="JSON", help="Who is in it; {} is everybody. A new segment needs one.")
        rule.add_argument("--document", metavar="FILE", help="A file that holds the rule; - reads stdin.")
        parser.add_argument("--description", metavar="TEXT", help="What it is for.")
        parser.add_argument("--rename", metavar="NAME", help="What it is called from now on.")

    def answer(
        self, *, name: str, rule: str | None, document: str | None, description: str | None, rename: str | None,
        by: str, **_: Any,
    ) -> Answer:  # fmt: skip
        found = Segment.objects.filter(name=name.strip()).first()
        if rule is None and document is None and found is None:
            raise Refused("missing_data", f"There is no segment “{name}” yet. Give its --rule, or {{}} for everybody.")
        kept = found or Segment()
        saved = save_segment(
            segment=found, name=name if rename is None else rename,
            description=kept.description if description is None else description,
            rule=_rule(rule, document, kept.rule), by=actor(by),
        )  # fmt: skip
        people = counted(saved.rule)
        return {
            "segment": saved.pk,
            "name": saved.name,
            "description": saved.description,
            "created": found is None,
            "rule": saved.rule,
            "meaning": rule_in_words(saved.rule, fields()),
            "people": people.people,
            "exact": people.is_exact,
        }

    def in_words(self, answer: Any) -> str:
        done, about = "made" if answer["created"] else "saved", "" if answer["exact"] else "about "
        who = f"{about}{answer['people']:,} {'person' if answer['people'] == 1 else 'people'}"
        return f"“{answer['name']}” (segment {answer['segment']}) was {done}: {answer['meaning']} That is {who} now."


def _rule(rule: str | None, document: str | None, kept: object) -> object:
    """What was given, as JSON; a segment that is only renamed keeps its rule."""
    if document is not None:
        return read_object(document)
    if rule is None:
        return kept
    try:
        return json.loads(rule)
    except ValueError as error:
        raise Refused("argument_error", f"--rule is no JSON: {error}.") from None
