"""The verdict: the carrier's own record held against the audience, the STOPs and our rows. Pure, and knows no clock."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self, TypeAlias

Owed: TypeAlias = tuple[str, str]
"""One text that somebody is owed: the number, and what it says. A campaign's body is its own."""

DELIVERED: Final = "delivered"
_BROKEN: Final = "own_fault"
_NOT_SENT: Final = frozenset({"cancelled", "skipped", "failed"})
_FINAL: Final = _NOT_SENT | {DELIVERED}
_STATES: Final = ("skipped", "queued", "sending", "uncertain", "accepted", "sent", "delivered", "failed", "cancelled")


class Kind(StrEnum):
    """What can be wrong. The first three are what nobody may ever see."""

    LOST = "lost"
    DOUBLED = "doubled"
    AFTER_STOP = "after STOP"
    STOOD = "claimed while its campaign stood still"
    STRANGER = "not in the audience"
    NOT_FINAL = "not final"
    DISAGREES = "our row disagrees"
    COUNTS = "counts do not add up"


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as it was launched. `stopped_early` is one that was cancelled: it owes nobody anything any more, and
    has no rows at all when it was cancelled before its audience was frozen.

    `counts` is what `campaign_status` says at the end: planned and each state, by name.
    """

    name: str
    body: str
    numbers: frozenset[str]
    counts: Mapping[str, int]
    stopped_early: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """A STOP by text. `answered_at` is when our webhook had said 2xx; None when it never did."""

    number: str
    answered_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Taken:
    """One text in the carrier's record: when it was handed over and what became of it."""

    sid: str
    number: str
    body: str
    taken_at: dt.datetime
    status: str


@dataclass(frozen=True, slots=True)
class Row:
    """What our own row says of a text. `body` is its campaign's; a row that never left has no claim."""

    number: str
    body: str
    state: str
    reason: str = ""
    sid: str | None = None
    claimed_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Some time, both ends included; without an end for good."""

    begun_at: dt.datetime
    ended_at: dt.datetime | None

    def has(self, moment: dt.datetime) -> bool:
        """Whether the moment is in it."""
        return self.begun_at <= moment and (self.ended_at is None or moment <= self.ended_at)

    def meets(self, other: Self) -> bool:
        """Whether the two have a moment in common."""
        return self.has(other.begun_at) or other.has(self.begun_at)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, with all that is known about it."""

    kind: Kind
    number: str
    carrier: Sequence[Taken] = ()
    rows: Sequence[Row] = ()
    detail: str = ""

    def __str__(self) -> str:
        has = ", ".join(f"{t.sid} {t.status} at {t.taken_at:%H:%M:%S.%f}" for t in self.carrier) or "nothing"
        says = ", ".join(_row_in_words(row) for row in self.rows) or "nothing"
        told = f" ({self.detail})" if self.detail else ""
        return f"{self.kind}: {self.number}{told}; the carrier has {has}; our row says {says}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a run left behind. `grace` is how long what was claimed before a STOP may still be on the wire.

    `forgotten` is what our database does not know, by a backup that was put back, `broken` are the people whose rows it
    takes no claim of, and `stands` is when campaigns, by their body, were paused, or cancelled.
    """

    campaigns: Sequence[Campaign]
    stops: Sequence[Stop]
    carrier: Sequence[Taken]
    rows: Sequence[Row]
    grace: dt.timedelta = field(default=dt.timedelta())
    forgotten: Sequence[Span] = ()
    broken: frozenset[str] = frozenset()
    stands: Sequence[tuple[str, Span]] = ()


def judge(evidence: Evidence) -> list[Fault]:
    """Every fault that the evidence shows, the worst kinds first. Empty means that all is as it has to be."""
    taken: dict[Owed, list[Taken]] = defaultdict(list)
    for text in evidence.carrier:
        taken[text.number, text.body].append(text)
    rows: dict[Owed, list[Row]] = defaultdict(list)
    for row in evidence.rows:
        rows[row.number, row.body].append(row)
    stopped = {stop.number for stop in evidence.stops}
    faults = [
        *_strangers(evidence.campaigns, taken),
        *_after_stop(evidence, rows),
        *_stood(evidence),
        *(fault for each in evidence.campaigns for fault in _of_campaign(each, stopped, evidence.broken, taken, rows)),
    ]
    return sorted(faults, key=lambda fault: (list(Kind).index(fault.kind), fault.number))


def _strangers(campaigns: Iterable[Campaign], taken: Mapping[Owed, Sequence[Taken]]) -> Iterator[Fault]:
    frozen = [campaign for campaign in campaigns if not _never_began(campaign)]
    owed = {(number, campaign.body) for campaign in frozen for number in campaign.numbers}
    for (number, body), texts in taken.items():
        if (number, body) not in owed:
            yield Fault(Kind.STRANGER, number, texts)


def _after_stop(evidence: Evidence, rows: Mapping[Owed, Sequence[Row]]) -> Iterator[Fault]:
    """A text that was claimed before the STOP is on the wire, and past calling back, for as long as `grace`."""
    stops = {stop.number: stop.answered_at for stop in evidence.stops if stop.answered_at is not None}
    for text in evidence.carrier:
        answered = stops.get(text.number)
        if answered is None or text.taken_at <= answered:
            continue
        ours = rows.get((text.number, text.body), ())
        late = text.taken_at - answered
        was_on_the_wire = any(row.claimed_at is not None and row.claimed_at <= answered for row in ours)
        nobody_knows = any(span.has(text.taken_at) for span in evidence.forgotten)
        if not (was_on_the_wire or nobody_knows) or late > evidence.grace:
            yield Fault(Kind.AFTER_STOP, text.number, [text], ours, f"{late.total_seconds():.1f} s after it")


def _stood(evidence: Evidence) -> Iterator[Fault]:
    """What a backup that was put back forgot of a pause is not held against anybody."""
    for body, span in evidence.stands:
        if any(span.meets(forgotten) for forgotten in evidence.forgotten):
            continue
        for row in evidence.rows:
            if row.body == body and row.claimed_at is not None and span.has(row.claimed_at):
                yield Fault(Kind.STOOD, row.number, (), [row], f"it stood from {span.begun_at:%H:%M:%S.%f}")


def _of_campaign(
    campaign: Campaign,
    stopped: Set[str],
    broken: Set[str],
    taken: Mapping[Owed, Sequence[Taken]],
    rows: Mapping[Owed, Sequence[Row]],
) -> Iterator[Fault]:
    if _never_began(campaign):
        return
    for number in sorted(campaign.numbers):
        texts, ours = taken.get((number, campaign.body), ()), rows.get((number, campaign.body), ())
        if len(texts) > 1:
            yield Fault(Kind.DOUBLED, number, texts, ours)
        if not texts and not campaign.stopped_early and number not in stopped and number not in broken:
            yield Fault(Kind.LOST, number, texts, ours)
        yield from _of_rows(number, texts, ours)
        if number in broken and not campaign.stopped_early and not any(row.reason == _BROKEN for row in ours):
            yield Fault(Kind.DISAGREES, number, texts, ours, "a row that cannot be claimed ends with its reason")
    yield from _of_counts(campaign, taken)


def _never_began(campaign: Campaign) -> bool:
    return campaign.stopped_early and not campaign.counts.get("planned")


def _of_rows(number: str, texts: Sequence[Taken], rows: Sequence[Row]) -> Iterator[Fault]:
    if len(rows) != 1:
        yield Fault(Kind.DISAGREES, number, texts, rows, f"{len(rows)} rows for one person")
        return
    row = rows[0]
    if row.state not in _FINAL:
        yield Fault(Kind.NOT_FINAL, number, texts, rows)
    elif not _agree(row, texts):
        yield Fault(Kind.DISAGREES, number, texts, rows)


def _agree(row: Row, texts: Sequence[Taken]) -> bool:
    if row.state in _NOT_SENT:
        return not texts
    return any(text.sid == row.sid and text.status == DELIVERED for text in texts)


def _of_counts(campaign: Campaign, taken: Mapping[Owed, Sequence[Taken]]) -> Iterator[Fault]:
    counts = Counter({state: campaign.counts.get(state, 0) for state in _STATES})
    planned = campaign.counts.get("planned", 0)
    if not counts.total() == planned == len(campaign.numbers):
        detail = f"{planned:,} planned, {counts.total():,} in all states, {len(campaign.numbers):,} in the audience"
        yield Fault(Kind.COUNTS, campaign.name, detail=detail)
    arrived = sum(bool(taken.get((number, campaign.body))) for number in campaign.numbers)
    if counts[DELIVERED] != arrived:
        detail = f"{counts[DELIVERED]:,} delivered, and the carrier has texts for {arrived:,} people"
        yield Fault(Kind.COUNTS, campaign.name, detail=detail)


def _row_in_words(row: Row) -> str:
    claimed = f", claimed at {row.claimed_at:%H:%M:%S.%f}" if row.claimed_at else ""
    return f"{row.state}{f' ({row.reason})' if row.reason else ''}{claimed}{f', {row.sid}' if row.sid else ''}"
