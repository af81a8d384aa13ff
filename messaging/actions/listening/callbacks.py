"""Status callbacks: the web process stores them, and a task merges them into their texts, many in one go.

Three come for every text, so the request does no more than it must. News is a second older for it, at most when all is
well; while the broker or the workers are away it waits in Postgres.
"""

import time
import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from typing import Final, TypeAlias

import structlog
from django.db import DatabaseError, InternalError, OperationalError, connection, transaction

from campaigns.locks import alone
from campaigns.statements import prepared
from messaging.actions.listening.advancing import Report, advance_all
from messaging.models import PendingCallback
from messaging.states import from_twilio
from optins.models import MessageProvider

log = structlog.get_logger(__name__)

MERGE_AT_ONCE: Final = 1_000
_LOCK: Final = 7_062_003

# Without the ORM, whose part would be as large as all the rest of the request.
_STORE: Final = """
    INSERT INTO messaging_pendingcallback (account_sid, attempt_id, sid, status, error_code) VALUES (%s, %s, %s, %s, %s)
"""

# A callback is either waiting or kept, and never both or neither, whatever dies in between. Only what came for an
# account at the moment in which it was deleted goes with it.
_KEEP: Final = """
    WITH merged AS (
        DELETE FROM messaging_pendingcallback WHERE id = ANY(%s) RETURNING *
    )
    INSERT INTO messaging_statuscallback (provider_id, attempt_id, sid, status, error_code, received_at, moved)
    SELECT provider.id, attempt_id, sid, status, error_code, received_at, moved
    FROM merged
         JOIN unnest(%s::bigint[], %s::bool[]) AS done (id, moved) ON done.id = merged.id
         JOIN optins_messageprovider AS provider USING (account_sid)
    ORDER BY merged.id
"""


def store_callback(
    *, account_sid: str, attempt_id: uuid.UUID | None, sid: str, status: str, error_code: int | None
) -> None:
    """Keep one status callback until `merge_callbacks` has its turn."""
    with prepared() as cursor:
        cursor.execute(_STORE, [account_sid, attempt_id, sid, status[:32], error_code])


def merge_callbacks(*, seconds: float) -> Mapping[str, int]:
    """Merge the stored callbacks into their texts, oldest first, until all are or the time is up.

    Returns them counted: moved, unmoved (late, a duplicate, or about nothing that we know), left (the text's row was
    somebody else's at this moment: the next call has them) and put_aside (the database will not have them: one such
    holds up none of the others). Empty when somebody else is at it.
    """
    done: Counter[str] = Counter()
    last, deadline = 0, time.monotonic() + seconds
    with alone(_LOCK) as mine:
        while mine and time.monotonic() < deadline:
            counted, last = _merge_after(last)
            done += counted
            if counted.total() < MERGE_AT_ONCE:
                break
    if done:
        log.info("callbacks_merged", **done)
    return done


def awaiting_merge(attempts: Collection[uuid.UUID | None]) -> Set[uuid.UUID | None]:
    """Those of these attempts of which a callback is stored and not merged yet."""
    return set(PendingCallback.objects.filter(problem="", attempt_id__in=attempts).values_list("attempt_id", flat=True))


# A stored callback: its id, account SID, attempt, message SID, status and error code.
_Row: TypeAlias = tuple[int, str, uuid.UUID | None, str, str, int | None]


def _merge_after(last: int) -> tuple[Counter[str], int]:
    """Merge the oldest callbacks above the id `last`. Returns what came of them, and the id of the newest."""
    waiting = PendingCallback.objects.filter(problem="", pk__gt=last).order_by("pk")
    rows = list(waiting.values_list("pk", "account_sid", "attempt_id", "sid", "status", "error_code")[:MERGE_AT_ONCE])
    try:
        counted = _merge(rows)
    except InternalError:
        raise  # the database is read-only for now: that is not the rows' fault
    except DatabaseError as error:
        log.warning("callbacks_merged_one_by_one", callbacks=len(rows), problem=_word(error))
        counted = sum((_merge_alone(row) for row in rows), Counter[str]())
    return counted, rows[-1][0] if rows else last


def _merge_alone(row: _Row) -> Counter[str]:
    """Merge one of a chunk that failed. What the database will not have is put aside; what it could not do is left."""
    try:
        return _merge([row])
    except (OperationalError, InternalError):
        return Counter(left=1)
    except DatabaseError as error:
        log.error("callback_put_aside", callback=row[0], problem=_word(error))
        PendingCallback.objects.filter(pk=row[0]).update(problem=_word(error))
        return Counter(put_aside=1)


def _word(error: DatabaseError) -> str:
    """The database's own name of what is wrong, such as `CheckViolation`; its sentence may quote the row."""
    return type(error.__cause__ or error).__name__[:64]


@transaction.atomic
def _merge(rows: Sequence[_Row]) -> Counter[str]:
    """Move the texts that the rows are about and keep the rows, all or nothing. Returns what came of each, counted."""
    providers = dict(MessageProvider.objects.values_list("account_sid", "pk"))
    moves = advance_all(
        [
            Report(providers.get(account), attempt_id, sid, from_twilio(status), error_code)
            for _, account, attempt_id, sid, status, error_code in rows
        ]
    )
    merged = {row[0]: moved for row, moved in zip(rows, moves, strict=True) if moved is not None}
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [list(merged), list(merged), list(merged.values())])
    words = {True: "moved", False: "unmoved", None: "left"}
    return Counter(words[moved] for moved in moves)
