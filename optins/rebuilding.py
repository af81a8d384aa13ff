"""The standing that follows from the ledger alone, and where what is on file differs from it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from operator import attrgetter
from typing import Final

from optins.models import ConsentEvent, Subscription, Suppression, digest_of

_NUMBERS_AT_ONCE: Final = 1_000
_ROWS_AT_ONCE: Final = 2_000

_Action = ConsentEvent.Action
_STATES: Final[Mapping[str, str]] = {
    _Action.ASKED: Subscription.State.PENDING,
    _Action.OPTED_IN: Subscription.State.OPTED_IN,
    _Action.OPTED_OUT: Subscription.State.OPTED_OUT,
    _Action.LAPSED: Subscription.State.EXPIRED,
}


@dataclass(slots=True)
class Standing:
    """One number's: state and last entry by programme, and the senders that must not text it (None: none may)."""

    number: str
    subscriptions: dict[int | None, tuple[str, int]] = field(default_factory=dict)
    suppressions: set[int | None] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Difference:
    """What the ledger says of a number and what is on file; the number is blank when the person was erased."""

    number: str
    number_digest: str
    what: str
    ledger: str
    on_file: str


def standing_of(number: str, entries: Iterable[ConsentEvent]) -> Standing:
    """What follows from the entries of one number, in their order."""
    standing = Standing(number)
    before: dict[int, tuple[str, int] | None] = {}
    for entry in entries:
        if entry.action in _STATES:
            before[entry.pk] = standing.subscriptions.get(entry.programme_id)
            standing.subscriptions[entry.programme_id] = (_STATES[entry.action], entry.pk)
        elif entry.action == _Action.SUPPRESSED:
            standing.suppressions.add(entry.scope_id)
        elif entry.action == _Action.LIFTED:
            standing.suppressions -= {None, entry.scope_id}
        elif entry.action == _Action.RESTORED and (restored := before.get(entry.takes_back_id or 0)):
            standing.subscriptions[entry.programme_id] = restored
        elif entry.action == _Action.ERASED:
            standing.subscriptions.clear()
    return standing


def differences() -> Iterator[Difference]:
    """Walks the whole ledger in constant memory. Nothing is given when it explains all that is on file."""
    entries = ConsentEvent.objects.select_related("personal").order_by("number_digest", "sequence")
    chains = groupby(entries.iterator(chunk_size=_ROWS_AT_ONCE), key=attrgetter("number_digest"))
    while batch := dict(islice(_rebuilt(chains), _NUMBERS_AT_ONCE)):
        yield from _compare(batch)
    yield from _strangers()


def _rebuilt(chains: Iterable[tuple[str, Iterable[ConsentEvent]]]) -> Iterator[tuple[str, Standing]]:
    for digest, entries in chains:
        links = list(entries)
        yield digest, standing_of(next((link.number for link in reversed(links) if link.number), ""), links)


def _compare(batch: Mapping[str, Standing]) -> Iterator[Difference]:
    numbers = [standing.number for standing in batch.values() if standing.number]
    filed: dict[str, dict[int | None, tuple[str, int]]] = {}
    for row in Subscription.objects.filter(number__in=numbers):
        filed.setdefault(row.number, {})[row.programme_id] = (row.state, row.consent_event_id)
    stopped: dict[str, set[int | None]] = {}
    for number_digest, sender in Suppression.objects.filter(
        number_digest__in=batch, lifted_at__isnull=True
    ).values_list("number_digest", "sender"):
        stopped.setdefault(number_digest, set()).add(sender)
    for digest, standing in batch.items():
        who = (standing.number, digest)
        yield from _subscriptions(who, standing.subscriptions, filed.get(standing.number, {}))
        yield from _suppressions(who, standing.suppressions, stopped.get(digest, set()))


def _subscriptions(
    who: tuple[str, str], told: Mapping[int | None, tuple[str, int]], filed: Mapping[int | None, tuple[str, int]]
) -> Iterator[Difference]:
    for programme in sorted(told.keys() | filed.keys(), key=str):
        if told.get(programme) != filed.get(programme):
            what = f"subscription to programme {programme}"
            yield Difference(*who, what, _entry(told.get(programme)), _entry(filed.get(programme)))


def _entry(standing: tuple[str, int] | None) -> str:
    return "none" if standing is None else f"{standing[0]} by entry {standing[1]}"


def _suppressions(who: tuple[str, str], told: set[int | None], filed: set[int | None]) -> Iterator[Difference]:
    for sender in sorted(told ^ filed, key=str):
        what = "suppression by every sender" if sender is None else f"suppression by sender {sender}"
        words: Sequence[str] = ("standing", "none") if sender in told else ("none", "standing")
        yield Difference(*who, what, *words)


def _strangers() -> Iterator[Difference]:
    """Subscriptions that point at an entry of another number: no chain of their own number explains them."""
    for row in Subscription.objects.select_related("consent_event__personal").iterator(chunk_size=_ROWS_AT_ONCE):
        if row.consent_event.number != row.number:
            what = f"subscription to programme {row.programme_id}"
            on_file = _entry((row.state, row.consent_event_id))
            yield Difference(row.number, digest_of(row.number), what, "no entry of this number", on_file)
