"""`manage.py remove_demo`: takes the demo data away in one step."""

from dataclasses import asdict
from typing import Any

from campaigns.actors import Actor
from campaigns.commands import Answer, OperatorCommand
from config import demo


class Command(OperatorCommand):
    help = "Remove the demo's customers, numbers, providers and segment, and switch its API apps and logins off."

    def answer(self, **_: Any) -> Answer:
        return asdict(demo.remove(by=Actor.system("remove_demo")))

    def in_words(self, answer: Any) -> str:
        return str(demo.Removed(**answer))
