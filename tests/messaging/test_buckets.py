"""The bucket that a worker counts in by itself follows the same rule as the one in Redis."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.pace import pacing
from messaging.pace.buckets import IDLE_SECONDS, Bucket
from tests import factories
from tests.messaging.parts_of import client, wait


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(1, 300), st.integers(1, 10)), max_size=40), st.floats(0.1, 500))
def test_no_more_is_granted_than_time_pays_for(asked: list[tuple[float, int, int]], rate: float) -> None:
    bucket, now, granted = Bucket(rate, 0.0, 0.0), 0.0, 0
    for passed, wanted, at_least in asked:
        now += passed
        bucket.fill(now=now, at_least=at_least)
        parts = bucket.can_grant(wanted, at_least=at_least)
        bucket.take(parts)
        granted += parts
        assert granted <= rate * now + 0.001


@pytest.mark.django_db
@pytest.mark.parametrize("rate", [0.7, 3, 250])
def test_both_kinds_of_bucket_grant_the_same(rate: float) -> None:
    sender = factories.sender(parts_per_second=rate)
    bucket, now = Bucket(rate, 1.0, 0.0), 0.0
    steps = [(0.0, 5, 1), (0.2, 400, 1), (0.9, 400, 3), (0.45, 9, 2), (IDLE_SECONDS + 9, 400, 4), (0.3, 400, 1)]
    with pacing.turn() as turn:
        for passed, wanted, at_least in steps:
            now += passed
            wait(sender, passed)
            bucket.fill(now=now, at_least=at_least)
            mine = bucket.can_grant(wanted, at_least=at_least)
            bucket.take(mine)
            # The real clock ran on a little while this was asked.
            assert mine <= turn.take(sender, wanted=wanted, at_least=at_least) <= mine + 1 + 0.02 * rate
            client().hset(f"optline:bucket:{sender.pk}", mapping={"parts": bucket.parts, "need": bucket.need})
