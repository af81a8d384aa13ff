"""The evidence of one number: what it agreed to, what was texted to and fro, what was not, and whether it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.db.models import Q
from django.utils import timezone

from campaigns.models import PhoneNumber
from messaging.models import Inbound, Outbound
from messaging.reports.figures import reason_in_words
from optins.models import ConsentEvent, Subscription, Suppression, digest_of
from optins.verifying import Walk, faults

Rows = Sequence[Mapping[str, Any]]

_TEXTS_OUT = (
    "id", "kind", "campaign__name", "sender__address", "state", "reason", "body", "parts", "sid", "error_code",
    "consent_event", "due_at", "claimed_at", "settled_at",
)  # fmt: skip
_TEXTS_IN = ("id", "sid", "sender__address", "body", "meaning", "rule", "received_at")


def pack(number: str) -> Mapping[str, Any]:
    """All of it, oldest first, for a number in E.164, also of one that was erased. Keys are stable; times are aware.

    Texts of an erased person are found by the consent event that allowed them.
    """
    entries = list(
        ConsentEvent.objects.of(number).select_related("personal", "programme", "sender", "scope").order_by("sequence")
    )
    walk = Walk()
    found = [asdict(fault) for fault in faults(walk=walk, digests=[digest_of(number)])]
    return {
        "number": number,
        "number_digest": digest_of(number),
        "made_at": timezone.now(),
        "verdict": {"intact": not found, "entries": walk.entries, "faults": found},
        "customers": list(
            PhoneNumber.objects.filter(number=number)
            .order_by("pk")
            .values("customer", "customer__external_id", "verified_at", "created_at")
        ),
        "standing": _standing(number),
        "ledger": [_entry(entry) for entry in entries],
        "texts_out": _texts_out(number, entries),
        "texts_in": list(Inbound.objects.filter(number=number).order_by("pk").values(*_TEXTS_IN)),
    }


def _standing(number: str) -> Mapping[str, Rows]:
    suppressions = Suppression.objects.filter(number_digest=digest_of(number)).order_by("pk")
    return {
        "subscriptions": [
            {
                "programme": row.programme_id,
                "preference": row.programme.preference,
                "state": row.state,
                "consent_event": row.consent_event_id,
            }
            for row in Subscription.objects.filter(number=number).select_related("programme").order_by("pk")
        ],
        "suppressions": list(
            suppressions.values("sender__address", "reason", "consent_event", "created_at", "lifted_at")
        ),
    }


def _entry(entry: ConsentEvent) -> Mapping[str, Any]:
    return {
        "id": entry.pk,
        "sequence": entry.sequence,
        "at": entry.at,
        "action": entry.action,
        "action_in_words": entry.get_action_display(),
        "method": entry.method,
        "method_in_words": entry.get_method_display(),
        "preference": entry.programme.preference if entry.programme else None,
        "sender": entry.sender.address if entry.sender else None,
        "scope": entry.scope.address if entry.scope else None,
        "reason": entry.reason,
        "wording": entry.wording,
        "wording_version": entry.wording_version,
        "inbound_sid": entry.inbound_sid,
        "inbound_text": entry.inbound_text,
        "app_key": entry.app_key,
        "ip": entry.ip,
        "user_agent": entry.user_agent,
        "staff": entry.staff,
        "import": entry.customer_import_id,
        "takes_back": entry.takes_back_id,
        "previous": entry.previous,
        "commitment": entry.commitment,
        "digest": entry.digest,
    }


def _texts_out(number: str, entries: Sequence[ConsentEvent]) -> Rows:
    allowed = Q(consent_event_id__in=[entry.pk for entry in entries])
    rows = Outbound.objects.filter(Q(number=number) | allowed).order_by("pk").values(*_TEXTS_OUT)
    return [{**row, "reason_in_words": reason_in_words(row["reason"])} for row in rows]
