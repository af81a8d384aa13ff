"""The arithmetic of a sender's bucket of message parts, as a rule without a clock or a store of its own.

The bucket in Redis (`messaging.pace.pacing`) follows the same rule in Lua; a test holds the two side by side.

Parts are paid for before they are granted: they accrue with time, and a text of several parts is granted when all of
its parts are there. While parts are asked for all the time, the bucket keeps what accrued during `SLACK_SECONDS`, so
that a worker that comes late loses nothing. So that this never brings a minute above the sender's rate, it fills with
`PACE` of the rate: 60 × 0.991 + 0.5 seconds' worth is just under 60. After `IDLE_SECONDS` without a question it holds
no more than the next text costs: a pause is not saved up for a burst. What a text of several parts was found to need is
kept in the bucket, where all workers see it, until so much was granted.
"""

import math
from dataclasses import dataclass
from typing import Final

PACE: Final = 0.991
SLACK_SECONDS: Final = 0.5
IDLE_SECONDS: Final = 3.0
# Sums of fractions end a hair below the whole number that they stand for.
HAIR: Final = 1e-6


@dataclass(slots=True)
class Bucket:
    """What one sender may spend. `rate` is in parts per second, `at` the moment (in seconds) `parts` holds for.

    `need` are the parts that the largest text found waiting takes.
    """

    rate: float
    parts: float
    at: float
    need: int = 1

    def fill(self, *, now: float, at_least: int) -> None:
        """Let time pass. `at_least` is what the next text costs: the bucket always has room for it."""
        passed = max(0.0, now - self.at)
        accrued = self.parts + passed * self.rate * PACE
        self.need = max(self.need, at_least)
        if passed >= IDLE_SECONDS:
            self.parts = min(accrued, self.need)
        else:
            # What was given back may stand above the room there is, and is not lost.
            self.parts = max(self.parts, min(accrued, self.need + SLACK_SECONDS * self.rate))
        self.at = now

    def can_grant(self, wanted: int, *, at_least: int) -> int:
        """Whole parts that can be taken now: none when there are fewer than `at_least`."""
        whole = math.floor(self.parts + HAIR)
        return min(wanted, whole) if whole >= at_least else 0

    def take(self, parts: int) -> None:
        """Spend what was granted."""
        self.parts -= parts
        if parts >= self.need:
            self.need = 1

    def put_back(self, parts: int, *, need: int) -> None:
        """Take back what was not spent, and learn what the next text needs."""
        self.parts += parts
        self.need = max(self.need, need)
