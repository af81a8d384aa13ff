"""`manage.py evidence_of NUMBER`: the whole evidence of one number, with the verifier's verdict."""

from typing import Any

from django.core.management.base import CommandParser

from campaigns.commands import Answer, OperatorCommand
from campaigns.phone import mask
from messaging.reports.evidence import pack
from optins.numbers import asked_number


class Command(OperatorCommand):
    help = "Write every consent event, text and skip of a number, and whether the ledger is as it was written."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("number", help="In any usual spelling.")

    def answer(self, *, number: str, **_: Any) -> Answer:
        return pack(asked_number(number))

    def in_words(self, answer: Any) -> str:
        verdict = "as they were written" if answer["verdict"]["intact"] else "NOT as they were written"
        entries = [
            f"  {row['at']:%Y-%m-%d %H:%M:%S %Z}  {row['action_in_words']} ({row['method_in_words']})"
            for row in answer["ledger"]
        ]
        texts = f"{len(answer['texts_out'])} texts to and {len(answer['texts_in'])} texts from this number."
        first = f"{mask(answer['number'])}: {len(entries)} entries, {verdict}."
        return "\n".join([first, *entries, texts, "With --json: all of it."])
