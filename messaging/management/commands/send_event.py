"""`manage.py send_event EXTERNAL_ID NAME`: tell what a customer did, as an app tells it through the API."""

import json
import uuid
from typing import Any

from django.core.management.base import CommandParser

from campaigns.actions.persons import known_as
from campaigns.commands import Answer, OperatorCommand
from campaigns.refusals import Refused
from messaging.actions.events import record_event

SOURCE = "command"


class Command(OperatorCommand):
    help = "Tell what a customer did. Triggered messages that listen to it are sent, once per event id."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("external_id", help="The customer, as apps know them.")
        parser.add_argument("name", help="What triggered messages listen to, such as purchase.")
        parser.add_argument("--event-id", help="Counts once, however often it is told. By default a new one.")
        parser.add_argument("--properties", default="{}", metavar="JSON", help="An object of what else is known.")

    def answer(self, *, external_id: str, name: str, event_id: str | None, properties: str, **_: Any) -> Answer:
        if not name.strip():
            raise Refused("argument_error", "Name the event.")
        event, is_new = record_event(
            source=SOURCE,
            customer=known_as(external_id=external_id),
            event_id=event_id or str(uuid.uuid4()),
            name=name.strip(),
            properties=_object(properties),
        )
        return {"event": event.pk, "event_id": event.event_id, "name": event.name, "new": is_new}

    def in_words(self, answer: Any) -> str:
        told = "was told" if answer["new"] else "had been told before"
        return f"Event {answer['event']}, {answer['name']} ({answer['event_id']}), {told}."


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused("argument_error", "--properties takes a JSON object, such as '{\"order\": 17}'.")
    return found
