"""The bucket in Redis: what it grants in a minute, and never more than the rate.

Time is virtual (see `parts_of`); the little real time that a test takes comes on top, and upper bounds leave it room.
"""

import itertools
import random
from collections.abc import Iterator

import pytest

from messaging.pace import pacing
from messaging.pace.pacing import Turn
from optins.keywords import SenderKind
from optins.models import Sender
from tests import factories
from tests.fixtures.together import together
from tests.messaging.parts_of import client, redis_clock, wait

pytestmark = pytest.mark.django_db


@pytest.fixture
def turn() -> Iterator[Turn]:
    with pacing.turn() as mine:
        yield mine


def paced(parts_per_second: float) -> Sender:
    return factories.sender(parts_per_second=parts_per_second)


def ask(turn: Turn, sender: Sender, *, seconds: float, size: int = 1, late: float = 0.0) -> list[tuple[float, int]]:
    """Ask ten times a second, up to `late` later than that, for texts of `size` parts. Returns when what was granted.

    Moments are by the clock that the bucket sees: Redis's own, and the time that passed virtually.
    """
    chance, passed, began, granted = random.Random(1), 0.0, redis_clock(), []
    while (now := redis_clock() - began + passed) < seconds:
        parts = turn.take(sender, wanted=500, at_least=size)
        turn.give_back(sender, parts % size)
        granted.append((now, parts - parts % size))
        step = 0.1 + chance.uniform(0, late)
        wait(sender, step)
        passed += step
    return granted


@pytest.mark.parametrize("rate", [1, 3, 30, 100])
@pytest.mark.parametrize("late", [0.0, 0.35])
def test_a_minute_holds_the_rate_within_two_per_cent_and_never_more(turn: Turn, rate: float, late: float) -> None:
    granted = ask(turn, paced(rate), seconds=121, late=late)
    minutes = [sum(n for at, n in granted if begin <= at < begin + 60) for begin in range(61)]
    assert max(minutes) <= rate * 60
    # The last text of a slow sender may fall on either side of the minute's end.
    assert min(minutes) >= min(0.98 * rate * 60, rate * 60 - 1)


@pytest.mark.parametrize(("rate", "size", "texts"), [(1, 3, 20), (10, 4, 149), (100, 7, 849)])
def test_a_text_of_several_parts_waits_until_its_parts_are_paid(turn: Turn, rate: float, size: int, texts: int) -> None:
    granted = ask(turn, paced(rate), seconds=61, size=size, late=0.1)
    begin = next(at for at, n in granted if n)
    sent = sum(n for at, n in granted if begin <= at < begin + 60)
    assert sent % size == 0
    assert 0.98 * texts - 1 <= sent / size <= rate * 60 / size


def test_one_part_a_second_is_a_text_of_three_parts_every_three_seconds(turn: Turn) -> None:
    left = [at for at, n in ask(turn, paced(1), seconds=31, size=3) if n]
    gaps = [later - earlier for earlier, later in itertools.pairwise(left)]
    # It is asked ten times a second: one that leaves late by that does not make the next one late.
    assert all(2.9 <= gap <= 3.15 for gap in gaps)
    assert 3.0 <= (left[-1] - left[0]) / len(gaps) <= 3.06


def test_what_was_not_spent_is_not_lost(turn: Turn) -> None:
    sender = paced(10)
    wait_and_take = [turn.take(sender, wanted=1) for _ in range(2)]
    assert wait_and_take == [1, 0]
    turn.give_back(sender, 1)
    assert turn.take(sender, wanted=5) == 1


def test_a_pause_is_not_saved_up(turn: Turn) -> None:
    sender = paced(100)
    turn.take(sender, wanted=500)
    wait(sender, 600)
    assert turn.take(sender, wanted=500) == 1


def test_a_worker_that_comes_late_loses_no_more_than_it_has_to(turn: Turn) -> None:
    sender = paced(100)
    turn.take(sender, wanted=500)
    wait(sender, 0.4)
    assert 39 <= turn.take(sender, wanted=500) <= 60


def test_workers_together_get_no_more_than_the_rate(turn: Turn) -> None:
    sender = paced(20)
    turn.take(sender, wanted=100)
    wait(sender, 0.5)
    granted = together(*[lambda: turn.take(sender, wanted=7)] * 8)
    assert 9 <= sum(parts for parts in granted if isinstance(parts, int)) <= 15


def test_senders_have_buckets_of_their_own(turn: Turn) -> None:
    assert [turn.take(paced(1), wanted=1), turn.take(paced(1), wanted=1)] == [1, 1]


def test_what_redis_forgot_costs_one_text_and_no_more(turn: Turn) -> None:
    sender = paced(100)
    turn.take(sender, wanted=500)
    client().delete(f"optline:bucket:{sender.pk}")
    assert [turn.take(sender, wanted=500), turn.take(sender, wanted=500)] == [1, 0]


def service(*rates: float) -> tuple[Sender, list[Sender]]:
    pool = factories.sender(kind=SenderKind.MESSAGING_SERVICE, address="MG" + "a" * 32, parts_per_second=1)
    members = [factories.sender(provider=pool.provider, pool=pool, parts_per_second=rate) for rate in rates]
    return pool, members


def test_the_numbers_of_a_messaging_service_add_up(turn: Turn) -> None:
    pool, _ = service(3, 7)
    turn.take(pool, wanted=1)
    wait(pool, 0.45)
    assert 4 <= turn.take(pool, wanted=100) <= 6  # 0.45 s of 10, and not of 1


def test_a_text_straight_from_a_number_is_paid_by_the_number_and_its_service(turn: Turn) -> None:
    pool, (one, other) = service(1, 1)
    assert [turn.take(one, wanted=9), turn.take(other, wanted=9)] == [1, 0]
    wait(one, 0.6)
    assert [turn.take(one, wanted=9), turn.take(pool, wanted=9)] == [0, 1]


def test_a_service_without_numbers_has_the_rate_of_its_own(turn: Turn) -> None:
    pool, _ = service()
    Sender.objects.filter(pk=pool.pk).update(parts_per_second=50)
    pool.refresh_from_db()
    turn.take(pool, wanted=1)
    wait(pool, 0.4)
    assert 19 <= turn.take(pool, wanted=100) <= 30
