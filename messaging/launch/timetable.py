"""How many texts of a message leave when: a rehearsal on a virtual clock, by the rules of the claim.

People are grouped by place, and by when their frequency cap lets them. A sender hands out its slots evenly; who waits
since earlier goes first, and among those who wait since the same moment each group gets its share. Whoever is at the
limit when their turn comes is skipped, and takes no slot.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from messaging.lawful.hours import Law
from messaging.lawful.places import Place
from messaging.states import Reason

_HOUR: Final = dt.timedelta(hours=1)
# Places without any hour to come wait for the deadline.
_FAR: Final = dt.timedelta(days=400)


class Crowd(NamedTuple):
    """People of one place who have had as many texts as they may until a moment; one that has come holds up nobody."""

    place: Place
    enough_until: dt.datetime


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rehearsal goes by. `law` is None where hours are not kept; `lead` is how soon before it closes a window
    is as good as closed; at `deadline` whoever is left is skipped for `afterwards`."""

    begins: dt.datetime
    deadline: dt.datetime
    afterwards: Reason
    per_second: float
    law: Law | None
    lead: dt.timedelta
    holds: bool


@dataclass(frozen=True, slots=True)
class Timetable:
    """`leaving` counts by the hour in which texts leave (UTC); `held` are those who wait for their hours at first."""

    leaving: Mapping[dt.datetime, int]
    held: int
    skipped: Mapping[str, int]
    ends: dt.datetime | None


@dataclass(slots=True)
class _Group:
    place: Place
    enough_until: dt.datetime
    left: int
    due: dt.datetime
    closes: dt.datetime


@dataclass(slots=True)
class _Rehearsal:
    terms: Terms
    groups: list[_Group]
    now: dt.datetime
    slot: dt.datetime
    leaving: Counter[dt.datetime] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    ends: dt.datetime | None = None

    def run(self) -> None:
        while self.groups and self.now < self.terms.deadline:
            for group in self.groups:
                if group.due <= self.now:
                    self._ask(group)
            self.groups = [group for group in self.groups if group.left]
            ready = [group for group in self.groups if group.due <= self.now]
            until = self._next_event(ready)
            if ready:
                self._send(ready, until)
            else:
                self.now = until
        self.skipped[self.terms.afterwards] += sum(group.left for group in self.groups)

    def _ask(self, group: _Group) -> None:
        """What the claim asks of a place: leave now, wait, or be left out."""
        if self.terms.law is None:
            return
        window = self.terms.law.window(group.place, self.now, lead=self.terms.lead)
        if window is not None and window.opens <= self.now:
            group.closes = window.closes - self.terms.lead
        elif self.terms.holds:
            group.due = self.now + _FAR if window is None else window.opens
        else:
            self.skipped[Reason.OUTSIDE_HOURS] += group.left
            group.left = 0

    def _next_event(self, ready: Sequence[_Group]) -> dt.datetime:
        """Until when nothing changes by itself: no hour ends, no window opens or closes."""
        hour = self.now.replace(minute=0, second=0, microsecond=0) + _HOUR
        waiting = [group.due for group in self.groups if group.due > self.now]
        moments = [*waiting, *(group.closes for group in ready), *([hour] if ready else []), self.terms.deadline]
        return min([*moments, *(group.enough_until for group in ready if group.enough_until > self.now)])

    def _send(self, ready: Sequence[_Group], until: dt.datetime) -> None:
        """Hand out the slots from now to `until`, or until those who wait longest are through."""
        first = min(group.due for group in ready)
        served = [group for group in ready if group.due == first and group.enough_until <= self.now]
        capped = [group for group in ready if group.due == first and group.enough_until > self.now]
        self.slot = max(self.slot, self.now)
        free = -int(-(until - self.slot).total_seconds() * self.terms.per_second // 1)
        people = sum(group.left for group in served)
        sent = max(0, min(free, people))
        self._pass_over(capped, sent, people)
        for group, share in zip(served, _shares([group.left for group in served], sent), strict=True):
            group.left -= share
        if sent:
            self.leaving[self.now.replace(minute=0, second=0, microsecond=0)] += sent
            self.slot += dt.timedelta(seconds=sent / self.terms.per_second)
            self.ends = self.slot
        if served:
            self.now = min(self.slot, until) if sent == people and self.slot > self.now else until

    def _pass_over(self, capped: Sequence[_Group], sent: int, people: int) -> None:
        """Skip those at their limit whose turn comes while `sent` of the `people` beside them are served."""
        sizes = [group.left for group in capped]
        reached = sum(sizes) * sent // people if people else sum(sizes)
        for group, share in zip(capped, _shares(sizes, reached), strict=True):
            group.left -= share
        self.skipped[Reason.FREQUENCY_CAP] += reached


def rehearse(people: Mapping[Crowd, int], terms: Terms) -> Timetable:
    """When the texts of so many people leave, wait, or are left out."""
    groups = [_Group(*crowd, count, terms.begins, terms.deadline) for crowd, count in people.items() if count]
    play = _Rehearsal(terms, groups, terms.begins, terms.begins)
    held = sum(group.left for group in groups if _waits(group, terms))
    play.run()
    return Timetable(dict(sorted(play.leaving.items())), held, +play.skipped, play.ends)


def _waits(group: _Group, terms: Terms) -> bool:
    if terms.law is None or not terms.holds:
        return False
    window = terms.law.window(group.place, terms.begins, lead=terms.lead)
    return window is None or window.opens > terms.begins


def _shares(sizes: Sequence[int], total: int) -> Sequence[int]:
    """Whole numbers in proportion to `sizes` that add up to `total`, the largest remainders first."""
    everybody = sum(sizes) or 1
    shares = [size * total // everybody for size in sizes]
    rest = sorted(range(len(sizes)), key=lambda place: -(sizes[place] * total % everybody))
    for place in rest[: total - sum(shares)]:
        shares[place] += 1
    return shares
