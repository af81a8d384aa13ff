"""What people did after a text: who replied, and who opted out.

What a person did within `ANSWER_WITHIN` of a campaign's text belongs to the last such text before it, whichever
campaign that was of: each reply and each opt-out counts once.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import Count

from messaging.models import Answer, Run
from messaging.reports.taken import extent_of

ANSWER_WITHIN: Final = dt.timedelta(days=3)

# `{source}` gives rows with an id, a number and a time.
_ATTRIBUTED: Final = """
    SELECT answer.number, last.run_id
    FROM ({source}) AS answer
    JOIN LATERAL (
        SELECT run_id FROM messaging_outbound AS sent
        WHERE sent.number = answer.number AND sent.kind = 'campaign'
              AND sent.claimed_at BETWEEN answer.at - %(within)s AND answer.at
        ORDER BY sent.claimed_at DESC LIMIT 1
    ) AS last ON true
"""
REPLIES: Final = """
    SELECT id, number, received_at AS at FROM messaging_inbound WHERE meaning NOT IN ('opt_out', 'opt_in', 'help')
"""
OPT_OUTS: Final = """
    SELECT event.id, personal.number, event.at FROM optins_consentevent AS event
    JOIN optins_personalevidence AS personal ON personal.event_id = event.id WHERE event.action = 'opted_out'
"""


class Attributed(NamedTuple):
    """A number that answered, and the run whose text it answered."""

    number: str
    run: int


def attributed(source: str, params: Mapping[str, Any]) -> Sequence[Attributed]:
    """The answers of `source`, a statement as `REPLIES` with conditions after it, that came after a campaign's text."""
    values: dict[str, Any] = {**params, "within": ANSWER_WITHIN}
    with connection.cursor() as cursor:
        cursor.execute(_ATTRIBUTED.format(source=source), values)
        return [Attributed(*row) for row in cursor.fetchall()]


def people_who_answered(runs: Collection[int]) -> Mapping[str, int]:
    """How many people there are of each kind of `Answer`, as far as answers were looked through: by an index alone."""
    kinds = Answer.objects.filter(run__in=runs).order_by().values_list("kind")
    return dict(kinds.annotate(people=Count("number_digest", distinct=True)))


def opt_outs_after(run: Run) -> int:
    """How many people opted out after a run's text until now, as its report counts them a moment later."""
    extent = extent_of([run.pk])
    if extent is None:
        return 0
    bounds = {"first": extent.first, "until": extent.until + ANSWER_WITHIN}
    found = attributed(f"{OPT_OUTS} AND event.at BETWEEN %(first)s AND %(until)s", bounds)
    return len({answer.number for answer in found if answer.run == run.pk})
