"""Whose turn it is among the campaigns of one sender: equal shares, and what one does not need goes to the others.

A campaign of a hundred texts is not stuck behind one of a million, nor is the large one starved. Nothing is counted but
what was sent, so that the rule costs the same for campaigns of any size.
"""

import math
import random
from collections.abc import Iterable, Sequence


class Shares:
    """What each open run of a sender was given, in message parts. One for each sender and send worker."""

    def __init__(self) -> None:
        self._given: dict[int, int] = {}

    def in_turn(self, runs: Iterable[int]) -> Sequence[int]:
        """The runs, the one that was given least first. One that is new joins beside the one that was given least.

        Among those that were given the same the lot decides: each worker begins anew, and not with the same one.
        """
        runs = list(runs)
        least = min((self._given[run] for run in runs if run in self._given), default=0)
        self._given = {run: self._given.get(run, least) for run in runs}
        return sorted(runs, key=lambda run: (self._given[run], random.random()))  # noqa: S311  no secret

    def give(self, run: int, parts: int) -> None:
        """Remember that a run, which was in turn, sent so many parts."""
        self._given[run] += parts


def share(parts: int, among: int) -> int:
    """What the next of so many takes of `parts`: its equal part, rounded up, so that the first in turn is served."""
    return math.ceil(parts / among)
