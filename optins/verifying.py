"""Is the ledger as it was written? Walks every number's chain and names what is wrong with it.

Only the process that holds `NUMBER_HASH_KEY` can tell, and only it could have written what holds.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import groupby, takewhile
from operator import attrgetter
from typing import Final

from django.conf import settings

from optins import chain
from optins.models import ChainHead, ConsentEvent

_AT_ONCE: Final = 2_000

CHANGED, INSERTED, MISSING, REORDERED = "changed", "inserted", "missing", "reordered"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one entry, or with the gap before it; `number` is blank when the person was erased.

    `entry` is 0 where there is none: what is missing was the end of a chain, from the place `sequence` on.
    """

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


def faults(*, walk: Walk, digests: Collection[str] | None = None) -> Iterator[Fault]:
    """What is wrong with the chains of these number digests, or with all, a chain at a time; `walk` counts along.

    Memory holds one number's entries and a batch of rows, however many there are.
    """
    entries, heads = ConsentEvent.objects.select_related("personal"), ChainHead.objects.all()
    if digests is not None:
        entries, heads = entries.filter(number_digest__in=digests), heads.filter(number_digest__in=digests)
    # Both in the order of the digests, so that a chain and its head meet, and one without the other is seen.
    rows = merge(
        entries.order_by("number_digest", "sequence").iterator(chunk_size=_AT_ONCE),
        heads.order_by("number_digest").iterator(chunk_size=_AT_ONCE),
        key=attrgetter("number_digest"),
    )
    for _, together in groupby(rows, key=attrgetter("number_digest")):
        chained = list(together)
        links = [row for row in chained if isinstance(row, ConsentEvent)]
        head = next((row for row in chained if isinstance(row, ChainHead)), None)
        walk.numbers += 1
        walk.entries += len(links)
        found = list(_faults_of(links))
        yield from found or _faults_at_the_end(links, head)


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


def _faults_at_the_end(links: Sequence[ConsentEvent], head: ChainHead | None) -> Iterator[Fault]:
    """Whether a chain that is sound as far as it goes ends where its sealed head says."""
    last = links[-1] if links else None
    reached, digest = (last.sequence, last.digest) if last else (0, "")
    if last and head is None:
        yield Fault(last.pk, last.number, reached, MISSING, "What is kept of where its chain ends was taken away.")
    elif head and head.seal != head.true_seal:
        sentence = "What is kept of where its chain ends was changed, or not written by Optline."
        yield Fault(last.pk if last else 0, last.number if last else "", reached, CHANGED, sentence)
    elif head and head.entries > reached:
        gone = f"{head.entries - reached} of {head.entries}"
        sentence = f"The chain was cut: the newest entries, {gone}, are missing from its end."
        yield Fault(0, last.number if last else "", reached + 1, MISSING, sentence)
    elif head and last and (head.entries, head.digest) != (reached, digest):
        sentence = "What is kept of where its chain ends is not of this entry: an older one was put in its place."
        yield Fault(last.pk, last.number, reached, CHANGED, sentence)


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
