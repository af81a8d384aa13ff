"""`manage.py set_chaos_stage PROGRAMME`: what no command of the product does. Called by `benchmarks/chaos`."""

from typing import Any

from django.core.management.base import CommandParser

from benchmarks.stage import subscribe_everybody
from campaigns.commands import Answer, OperatorCommand
from messaging.management import finding
from optins.models import OptInOptions


class Command(OperatorCommand):
    help = "Write as if everybody had joined a programme, and set the rate of its sender."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("programme")
        parser.add_argument("--rate", type=float, required=True, help="Parts per second.")

    def answer(self, *, programme: str, rate: float, **_: Any) -> Answer:
        joined = finding.programme(programme)
        sender = OptInOptions.objects.get(campaign=joined).sender
        assert sender is not None  # a programme that was launched has one
        sender.parts_per_second = rate
        sender.save(update_fields=["parts_per_second"])
        subscribe_everybody(joined)
        return {"programme": joined.pk}

    def in_words(self, answer: Any) -> str:
        return f"Everybody has joined programme {answer['programme']}."
