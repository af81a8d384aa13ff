"""Is the ledger as it was written? Walks every number's chain and names what is wrong with it.

Only the process that holds `NUMBER_HASH_KEY` can tell, and only it could have written what holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from operator import attrgetter
from typing import Final

from django.conf import settings
from django.db.models import QuerySet

from optins import chain
from optins.models import ConsentEvent

_AT_ONCE: Final = 2_000

CHANGED, INSERTED, MISSING, REORDERED = "changed", "inserted", "missing", "reordered"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one entry, or with the gap before it; `number` is blank when the person was erased."""

    entry: int
    number: str
    sequence: int
    kind: str
    sentence: str


@dataclass(slots=True)
class Walk:
    """How far a verification came."""

    numbers: int = 0
    entries: int = 0


def faults(entries: QuerySet[ConsentEvent], *, walk: Walk) -> Iterator[Fault]:
    """What is wrong with these numbers' whole chains, a chain at a time; `walk` counts along.

    Memory holds one number's entries and a batch of rows, however many there are.
    """
    rows = entries.select_related("personal").order_by("number_digest", "sequence").iterator(chunk_size=_AT_ONCE)
    for _, chained in groupby(rows, key=attrgetter("number_digest")):
        links = list(chained)
        walk.numbers += 1
        walk.entries += len(links)
        yield from _faults_of(links)


def _faults_of(links: Sequence[ConsentEvent]) -> Iterator[Fault]:
    """In the order of the chain. One bad link may make several entries look wrong: the first says where to look."""
    erased_until = max((link.sequence for link in links if link.action == ConsentEvent.Action.ERASED), default=0)
    before: ConsentEvent | None = None
    for place, link in enumerate(links):
        after = links[place + 1] if place + 1 < len(links) else None
        kind, sentence = (
            _own(link, before, after)
            or _link(link, before, links)
            or _taken_back(link, links[:place])
            or _beside(link, erased_until)
        )
        if kind:
            yield Fault(link.pk, link.number, link.sequence, kind, sentence)
        before = link


_SOUND: Final = ("", "")


def _own(link: ConsentEvent, before: ConsentEvent | None, after: ConsentEvent | None) -> tuple[str, str] | None:
    """Whether the key once made this digest of these facts."""
    if chain.entry_digest(settings.NUMBER_HASH_KEY, link.facts) == link.digest:
        return None
    follows = "" if before is None else before.digest
    if after is not None and after.previous == follows:
        return INSERTED, "It was put in between: Optline never wrote it, and the entry after it does not know it."
    return CHANGED, "What it says is not what its digest was made of: it was changed, or not written by Optline."


def _link(link: ConsentEvent, before: ConsentEvent | None, links: Sequence[ConsentEvent]) -> tuple[str, str] | None:
    """Whether it follows upon the entry before it, in its place."""
    expected, follows = (1, "") if before is None else (before.sequence + 1, before.digest)
    if link.previous == follows:
        if link.sequence == expected:
            return None
        return REORDERED, f"It is entry {expected} of its number and says that it is entry {link.sequence}."
    if not link.previous or any(link.previous == other.digest for other in links):
        return REORDERED, "It follows upon another entry of its number than the one that stands before it."
    return MISSING, "The entry before it is missing: it follows upon one that is not there."


def _taken_back(link: ConsentEvent, earlier: Sequence[ConsentEvent]) -> tuple[str, str] | None:
    """Whether what it takes back is an import's opt-out of the same number, and nothing happened in between."""
    if link.takes_back_id is None:
        return None
    lowered = {ConsentEvent.Action.OPTED_OUT, ConsentEvent.Action.SUPPRESSED}
    of_import = list(takewhile(lambda entry: entry.customer_import_id == link.customer_import_id, reversed(earlier)))
    if any(entry.pk == link.takes_back_id and entry.action in lowered for entry in of_import):
        return None
    return CHANGED, "It takes back what is no opt-out by an import, or what something happened since."


def _beside(link: ConsentEvent, erased_until: int) -> tuple[str, str]:
    """Whether what came from the person's phone is what was committed to, or was erased on record."""
    if not hasattr(link, "personal"):
        if link.sequence <= erased_until:
            return _SOUND
        return MISSING, "Its number and text are gone, and no erasure is on record."
    if link.personal.commitment == link.commitment:
        return _SOUND
    return CHANGED, "Its number, text or address is not what it was written with."
