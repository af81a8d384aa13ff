"""The order of the acts: it is the seed's, every run has the essential ones, and none is left out for long."""

import random
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.chaos_suite.acts import EVERYTHING, lanes
from benchmarks.chaos_suite.scene import Act
from benchmarks.chaos_suite.show import FULL, QUICK, TINY, Size

SEEDS = st.integers(0, 2**32)


def first(seed: int, lane: int, count: int) -> list[Act]:
    return list(islice(lanes(EVERYTHING, random.Random(seed))[lane], count))


@given(SEEDS)
def test_a_seed_plays_the_same_acts_again(seed: int) -> None:
    assert first(seed, 0, 40) == first(seed, 0, 40)


@given(SEEDS, st.integers(0, len(EVERYTHING) - 1))
def test_a_short_run_has_the_essential_acts(seed: int, lane: int) -> None:
    assert set(first(seed, lane, 4)) == set(EVERYTHING[lane][:4])


@given(SEEDS, st.integers(0, len(EVERYTHING) - 1))
def test_a_long_run_has_every_act(seed: int, lane: int) -> None:
    acts = EVERYTHING[lane]
    assert set(first(seed, lane, len(acts))) == set(acts)
    assert set(first(seed, lane, 2 * len(acts))[len(acts) :]) == set(acts)


@pytest.mark.parametrize("size", [FULL, QUICK, TINY])
def test_what_is_held_back_outlasts_a_request_and_not_the_settling_time(size: Size) -> None:
    timing = size.timing
    assert 2 * timing.timeout < timing.hold < 2 * timing.hold < timing.settle
