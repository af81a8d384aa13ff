"""The claim: taking waiting rows for one attempt, with everything asked at that moment.

What a claim returns has been committed as *sending* with a new attempt id; only then may a byte go out.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from messaging import rendering
from messaging.actions.sending.capping import hand_back_over_limit, one_each
from messaging.actions.sending.halving import in_halves
from messaging.actions.sending.holding import Leaving, keep_hours
from messaging.attempts import new_attempts
from messaging.gates import waiting_notices
from messaging.models import Outbound, Run
from messaging.parts import MAX_PARTS, count
from messaging.states import Reason, State
from messaging.waiting import Question, Waiting
from optins.models import Sender
from optins.models.encrypted import EncryptedTextField

log = structlog.get_logger(__name__)

# Twilio's own limit: ten hours.
_LONGEST_VALIDITY = 36_000


class Claimed(NamedTuple):
    """One text to hand over now. `body` is the real text; it is not kept where it is a code.

    `attempt_id` is a UUID as it is written. `validity_seconds` is how long the carrier may let it wait; None leaves
    that to the carrier.
    """

    outbound_id: int
    attempt_id: str
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
_AS_SENT: Final[Mapping[int, str]] = {}

# Columns go as one string each: lists take longer to write. `bodies` is NULL where all have the same.
_CLAIM = """
    UPDATE messaging_outbound AS outbound
    SET state = 'sending', attempt_id = claimed.attempt_id, attempts = least(attempts + 1, 32767),
        claimed_at = optline_now(), leased_until = optline_now() + make_interval(secs => %(lease)s), asked = 0,
        reason = '', error_code = NULL, body = coalesce(claimed.body, %(body)s), parts = claimed.parts,
        consent_event_id = claimed.consent_event_id
    FROM unnest(string_to_array(%(ids)s, ',')::bigint[], string_to_array(%(attempts)s, ',')::uuid[],
                string_to_array(%(parts)s, ',')::smallint[], string_to_array(%(consents)s, ',', '')::bigint[],
                %(bodies)s::text[])
         AS claimed (id, attempt_id, parts, consent_event_id, body)
    WHERE outbound.id = claimed.id
"""


def claim_recipients(*, run: Run, parts: int, question: Question | None = None) -> Claim:
    """Claim recipients of a run whose texts take `parts` at most.

    Who may no longer be texted is settled as skipped; for whom it is night is held, or skipped. `question` is what is
    to be asked about the run's rows, where the caller has it ready.
    """
    claim = _claim_recipients(question or Question(run), parts)
    over = hand_back_over_limit([(text.outbound_id, text.number, text.attempt_id) for text in claim.texts])
    return Claim([text for text in claim.texts if text.outbound_id not in over], claim.needs) if over else claim


@transaction.atomic
def _claim_recipients(question: Question, parts: int) -> Claim:
    rows = keep_hours(run=question.run, rows=one_each(question.lock(parts)))
    return _claim(rows, lambda row: question.template.render(row.values), parts)


@transaction.atomic
def claim_notices(*, sender: Sender, parts: int) -> Claim:
    """Claim notices of a sender, oldest first, that take `parts` at most."""
    locked = waiting_notices(sender).select_for_update(skip_locked=True, of=("self",))[:parts]
    notices = {notice.pk: notice for notice in locked}
    kept = {pk: notice.body for pk, notice in notices.items() if _sealed(notice)}
    rows = [
        (Waiting(pk, notice.number, notice.refusal, None), notice.lifetime)  # type: ignore[attr-defined]  # annotated
        for pk, notice in notices.items()
    ]
    return _claim(rows, lambda row: _SEALED.unseal(_sealed(notices[row.pk])) or notices[row.pk].body, parts, kept)


def _sealed(notice: Outbound) -> str:
    """A notice's secret as the database holds it; blank for all others."""
    return getattr(notice, "sealed", "")


def _claim(
    rows: Sequence[Leaving], text: Callable[[Waiting], str], left: int, kept: Mapping[int, str] = _AS_SENT
) -> Claim:
    """Claim locked rows while parts are left. `kept` are the bodies, by row, that are not what is sent."""
    claimed: list[Claimed] = []
    needs = 0
    refused: dict[str, list[int]] = {}
    broken: list[int] = []
    for (row, lifetime), attempt_id in zip(rows, new_attempts([row.pk for row, _ in rows]), strict=True):
        try:
            reason, body, size = _verdict(row, text)
        except Exception:
            log.exception("text_cannot_be_written", outbound=row.pk)
            broken.append(row.pk)
            continue
        if reason:
            refused.setdefault(reason, []).append(row.pk)
            continue
        if size > left:
            needs = size
            break
        left -= size
        keep = kept.get(row.pk, body)
        claimed.append(Claimed(row.pk, attempt_id, row.number, body, size, keep, row.consent, _validity(lifetime)))
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
    bodies = [row.kept_body for row in claimed]
    columns: dict[str, Any] = {
        "lease": settings.RESCUE_AFTER.total_seconds(),
        "ids": ",".join([str(row.outbound_id) for row in claimed]),
        "attempts": ",".join([row.attempt_id for row in claimed]),
        "parts": ",".join([str(row.parts) for row in claimed]),
        "consents": ",".join([str(row.consent_event_id or "") for row in claimed]),
        "body": bodies[0],
        "bodies": bodies if any(body != bodies[0] for body in bodies) else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, columns)


def _put_off(broken: Sequence[int]) -> None:
    """What cannot be claimed for a fault of ours uses up a try and waits; the gates give it up after some."""
    Outbound.objects.filter(pk__in=broken).update(
        attempts=F("attempts") + 1, due_at=Now() + settings.OWN_FAULT_RETRY, reason=Reason.OWN_FAULT
    )


def _validity(lifetime: dt.timedelta | None) -> int | None:
    """What is of use for a while only, such as a code, does not wait in the carrier's queue for longer."""
    return None if lifetime is None else max(1, min(int(lifetime.total_seconds()), _LONGEST_VALIDITY))


def _verdict(row: Waiting, text: Callable[[Waiting], str]) -> tuple[str, str, int]:
    """The reason why this row's text cannot be sent (blank when it can), the text, and its parts."""
    if row.refusal:
        return row.refusal, "", 0
    try:
        body = text(row)
    except rendering.MissingValue:
        return Reason.MISSING_FIELD, "", 0
    parts = _parts(body)
    return ("", body, parts) if parts <= MAX_PARTS else (Reason.TOO_LONG, "", 0)


@lru_cache(maxsize=1024)
def _parts(body: str) -> int:
    """Counted once for a text without merge fields, whoever gets it."""
    return count(body).parts
