"""Redis is away: one worker alone goes on, at the rate, and nothing goes above the rate when Redis is back."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from config.local import valkey
from config.local.processes import Family
from messaging.actions.sending import rounds
from messaging.models import Outbound
from messaging.pace import pacing
from messaging.states import State
from optins.models import Sender
from tests import factories
from tests.fixtures.simulator import Simulator
from tests.fixtures.together import together
from tests.messaging.recovery import campaign_to

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def family() -> Iterator[Family]:
    with Family() as mine:
        yield mine


@pytest.fixture
def away(family: Family, tmp_path: Path, settings: Settings) -> str:
    """A Valkey that has just stopped. Returns the address of the one that runs."""
    runs = str(settings.REDIS_URL)
    server = valkey.start(family, tmp_path / "valkey", password="tests", logs=tmp_path, keep=False)
    settings.REDIS_URL = server.url
    with pacing.turn() as turn:
        assert turn.take(factories.sender(), wanted=1) == 1
    family.stop(server.child)
    return runs


def paced(parts_per_second: float) -> Sender:
    return factories.sender(parts_per_second=parts_per_second)


def test_one_goes_on_alone_at_the_rate(away: str) -> None:
    sender, began, granted = paced(100), time.monotonic(), 0
    with pacing.turn() as turn:
        while time.monotonic() < began + 0.6:
            granted += turn.take(sender, wanted=500)
            time.sleep(0.02)
        assert turn.is_without_redis
    assert 30 <= granted <= 100 * (time.monotonic() - began)


def test_the_others_wait(away: str) -> None:
    sender = paced(1000)

    def work() -> int:
        with pacing.turn() as turn:
            first = turn.take(sender, wanted=500)
            time.sleep(0.3)
            return first + turn.take(sender, wanted=500)

    granted = together(work, work, work)
    assert sum(1 for parts in granted if parts) == 1


def test_a_worker_that_still_reaches_redis_keeps_the_others_from_counting_alone(away: str, settings: Settings) -> None:
    sender = paced(1000)
    nowhere, settings.REDIS_URL = settings.REDIS_URL, away
    with pacing.turn() as turn:
        assert turn.take(sender, wanted=1) == 1
        settings.REDIS_URL = nowhere
        cut_off = together(lambda: _take_twice(sender))
    assert cut_off == [0]


def _take_twice(sender: Sender) -> int:
    with pacing.turn() as turn:
        turn.take(sender, wanted=1)
        time.sleep(0.05)
        return turn.take(sender, wanted=500)


def test_nothing_goes_above_the_rate_when_redis_is_back(away: str, settings: Settings) -> None:
    sender, began = paced(100), time.monotonic()
    with pacing.turn() as turn:
        turn.take(sender, wanted=500)
        time.sleep(0.3)
        granted = turn.take(sender, wanted=500)
        settings.REDIS_URL = away
        while turn.is_without_redis:
            granted += turn.take(sender, wanted=500)
            time.sleep(0.05)
        others = together(lambda: _take_twice(sender), lambda: _take_twice(sender))
        granted += sum(parts for parts in others if isinstance(parts, int))
    assert 50 <= granted <= 100 * (time.monotonic() - began)


def test_a_campaign_goes_on_while_redis_is_away(away: str, carrier: Simulator, short_code: Sender) -> None:
    campaign_to(short_code, *(f"+1313555{6000 + place}" for place in range(20)))
    assert rounds.send_due(seconds=5) == 20
    assert Outbound.objects.filter(state=State.ACCEPTED).count() == 20


def test_who_works_on_beyond_its_time_ends_with_a_deploy(away: str, carrier: Simulator, short_code: Sender) -> None:
    Sender.objects.update(parts_per_second=10)
    campaign_to(short_code, *(f"+1313555{6000 + place}" for place in range(20)))
    turns = iter(range(8))
    assert 0 < rounds.send_due(seconds=0.3, must_stop=lambda: next(turns, None) is None) < 20
    assert next(turns, None) is None
    assert set(Outbound.objects.values_list("state", flat=True)) == {State.ACCEPTED, State.QUEUED}
