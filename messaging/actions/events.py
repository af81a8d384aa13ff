"""What customers did, told by apps: kept once, then handed to the messages that listen."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Final

from django.db import transaction
from django.utils import timezone

from campaigns.models import Customer, CustomerEvent
from campaigns.refusals import Refused
from messaging.actions.runs.triggers import receive_event

_CLOCKS_DIFFER: Final = dt.timedelta(hours=1)


@transaction.atomic
def record_event(
    *,
    source: str,
    customer: Customer,
    event_id: str,
    name: str,
    occurred_at: dt.datetime | None = None,
    properties: Mapping[str, object] | None = None,
) -> tuple[CustomerEvent, bool]:
    """Keep one event of a customer and let triggered messages hear it. Returns it, and whether it is new.

    `source` is who told it: the key of an API app, or `command`. Its `event_id` counts once: told again with the
    same content nothing happens twice; with another content it is `Refused` as event_id_conflict. Without
    `occurred_at` it happened now; what is yet to come is `Refused` as argument_error.
    """
    if occurred_at is not None and occurred_at > timezone.now() + _CLOCKS_DIFFER:
        raise Refused("argument_error", "occurred_at: this is in the future. Tell what has happened.")
    digest = _digest(customer, name, occurred_at, properties or {})
    event, is_new = CustomerEvent.objects.get_or_create(
        source=source,
        event_id=event_id,
        defaults={
            "customer": customer,
            "name": name,
            "properties": dict(properties or {}),
            "digest": digest,
            "occurred_at": occurred_at or timezone.now(),
        },
    )
    if event.digest != digest:
        raise Refused(
            "event_id_conflict",
            "This event_id came before with another body. Give each event an id of its own.",
            field="event_id",
        )
    if is_new:
        receive_event(event=event)
    return event, is_new


def _digest(customer: Customer, name: str, occurred_at: dt.datetime | None, properties: Mapping[str, object]) -> str:
    """SHA-256 of what was told, whatever the order of its fields and the zone of its time."""
    moment = None if occurred_at is None else occurred_at.astimezone(dt.UTC).isoformat()
    told = json.dumps([customer.pk, name, moment, properties], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()
