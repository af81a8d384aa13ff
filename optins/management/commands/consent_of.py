"""`manage.py consent_of NUMBER`: what a number agreed to, what keeps it from being texted, and the proof."""

from typing import Any

from django.core.management.base import CommandParser

from campaigns.commands import Answer, OperatorCommand
from campaigns.models import PhoneNumber
from optins.models import ConsentEvent, Subscription, Suppression, digest_of
from optins.numbers import asked_number

# The keys of the answer with the columns that they come from.
_LEDGER = {
    "id": "id", "at": "at", "action": "action", "method": "method", "programme": "programme",
    "sender": "sender__address", "reason": "reason", "wording": "wording", "inbound_sid": "inbound_sid",
    "inbound_text": "personal__inbound_text", "app_key": "app_key", "ip": "personal__ip", "staff": "staff",
}  # fmt: skip


class Command(OperatorCommand):
    help = "Show a number's standing in each programme, its suppressions and its entries in the ledger."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("number", help="In any usual spelling.")

    def answer(self, *, number: str, **_: Any) -> Answer:
        asked = asked_number(number)
        holders = PhoneNumber.objects.filter(number=asked).order_by("pk")
        return {
            "number": asked,
            "customers": [
                {"customer": row.customer_id, "external_id": row.customer.external_id, "verified_at": row.verified_at}
                for row in holders.select_related("customer")
            ],
            "programmes": _programmes(asked),
            "suppressions": _suppressions(asked),
            "ledger": _ledger(asked),
        }

    def in_words(self, answer: Any) -> str:
        return "\n".join(_lines(answer))


def _programmes(number: str) -> list[dict[str, Any]]:
    standing = Subscription.objects.filter(number=number).select_related("programme", "sender").order_by("pk")
    return [
        {
            "programme": row.programme_id,
            "preference": row.programme.preference,
            "state": row.state,
            "sender": row.sender.address if row.sender else None,
            "pending_until": row.pending_until,
            "opted_in_at": row.opted_in_at,
            "opted_out_at": row.opted_out_at,
        }
        for row in standing
    ]


def _suppressions(number: str) -> list[dict[str, Any]]:
    return [
        {
            "sender": row.sender.address if row.sender else None,
            "reason": row.reason,
            "created_at": row.created_at,
            "lifted_at": row.lifted_at,
        }
        for row in Suppression.objects.filter(number_digest=digest_of(number)).select_related("sender").order_by("pk")
    ]


def _ledger(number: str) -> list[dict[str, Any]]:
    rows = ConsentEvent.objects.of(number).order_by("sequence").values(*_LEDGER.values())
    return [{name: row[column] for name, column in _LEDGER.items()} for row in rows]


def _lines(answer: Any) -> list[str]:
    holders = ", ".join(f"customer {row['customer']} ({row['external_id'] or '–'})" for row in answer["customers"])
    return [
        f"{answer['number']}: {holders or 'held by nobody'}.",
        *(f"  {row['preference']}: {row['state']}" for row in answer["programmes"]),
        *(
            f"  suppressed ({row['reason']}) {'for ' + row['sender'] if row['sender'] else 'for every sender'}"
            for row in answer["suppressions"]
            if row["lifted_at"] is None
        ),
        f"{len(answer['ledger'])} entries in the ledger:",
        *(f"  {row['at']:%Y-%m-%d %H:%M:%S %Z}  {row['action']} ({row['method']})" for row in answer["ledger"]),
    ]
