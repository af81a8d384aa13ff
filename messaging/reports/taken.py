"""The texts that the carrier took, as the database counts them: by hour, day and country. None of it reads texts."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Max, Min, Q, Sum
from django.db.models.functions import Coalesce, Trunc
from django.utils import timezone

from messaging.lawful.places import dialled_country
from messaging.models import TakenCount
from messaging.states import State

TAKEN: Final = (State.ACCEPTED, State.SENT, State.DELIVERED, State.FAILED)
"""The states of texts that the carrier took, whatever became of them. The database's trigger knows them too."""

_QUARTER: Final = dt.timedelta(minutes=15)
# What takes longer has more hours than anybody reads.
_LONG: Final = dt.timedelta(days=14)
_DELIVERED, _FAILED = Q(state=State.DELIVERED), Q(state=State.FAILED)


@dataclass(frozen=True, slots=True)
class Extent:
    """Of the texts of some runs: their parts by country, when the first was handed over, and by when the last was."""

    parts: Mapping[str, int]
    first: dt.datetime
    until: dt.datetime

    @property
    def is_long(self) -> bool:
        """Whether it is to be told by the day."""
        return self.until - self.first > _LONG


@dataclass(frozen=True, slots=True)
class Span:
    """An hour or a day by the company's clock: the texts handed over in it, and what became of those."""

    at: dt.datetime
    handed_over: int
    delivered: int
    failed: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Texts since a moment: all, those of them with an outcome, and those that are no notices."""

    of_all: int
    delivered: int
    failed: int
    of_campaigns: int


def extent_of(runs: Collection[int]) -> Extent | None:
    """To the quarter of an hour; None before the first text."""
    dialled = TakenCount.objects.filter(run__in=runs).order_by().values_list("dialled")
    rows = dialled.annotate(all=Sum("parts"), first=Min("since"), last=Max("since")).alias(number=Sum("texts"))
    rows = rows.exclude(number=0)
    if not rows:
        return None
    parts: Counter[str] = Counter()
    for beginning, its, *_ in rows:
        parts[dialled_country(beginning)] += its
    return Extent(parts, min(row[2] for row in rows), max(row[3] for row in rows) + _QUARTER)


def spans_of(runs: Collection[int], *, by_day: bool) -> Sequence[Span]:
    """The hours or days in which texts of these runs were handed over, the first first."""
    rows = (
        TakenCount.objects.filter(run__in=runs)
        .values(at=Trunc("since", "day" if by_day else "hour", tzinfo=timezone.get_default_timezone()))
        .annotate(handed_over=Sum("texts"), delivered=_sum(_DELIVERED), failed=_sum(_FAILED))
        .exclude(handed_over=0)
        .order_by("at")
    )
    return [Span(**row) for row in rows]


def taken_since(moment: dt.datetime) -> Taken:
    """What left since a quarter of an hour began."""
    sums = TakenCount.objects.filter(since__gte=moment).aggregate(
        of_all=_sum(Q()), delivered=_sum(_DELIVERED), failed=_sum(_FAILED), of_campaigns=_sum(Q(run__isnull=False))
    )
    return Taken(**sums)


def _sum(which: Q) -> Coalesce:
    return Coalesce(Sum("texts", filter=which), 0)
