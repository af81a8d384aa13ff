"""Answers are told to the texts that they came after, so that a report of any size counts them by an index."""

import datetime as dt
import time
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, QuerySet
from django.db.models.functions import Now

from campaigns.locks import alone
from messaging.models import Answer, AnswersMark, Inbound
from messaging.reports.answers import OPT_OUTS, REPLIES, attributed
from optins.models import ConsentEvent, digest_of

_LOCK: Final = 7_062_015
_AT_ONCE: Final = 20_000
# Who began to write earlier may have the lower id and be seen later: what is younger is looked at again.
_WRITING_TAKES: Final = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where answers of a kind stand: a table with the moment of its rows, and the statement that finds them there."""

    rows: QuerySet[Any]
    moment: str
    statement: str

    def last(self) -> int:
        return self.rows.aggregate(last=Max("pk"))["last"] or 0

    def last_written(self) -> int:
        """The last row below which none can appear any more."""
        old = self.rows.filter(**{f"{self.moment}__lt": Now() - _WRITING_TAKES})
        return old.order_by("-pk").values_list("pk", flat=True).first() or 0


_SOURCES: Final = {
    Answer.Kind.REPLY: _Source(
        Inbound.objects.all(), "received_at", f"{REPLIES} AND id > %(above)s AND id <= %(through)s"
    ),
    Answer.Kind.OPT_OUT: _Source(
        ConsentEvent.objects.all(), "at", f"{OPT_OUTS} AND event.id > %(above)s AND event.id <= %(through)s"
    ),
}


def attribute_answers(*, seconds: float = 2.0) -> int:
    """Look through what came since the last time, a few seconds at most. Returns how many answers are kept for it."""
    kept, deadline = 0, time.monotonic() + seconds
    with alone(_LOCK) as mine:
        for kind in _SOURCES if mine else ():
            is_done = False
            while not is_done and time.monotonic() < deadline:
                found, is_done = _attribute(kind)
                kept += found
    return kept


@transaction.atomic
def _attribute(kind: Answer.Kind) -> tuple[int, bool]:
    """Look through the next rows. Returns how many answers are among them, and whether these were the last."""
    source = _SOURCES[kind]
    mark, _ = AnswersMark.objects.get_or_create(kind=kind)
    written, last = source.last_written(), source.last()
    through = min(mark.through + _AT_ONCE, last)
    found = attributed(source.statement, {"above": mark.through, "through": through})
    Answer.objects.bulk_create(
        [Answer(run_id=answer.run, kind=kind, number_digest=digest_of(answer.number)) for answer in found],
        ignore_conflicts=True,
    )
    AnswersMark.objects.filter(kind=kind).update(through=max(mark.through, min(through, written)))
    return len(found), through == last
