"""Segments in segments: the way round is found, and how large a rule is with everything in it."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from campaigns.nesting import named, reached, size, way_round

LINKS = {1: (2, 3), 2: (3,), 3: (4, 4), 4: ()}


def test_what_leads_nowhere_has_no_way_round() -> None:
    assert way_round(1, LINKS) == ()


def test_the_shortest_way_round_is_told() -> None:
    assert way_round(1, {**LINKS, 4: (2, 1)}) == (1, 3, 4, 1)
    assert way_round(1, {1: (1,)}) == (1, 1)


def test_a_circle_further_on_is_not_the_way_back() -> None:
    assert way_round(1, {1: (2,), 2: (3,), 3: (2,)}) == ()


def test_a_segment_counts_as_often_as_it_is_named() -> None:
    assert size(1, LINKS, {1: 2, 2: 1, 3: 2, 4: 5}) == 2 + (1 + 12) + 12


def test_what_a_stored_rule_names_is_read_without_a_vocabulary() -> None:
    inner = {"any": [{"field": "@segment", "operator": "is_in", "value": 5}, {"field": "gone", "operator": "x"}]}
    rule = {"all": [{"field": "@segment", "operator": "is_not_in", "value": 4}, inner]}
    assert named(rule, "@segment") == (4, 5)
    assert named(rule, "@message") == named({}, "@segment") == ()


@given(st.dictionaries(st.integers(0, 5), st.lists(st.integers(0, 5), max_size=3).map(tuple), max_size=6))
def test_there_is_a_way_round_exactly_if_a_segment_reaches_itself(links: dict[int, tuple[int, ...]]) -> None:
    for start in range(6):
        way = way_round(start, links)
        assert bool(way) is (start in reached(start, links))
        assert all(after in links[before] for before, after in pairwise(way))
