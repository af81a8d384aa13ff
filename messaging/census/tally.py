"""What a census adds up while it renders everybody's text, a chunk of people at a time; it survives as JSON."""

import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from messaging.lawful.places import Known, Place, place_of

LONGEST: Final = 5


@dataclass(slots=True)
class Tally:
    """`by_parts` counts who gets it by the parts of their text, `skipped` the others by reason.

    `missing` are people by the first merge field that they lack; `places` those who get it by what is known of where
    they are; `longest` holds length, parts and customer of the five longest texts, the longest first.
    """

    by_parts: Counter[int] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    places: Counter[Known] = field(default_factory=Counter)
    longest: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def reachable(self) -> int:
        return self.by_parts.total()

    @property
    def left_out(self) -> int:
        return self.skipped.total()

    @property
    def people(self) -> int:
        return self.reachable + self.left_out

    @property
    def parts(self) -> int:
        return sum(size * people for size, people in self.by_parts.items())

    def by_place(self) -> Mapping[Place, int]:
        """Who gets it by the place whose hours and clocks hold for them, as a forecast wants it."""
        people: Counter[Place] = Counter()
        for known, count in self.places.items():
            people[place_of(known)] += count
        return people

    def take(self, place: Known, country: str, *, parts: int, length: int, customer: int) -> None:
        """Count one person who gets a text of so many parts and characters; `countries` counts the parts."""
        self.by_parts[parts] += 1
        self.countries[country] += parts
        self.places[place] += 1
        if len(self.longest) < LONGEST or (length, parts) > self.longest[-1][:2]:
            self.longest = heapq.nlargest(LONGEST, [*self.longest, (length, parts, customer)])

    def to_json(self) -> dict[str, Any]:
        return {
            "by_parts": dict(self.by_parts), "countries": dict(self.countries), "skipped": dict(self.skipped),
            "missing": dict(self.missing), "longest": self.longest,
            "places": [
                [place.number, place.time_zone, place.country, place.state, place.postal_code, people]
                for place, people in self.places.items()
            ],
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Tally":
        if not kept:
            return cls()
        return cls(
            by_parts=Counter({int(size): people for size, people in kept["by_parts"].items()}),
            countries=Counter(kept["countries"]),
            skipped=Counter(kept["skipped"]),
            missing=Counter(kept["missing"]),
            places=Counter({Known(*where): people for *where, people in kept["places"]}),
            longest=[(length, parts, customer) for length, parts, customer in kept["longest"]],
        )
