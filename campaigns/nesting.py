"""Segments that ask about segments: which lead where, and that none leads back to itself."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

Links: TypeAlias = Mapping[int, Sequence[int]]
"""For each segment's number those of the segments that its rule asks about, each as often as it does."""


def stored_conditions(rule: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The conditions of a rule as it is stored, whether or not it can still be asked."""
    if "field" in rule:
        yield rule
    for part in (part for parts in rule.values() if isinstance(parts, list) for part in parts):
        if isinstance(part, Mapping):
            yield from stored_conditions(part)


def named(rule: Mapping[str, Any], field: str) -> tuple[int, ...]:
    """The numbers of the segments, or messages, that a stored rule asks about, each as often as it does."""
    found = (condition.get("value") for condition in stored_conditions(rule) if condition["field"] == field)
    return tuple(value for value in found if isinstance(value, int))


def way_round(start: int, links: Links) -> tuple[int, ...]:
    """The shortest way from a segment back to itself, both ends included; empty when there is none."""
    ways: list[tuple[int, ...]] = [(start,)]
    seen = set[int]()
    while ways:
        longer = [(*way, after) for way in ways for after in sorted(set(links.get(way[-1], ())))]
        for way in longer:
            if way[-1] == start:
                return way
        ways = []
        for way in longer:
            if way[-1] not in seen:
                seen.add(way[-1])
                ways.append(way)
    return ()


def reached(start: int, links: Links) -> frozenset[int]:
    """All segments that one asks about, directly or by way of others."""
    found, ahead = set[int](), [start]
    while ahead:
        new = set(links.get(ahead.pop(), ())) - found
        found |= new
        ahead += new
    return frozenset(found)


def size(start: int, links: Links, sizes: Mapping[int, int]) -> int:
    """How many conditions a segment's rule has with every segment in it spelled out, each as often as it is named.

    `sizes` are the numbers of conditions of the rules by themselves. Nothing may lead back to itself.
    """
    known: dict[int, int] = {}

    def of(segment: int) -> int:
        if segment not in known:
            known[segment] = sizes.get(segment, 0) + sum(of(after) for after in links.get(segment, ()))
        return known[segment]

    return of(start)
