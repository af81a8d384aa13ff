"""Retention: what was said is forgotten after a time; who consented to what, and what became of each text, is not.

Rows stay and lose their body, so that figures, reports and the history of a number stand. The ledger of consent and its
evidence have no part in this: proof is kept for five years and longer. What is deleted are the carrier's status
callbacks, whose last word each text bears itself.
"""

import time
from collections import Counter
from collections.abc import Mapping
from itertools import takewhile
from operator import itemgetter
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Now

from campaigns.locks import alone
from messaging.models import Inbound, Outbound, RetentionMark, StatusCallback
from messaging.states import State
from optins.models import Notice

log = structlog.get_logger(__name__)

_LOCK: Final = 7_062_005
_AT_ONCE: Final = 2_000
# What may still leave, or be asked about by its body, keeps it; no text is on its way for months.
_OVER: Final = ~Q(state__in=[State.QUEUED, State.SENDING, State.UNCERTAIN])
# Each table with the moment from which its bodies age. Ids ascend with it.
_BODIES: Final[Mapping[str, tuple[QuerySet[Any], str, Q]]] = {
    "outbound": (Outbound.objects.all(), "created_at", _OVER),
    "inbound": (Inbound.objects.all(), "received_at", Q()),
    "notice": (Notice.objects.all(), "created_at", Q(carried_at__isnull=False)),
}


def retain(*, seconds: float = 2.0) -> Mapping[str, int]:
    """Blank bodies older than `BODY_RETENTION_DAYS`, delete callbacks older than `CALLBACK_RETENTION_DAYS`.

    A transaction for each few thousand rows, until so many seconds have passed; the next round goes on there. Returns
    how many rows of each kind; nothing when somebody else is at it.
    """
    done: Counter[str] = Counter()
    deadline = time.monotonic() + seconds
    with alone(_LOCK) as mine:
        for step in (*_BODIES, "callbacks") if mine else ():
            while amount := _delete_callbacks() if step == "callbacks" else _blank(step):
                done[step] += amount
                if time.monotonic() >= deadline:
                    break
    if done:
        log.info("retained", **done)
    return done


@transaction.atomic
def _blank(table: str) -> int:
    """Blank the next bodies of a table that are too old. Returns how many rows it went through."""
    rows, moment, over = _BODIES[table]
    mark, _ = RetentionMark.objects.get_or_create(table=table)
    old = ExpressionWrapper(Q(**{f"{moment}__lt": Now() - settings.BODY_RETENTION}), output_field=BooleanField())
    ahead = rows.filter(pk__gt=mark.through).order_by("pk").annotate(old=old).values_list("pk", "old")[:_AT_ONCE]
    # Up to the first that is young: who began to write earlier may have the later id.
    ids = [pk for pk, _ in takewhile(itemgetter(1), ahead)]
    if ids:
        rows.filter(over, pk__in=ids).exclude(body="").update(body="")
        RetentionMark.objects.filter(pk=mark.pk).update(through=ids[-1])
    return len(ids)


def _delete_callbacks() -> int:
    """Delete the oldest callbacks that are too old. Returns how many."""
    oldest = StatusCallback.objects.order_by("pk").values("pk")[:_AT_ONCE]
    old = StatusCallback.objects.filter(pk__in=oldest, received_at__lt=Now() - settings.CALLBACK_RETENTION)
    deleted, _ = old.delete()
    return deleted
