"""`manage.py undo_import NUMBER --reason WHY`: take an import back."""

from typing import Any

from django.core.management.base import CommandParser

from campaigns.commands import Answer, ChangingCommand, actor
from campaigns.models import CustomerImport
from campaigns.refusals import Refused
from optins.actions.imports import undo_now


class Command(ChangingCommand):
    help = "Undo an import: profiles as they were, and the consent it lowered where nothing happened since."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("number", type=int, help="The import's number.")
        parser.add_argument("--reason", required=True, help="Why, for the audit trail.")

    def answer(self, *, number: int, reason: str, by: str, **_: Any) -> Answer:
        row = CustomerImport.objects.filter(pk=number).defer("content").first()
        if row is None:
            raise Refused("not_found", f"There is no import {number}. The Imports screen lists them.")
        undone = undo_now(row=row, reason=reason, by=actor(by)).undone
        names = ("removed", "restored", "numbers", "kept", "consents", "consents_kept")
        return {"import": number, **{name: undone.get(name, 0) for name in names}}

    def in_words(self, answer: Any) -> str:
        return (
            f"Import {answer['import']} is undone: {answer['removed']:,} customers removed, {answer['restored']:,} as "
            f"they were, {answer['numbers']:,} numbers taken away, {answer['consents']:,} opt-outs taken back. "
            f"Something stays of {answer['kept']:,} lines, and {answer['consents_kept']:,} opt-outs stay, since "
            "something happened there since."
        )
