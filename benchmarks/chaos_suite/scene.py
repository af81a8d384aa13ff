"""What the acts of chaos play with, and what an act is."""

import datetime as dt
import random
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from benchmarks.chaos_suite.drive import Drive
from benchmarks.chaos_suite.house import House
from benchmarks.chaos_suite.verdict import Span, Stop

MOMENT: Final = 0.1
"""Seconds until something that is waited for is looked at again."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A campaign, by its number, that an operator let stand still; `until` is None when for good."""

    campaign: int
    since: dt.datetime
    until: dt.datetime | None = None


@dataclass
class Scene:
    """What an act plays with. `say` writes a line; `going` are the campaigns that go out now."""

    house: House
    drive: Drive
    dice: random.Random
    say: Callable[[str], None]
    people: Sequence[str]
    going: list[int] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    standing: set[int] = field(default_factory=set)  # campaigns that somebody has paused and is about to resume
    stands: list[Stand] = field(default_factory=list)
    forgotten: list[Span] = field(default_factory=list)
    later: list["Play"] = field(default_factory=list)  # what an act left to somebody else, who begins at once
    joins: dict[str, int] = field(default_factory=dict)  # by number, how often its owner texted the keyword

    def a_while(self, least: float, most: float) -> float:
        """Some seconds between these."""
        return round(self.dice.uniform(least, most), 1)


Play: TypeAlias = Generator[float, None, None]
Act: TypeAlias = Callable[[Scene], Play]
