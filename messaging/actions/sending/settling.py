"""Writing back the carrier's answers to a chunk of texts: one statement for those it took, one for all others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_noop

from campaigns.actions.moves import move
from campaigns.actors import Actor
from campaigns.lifecycle import Move
from campaigns.models import Campaign
from campaigns.refusals import Refused as MoveRefused
from messaging.actions.sending.claiming import Claimed
from messaging.actions.sending.halving import in_halves
from messaging.failures import reason_of
from messaging.gateway.errors import ErrorClass, explain
from messaging.gateway.outcomes import Accepted, Broken, Outcome, Refused, RetryLater, Unsent
from messaging.models import Run
from messaging.planning import look_rows_up
from messaging.states import Reason, State
from optins.actions.opting_out import suppress_refused
from optins.models import Sender

log = structlog.get_logger(__name__)
SENDING = Actor.system(gettext_noop("send worker"))

# How long a text of no campaign waits before it is tried again when the fault is a setting that a person must mend.
AFTER_MENDING_SECONDS = 60.0

# A setting is wrong, not a person's number: the campaign stops and nobody is marked as failed.
_PAUSES = frozenset({ErrorClass.SENDER_CONFIG, ErrorClass.ACCOUNT_CONFIG})


@dataclass(frozen=True, slots=True)
class _Settlement:
    """One row's new state. `wait_seconds` moves its due time when it goes back to the queue; None leaves that."""

    outbound_id: int
    attempt_id: str
    state: State
    reason: str = ""
    error_code: int | None = None
    wait_seconds: float | None = None


# Nearly every answer is this one. Ids and SIDs go as one string each: lists of strings take longer to write.
_ACCEPT = """
    UPDATE messaging_outbound AS outbound
    SET state = CASE WHEN outbound.state IN ('sending', 'uncertain', 'queued') THEN 'accepted' ELSE outbound.state END,
        reason = CASE WHEN outbound.state IN ('sending', 'uncertain', 'queued') THEN '' ELSE outbound.reason END,
        sid = coalesce(outbound.sid, answers.sid), ask_at = now() + %(ask_after)s, sealed_body = ''
    FROM unnest(string_to_array(%(ids)s, ',')::bigint[], string_to_array(%(attempts)s, ',')::uuid[],
                string_to_array(%(sids)s, ',')) AS answers (id, attempt_id, sid)
    WHERE outbound.id = answers.id AND outbound.attempt_id = answers.attempt_id
"""

# A callback may have been faster than the answer, and reconciliation too: then it stays. The answer of a slow worker
# may find its text back in the queue, and takes it out again if the carrier has it, or will not. What was never
# processed has not used up a try. A sealed body is wiped as soon as it is known that the text need not go out again.
_SETTLE = """
    UPDATE messaging_outbound AS outbound
    SET state = CASE WHEN outbound.state IN ('sending', 'uncertain')
                          OR outbound.state = 'queued' AND answers.state = 'failed'
                     THEN answers.state ELSE outbound.state END,
        reason = CASE WHEN outbound.state IN ('sending', 'uncertain')
                           OR outbound.state = 'queued' AND answers.state = 'failed'
                      THEN answers.reason ELSE outbound.reason END,
        error_code = coalesce(outbound.error_code, answers.error_code),
        attempts = attempts - (answers.state = 'queued' AND outbound.state IN ('sending', 'uncertain')
                               AND answers.reason = '')::int,
        due_at = CASE WHEN answers.state = 'queued'
                      THEN coalesce(now() + make_interval(secs => answers.wait_seconds), due_at) ELSE due_at END,
        leased_until = CASE WHEN answers.state = 'uncertain' THEN least(leased_until, now()) ELSE leased_until END,
        ask_at = CASE answers.state WHEN 'uncertain' THEN now() ELSE ask_at END,
        settled_at = CASE WHEN answers.state = 'failed' THEN now() ELSE settled_at END,
        sealed_body = CASE WHEN answers.state = 'failed' THEN '' ELSE sealed_body END
    FROM unnest(%s::bigint[], %s::uuid[], %s::text[], %s::text[], %s::int[], %s::float8[])
         AS answers (id, attempt_id, state, reason, error_code, wait_seconds)
    WHERE outbound.id = answers.id AND outbound.attempt_id = answers.attempt_id
"""


def settle(*, sender: Sender, answers: Sequence[tuple[Claimed, Outcome]], run: Run | None) -> None:
    """Write back a chunk's answers, and do what refusals ask for: suppress a number, pause the campaign.

    Suppressions come first and each alone: should we die in between, no refused number is forgotten. A SID that
    another text has been matched to in the meantime is left to that one (two equal texts, of which one is still to be
    looked for): the answer is not written, and the text becomes uncertain with the end of its lease.
    """
    accepted = [(claimed, outcome.sid) for claimed, outcome in answers if isinstance(outcome, Accepted)]
    if accepted:
        in_halves(accepted, _accept)
    if len(accepted) == len(answers):
        return
    others = [(claimed, outcome) for claimed, outcome in answers if not isinstance(outcome, Accepted)]
    for claimed, outcome in others:
        if isinstance(outcome, Refused) and outcome.kind is ErrorClass.SUPPRESSED:
            suppress_refused(number=claimed.number, sender=sender, code=outcome.code or 0)
    in_halves([_settlement(claimed, outcome, pauses=run is not None) for claimed, outcome in others], _write)
    if run is not None:
        _pause_if_misconfigured(run.campaign, (outcome for _, outcome in others))


def _accept(answers: Sequence[tuple[Claimed, str]]) -> None:
    columns = {
        "ask_after": settings.FINAL_STATUS_AFTER,
        "ids": ",".join([str(claimed.outbound_id) for claimed, _ in answers]),
        "attempts": ",".join([claimed.attempt_id for claimed, _ in answers]),
        "sids": ",".join([sid for _, sid in answers]),
    }
    _execute(_ACCEPT, columns, expected=len(answers))


def _write(rows: Sequence[_Settlement]) -> None:
    columns = [
        [row.outbound_id for row in rows],
        [row.attempt_id for row in rows],
        [row.state.value for row in rows],
        [row.reason for row in rows],
        [row.error_code for row in rows],
        # A list of floats and whole numbers has no type of Postgres.
        [None if row.wait_seconds is None else float(row.wait_seconds) for row in rows],
    ]
    _execute(_SETTLE, columns, expected=len(rows))


def _execute(statement: str, values: Any, *, expected: int) -> None:
    """In a transaction of the caller's."""
    look_rows_up()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        if cursor.rowcount < expected:
            log.warning("answers_without_their_text", answers=expected, settled=cursor.rowcount)


def _settlement(claimed: Claimed, outcome: Outcome, *, pauses: bool) -> _Settlement:
    """The row's new state. `pauses`: a wrong setting pauses its campaign, so that it need not wait by itself."""
    which = (claimed.outbound_id, claimed.attempt_id)
    match outcome:
        case RetryLater(after_seconds=after, code=code):
            return _Settlement(*which, State.QUEUED, error_code=code, wait_seconds=after)
        case Unsent():
            return _Settlement(*which, State.QUEUED)
        case Broken():
            pause = settings.OWN_FAULT_RETRY.total_seconds()
            return _Settlement(*which, State.QUEUED, reason=Reason.OWN_FAULT, wait_seconds=pause)
        case Refused(kind=kind, code=code) if kind in _PAUSES:
            wait = None if pauses else AFTER_MENDING_SECONDS
            return _Settlement(*which, State.QUEUED, error_code=code, wait_seconds=wait)
        case Refused(kind=kind, code=code):
            return _Settlement(*which, State.FAILED, reason=reason_of(kind), error_code=code)
        case _:
            return _Settlement(*which, State.UNCERTAIN, reason=Reason.NO_ANSWER)


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
