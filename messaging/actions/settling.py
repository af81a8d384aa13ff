"""Writing back the carrier's answers to a chunk of texts, in one statement."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction

from campaigns.actions.moves import move
from campaigns.actors import Actor
from campaigns.lifecycle import Move
from campaigns.models import Campaign
from campaigns.refusals import Refused as MoveRefused
from messaging.actions.claiming import Claimed
from messaging.failures import reason_of
from messaging.gateway.errors import ErrorClass, explain
from messaging.gateway.outcomes import Accepted, Outcome, Refused, RetryLater, Uncertain
from messaging.models import Run
from messaging.states import Reason, State
from optins.actions.opting_out import suppress_refused
from optins.models import Sender

log = structlog.get_logger(__name__)
SENDING = Actor.system("send worker")

# How long a text waits before it is tried again when the fault is a setting that a person must mend.
AFTER_MENDING_SECONDS = 60.0

# A setting is wrong, not a person's number: the campaign stops and nobody is marked as failed.
_PAUSES = frozenset({ErrorClass.SENDER_CONFIG, ErrorClass.ACCOUNT_CONFIG})


@dataclass(frozen=True, slots=True)
class _Settlement:
    """One row's new state. `wait_seconds` moves its due time when it goes back to the queue."""

    attempt_id: uuid.UUID
    state: State
    reason: str = ""
    sid: str | None = None
    error_code: int | None = None
    wait_seconds: float = 0.0


# A callback may have been faster than the answer: then only the SID is still missing. The answer of a slow worker
# may find its text back in the queue, and takes it out again if the carrier has it. A SID that another text has been
# matched to in the meantime is left to that one: two equal texts, of which one is still to be looked for. A sealed
# body is wiped as soon as it is known that the text need not go out again.
_SETTLE = """
    UPDATE messaging_outbound AS outbound
    SET state = CASE WHEN outbound.state IN ('sending', 'uncertain')
                          OR outbound.state = 'queued' AND answers.state IN ('accepted', 'failed')
                     THEN answers.state ELSE outbound.state END,
        reason = CASE WHEN outbound.state IN ('sending', 'uncertain')
                           OR outbound.state = 'queued' AND answers.state IN ('accepted', 'failed')
                      THEN answers.reason ELSE outbound.reason END,
        error_code = coalesce(outbound.error_code, answers.error_code),
        sid = coalesce(outbound.sid, answers.sid),
        due_at = CASE WHEN answers.state = 'queued'
                      THEN now() + make_interval(secs => answers.wait_seconds) ELSE due_at END,
        leased_until = CASE WHEN answers.state = 'uncertain' THEN least(leased_until, now()) ELSE leased_until END,
        ask_at = CASE answers.state WHEN 'accepted' THEN now() + %s WHEN 'uncertain' THEN now() ELSE ask_at END,
        settled_at = CASE WHEN answers.state = 'failed' THEN now() ELSE settled_at END,
        sealed_body = CASE WHEN answers.state IN ('queued', 'uncertain') THEN sealed_body ELSE '' END
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::int[], %s::float8[])
         AS answers (attempt_id, state, reason, sid, error_code, wait_seconds)
    WHERE outbound.attempt_id = answers.attempt_id
          AND NOT EXISTS (SELECT FROM messaging_outbound AS other
                          WHERE other.sid = answers.sid AND other.attempt_id <> answers.attempt_id)
"""


def settle(*, sender: Sender, answers: Sequence[tuple[Claimed, Outcome]], run: Run | None) -> None:
    """Write back a chunk's answers, and do what refusals ask for: suppress a number, pause the campaign.

    Suppressions come first and each alone: should we die in between, no refused number is forgotten.
    """
    for claimed, outcome in answers:
        if isinstance(outcome, Refused) and outcome.kind is ErrorClass.SUPPRESSED:
            suppress_refused(number=claimed.number, sender=sender, code=outcome.code or 0)
    _write(_settlement(claimed, outcome) for claimed, outcome in answers)
    if run is not None:
        _pause_if_misconfigured(run.campaign, (outcome for _, outcome in answers))


def _write(settlements: Iterable[_Settlement]) -> None:
    rows = list(settlements)
    columns: list[Any] = [
        settings.FINAL_STATUS_AFTER,
        [row.attempt_id for row in rows],
        [row.state.value for row in rows],
        [row.reason for row in rows],
        [row.sid for row in rows],
        [row.error_code for row in rows],
        # A list of floats and whole numbers has no type of Postgres.
        [float(row.wait_seconds) for row in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, columns)
        if cursor.rowcount < len(rows):
            log.warning("answers_without_their_text", answers=len(rows), settled=cursor.rowcount)


def _settlement(claimed: Claimed, outcome: Outcome) -> _Settlement:
    attempt = claimed.attempt_id
    match outcome:
        case Accepted(sid=sid):
            return _Settlement(attempt, State.ACCEPTED, sid=sid)
        case RetryLater(after_seconds=after, code=code):
            return _Settlement(attempt, State.QUEUED, error_code=code, wait_seconds=after)
        case Uncertain():
            return _Settlement(attempt, State.UNCERTAIN, reason=Reason.NO_ANSWER)
        case Refused(kind=kind, code=code) if kind in _PAUSES:
            return _Settlement(attempt, State.QUEUED, error_code=code, wait_seconds=AFTER_MENDING_SECONDS)
        case Refused(kind=kind, code=code):
            return _Settlement(attempt, State.FAILED, reason=reason_of(kind), error_code=code)


@transaction.atomic
def _pause_if_misconfigured(campaign: Campaign, outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        if isinstance(outcome, Refused) and outcome.kind in _PAUSES:
            try:
                move(
                    campaign=campaign,
                    move=Move.PAUSE,
                    by=SENDING,
                    reason=explain(outcome.code),
                    cause=reason_of(outcome.kind),
                )
            except MoveRefused:
                log.info("already_stopped", campaign=campaign.pk)
            return
