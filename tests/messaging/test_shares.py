"""Whose turn it is among the campaigns of one sender."""

from hypothesis import given
from hypothesis import strategies as st

from messaging.pace.shares import Shares, share

LARGE, SMALL, OTHER = 1, 2, 3


def send(shares: Shares, waiting: dict[int, int], granted: int) -> dict[int, int]:
    """One round as the send worker does it, with texts of one part."""
    sent, in_turn = {}, shares.in_turn(run for run, number in waiting.items() if number)
    for place, run in enumerate(in_turn):
        sent[run] = min(waiting[run], share(granted, len(in_turn) - place))
        waiting[run] -= sent[run]
        granted -= sent[run]
        shares.give(run, sent[run])
    return sent


def test_campaigns_have_equal_shares() -> None:
    assert send(Shares(), {LARGE: 10**6, SMALL: 100, OTHER: 500}, 30) == {LARGE: 10, SMALL: 10, OTHER: 10}


def test_one_part_at_a_time_goes_around() -> None:
    shares, waiting = Shares(), {LARGE: 100, SMALL: 100, OTHER: 100}
    for _ in range(9):
        send(shares, waiting, 1)
    assert set(waiting.values()) == {97}


def test_a_new_campaign_has_no_claim_on_the_past() -> None:
    shares, waiting = Shares(), {LARGE: 1000}
    for _ in range(5):
        send(shares, waiting, 100)
    waiting[SMALL] = 1000
    for _ in range(10):
        send(shares, waiting, 10)
    assert waiting == {LARGE: 450, SMALL: 950}


def test_a_small_campaign_is_through_long_before_a_large_one() -> None:
    shares, waiting, rounds = Shares(), {LARGE: 10_000, SMALL: 100}, 0
    while waiting[SMALL]:
        send(shares, waiting, 10)
        rounds += 1
    assert (rounds, waiting[LARGE]) == (20, 9_900)


def test_texts_of_different_sizes_are_counted_by_their_parts() -> None:
    shares = Shares()
    shares.in_turn([LARGE, SMALL])
    shares.give(LARGE, 3)
    shares.give(SMALL, 1)
    assert list(shares.in_turn([LARGE, SMALL])) == [SMALL, LARGE]


@given(st.dictionaries(st.integers(1, 9), st.integers(1, 200), min_size=1), st.integers(1, 50))
def test_nobody_starves_and_nothing_is_given_twice(waiting: dict[int, int], granted: int) -> None:
    shares, left = Shares(), sum(waiting.values())
    while left:
        sent = send(shares, waiting, granted)
        assert 0 < sum(sent.values()) <= granted
        left -= sum(sent.values())
    assert not any(waiting.values())
