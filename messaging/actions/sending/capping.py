"""The frequency cap under many send workers: never one text too many, without a lock that they wait for.

The claim counts what a number has had, but does not see what another claim has not committed yet. So each looks again
once its own texts are committed, and hands back what is over the limit. Of any texts that exceed it together, the one
whose second look comes last sees all others: it cannot leave. Two that see each other may both come back; the next
claim counts them properly.
"""

from collections.abc import Sequence
from typing import Final

from django.db import connection

from messaging.caps import over_limit
from messaging.waiting import Waiting

# At different moments, so that two that met do not meet again.
_HAND_BACK: Final = """
    UPDATE messaging_outbound SET state = 'queued', due_at = optline_now() + make_interval(secs => 1 + 2 * random()),
           attempts = attempts - 1, leased_until = NULL
    WHERE id = ANY(%s::bigint[]) AND attempt_id = ANY(%s::uuid[]) AND state = 'sending'
"""


def one_each(rows: Sequence[Waiting]) -> Sequence[Waiting]:
    """The first row of each number. A second event of one person waits for the next claim, which counts the first."""
    return list({row.number: row for row in reversed(rows)}.values())[::-1]


def hand_back_over_limit(texts: Sequence[tuple[int, str, str]]) -> frozenset[int]:
    """Put those of these committed texts back into the queue that would be one too many; returns their ids.

    `texts` are the ids, numbers and attempts of one claim, of which nothing has been posted.
    """
    over = frozenset(over_limit([(pk, number) for pk, number, _ in texts]))
    if over:
        with connection.cursor() as cursor:
            cursor.execute(_HAND_BACK, [list(over), [attempt for pk, _, attempt in texts if pk in over]])
    return over
