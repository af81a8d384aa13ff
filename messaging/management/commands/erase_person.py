"""`manage.py erase_person EXTERNAL_ID | --number NUMBER --reason WHY`: what is known and was said goes for good."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from campaigns.actions.persons import known_as
from campaigns.commands import Answer, ChangingCommand, actor
from campaigns.refusals import Refused
from messaging.actions.erasing import erase_customer, erase_number
from optins.numbers import asked_number


class Command(ChangingCommand):
    help = "Erase a person for good. The proof of consent and the suppression stay, as digests."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("external_id", nargs="?", help="The customer, as apps know them.")
        parser.add_argument("--number", help="In place of a customer: a number that no customer holds.")
        parser.add_argument("--reason", required=True, help="When and how the person asked for it.")

    def answer(self, *, external_id: str | None, number: str | None, reason: str, by: str, **_: Any) -> Answer:
        if (external_id is None) == (number is None):
            raise Refused("argument_error", "Give either a customer's external ID or --number.")
        if number is not None:
            return asdict(erase_number(number=asked_number(number), by=actor(by), reason=reason))
        return asdict(erase_customer(customer=known_as(external_id=external_id or ""), by=actor(by), reason=reason))

    def in_words(self, answer: Any) -> str:
        return (
            f"Erased: {answer['numbers']} numbers, {answer['texts']} texts to and {answer['inbound_texts']} from the "
            f"person. {answer['shared_numbers']} numbers stay, since others hold them."
        )
