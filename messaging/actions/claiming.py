"""The claim: taking waiting rows for one attempt, with everything asked at that moment.

What a claim returns has been committed as *sending* with a new attempt id; only then may a byte go out.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from campaigns.models import Customer
from messaging import rendering
from messaging.actions.capping import hand_back_over_limit, one_each
from messaging.actions.halving import in_halves
from messaging.actions.holding import keep_hours
from messaging.gates import waiting_notices, waiting_recipients
from messaging.models import Outbound, Run
from messaging.parts import MAX_PARTS, count
from messaging.queries import merge_values
from messaging.states import Reason, State
from optins.models import Sender
from optins.models.encrypted import EncryptedTextField

log = structlog.get_logger(__name__)

# Twilio's own limit: ten hours.
_LONGEST_VALIDITY = 36_000

AFTER_A_FAULT = dt.timedelta(minutes=1)
"""How long a text waits that could not be made ready, by a fault that is not the carrier's."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """One text to hand over now. `body` is the real text; it is not kept where it is a code.

    `validity_seconds` is how long the carrier may let it wait; None leaves that to the carrier.
    """

    outbound_id: int
    attempt_id: uuid.UUID
    number: str
    body: str
    parts: int
    kept_body: str
    consent_event_id: int | None
    validity_seconds: int | None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a claim took. `needs` are the parts of the first text that was left because it is larger than what was
    still to spend; 0 when none was."""

    texts: Sequence[Claimed]
    needs: int = 0

    @property
    def parts(self) -> int:
        """What the texts cost."""
        return sum(text.parts for text in self.texts)


_SEALED: Final = EncryptedTextField()

_CLAIM = """
    UPDATE messaging_outbound AS outbound
    SET state = 'sending', attempt_id = claimed.attempt_id, attempts = least(attempts + 1, 32767),
        claimed_at = optline_now(), leased_until = optline_now() + make_interval(secs => %s), asked = 0, reason = '',
        error_code = NULL, body = claimed.body, parts = claimed.parts, consent_event_id = claimed.consent_event_id
    FROM unnest(%s::bigint[], %s::uuid[], %s::text[], %s::smallint[], %s::bigint[])
         AS claimed (id, attempt_id, body, parts, consent_event_id)
    WHERE outbound.id = claimed.id
"""


def claim_recipients(*, run: Run, parts: int) -> Claim:
    """Claim recipients of a run whose texts take `parts` at most.

    Who may no longer be texted is settled as skipped; for whom it is night is held, or skipped.
    """
    claim = _claim_recipients(run, parts)
    over = hand_back_over_limit([(text.outbound_id, text.number, text.attempt_id) for text in claim.texts])
    return Claim([text for text in claim.texts if text.outbound_id not in over], claim.needs)


@transaction.atomic
def _claim_recipients(run: Run, parts: int) -> Claim:
    template = rendering.compile(run.body)
    rows = keep_hours(run=run, rows=one_each(_lock(waiting_recipients(run), parts)))
    values = _merge_values(template, [row.customer_id for row in rows])

    def text(row: Outbound) -> str:
        return template.render(values.get(row.customer_id or 0, {}))

    return _claim(rows, text, parts)


@transaction.atomic
def claim_notices(*, sender: Sender, parts: int) -> Claim:
    """Claim notices of a sender, oldest first, that take `parts` at most."""
    return _claim(_lock(waiting_notices(sender), parts), lambda row: _SEALED.unseal(_sealed(row)) or row.body, parts)


def _sealed(row: Outbound) -> str:
    """A notice's secret as the database holds it; blank for all others."""
    return getattr(row, "sealed", "")


def _lock(waiting: QuerySet[Outbound], limit: int) -> Sequence[Outbound]:
    return list(waiting.select_for_update(skip_locked=True, of=("self",))[:limit])


def _claim(rows: Sequence[Outbound], text: Callable[[Outbound], str], left: int) -> Claim:
    claimed: list[Claimed] = []
    needs = 0
    refused: dict[str, list[int]] = {}
    broken: list[int] = []
    for row in rows:
        try:
            reason, body = _verdict(row, text)
        except Exception:
            log.exception("text_cannot_be_written", outbound=row.pk)
            broken.append(row.pk)
            continue
        if reason:
            refused.setdefault(reason, []).append(row.pk)
            continue
        kept = row.body if _sealed(row) else body
        size, consent = _parts(body), getattr(row, "consent", None)
        if size > left:
            needs = size
            break
        left -= size
        claimed.append(Claimed(row.pk, uuid.uuid4(), row.number, body, size, kept, consent, _validity(row)))
    for reason, ids in refused.items():
        Outbound.objects.filter(pk__in=ids).update(state=State.SKIPPED, reason=reason, settled_at=Now(), sealed_body="")
    if claimed:
        unwritten = in_halves(claimed, _commit)
        broken += [row.outbound_id for row in unwritten]
        claimed = [row for row in claimed if row not in unwritten] if unwritten else claimed
    if broken:
        _put_off(broken)
    return Claim(claimed, needs)


def _commit(claimed: Sequence[Claimed]) -> None:
    columns: list[Any] = [
        settings.RESCUE_AFTER.total_seconds(),
        [row.outbound_id for row in claimed],
        [row.attempt_id for row in claimed],
        [row.kept_body for row in claimed],
        [row.parts for row in claimed],
        [row.consent_event_id for row in claimed],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, columns)


def _put_off(broken: Sequence[int]) -> None:
    """What cannot be claimed for a fault of ours uses up a try and waits; the gates give it up after some."""
    Outbound.objects.filter(pk__in=broken).update(
        attempts=F("attempts") + 1, due_at=Now() + AFTER_A_FAULT, reason=Reason.OWN_FAULT
    )


def _validity(row: Outbound) -> int | None:
    """What is of use for a while only, such as a code, does not wait in the carrier's queue for longer."""
    lifetime: dt.timedelta | None = getattr(row, "lifetime", None)
    return None if lifetime is None else max(1, min(int(lifetime.total_seconds()), _LONGEST_VALIDITY))


def _verdict(row: Outbound, text: Callable[[Outbound], str]) -> tuple[str, str]:
    """The reason why this row's text cannot be sent (blank when it can), and the text."""
    # An annotation of messaging.gates: what the database said at this moment.
    refusal = getattr(row, "refusal")  # noqa: B009
    if refusal:
        return refusal, ""
    try:
        body = text(row)
    except rendering.MissingValue:
        return Reason.MISSING_FIELD, ""
    return ("", body) if _parts(body) <= MAX_PARTS else (Reason.TOO_LONG, "")


@lru_cache(maxsize=1024)
def _parts(body: str) -> int:
    """Counted once for a text without merge fields, whoever gets it."""
    return count(body).parts


def _merge_values(
    template: rendering.Template, customer_ids: Sequence[int | None]
) -> Mapping[int, Mapping[str, object]]:
    """Values of the customers whose texts have merge fields; nothing is read for a text without."""
    if not template.fields:
        return {}
    people = Customer.objects.in_bulk([pk for pk in customer_ids if pk is not None])
    return {pk: merge_values(customer) for pk, customer in people.items()}
