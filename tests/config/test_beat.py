"""Beat rings whatever the clock on the wall says, and no pile of bells waits for a worker that is away."""

import datetime as dt
from collections.abc import Iterator

import pytest
import redis
import time_machine
from celery import Celery
from django.conf import settings
from django.utils import timezone

from config import beat
from config.beat import Bells
from config.celery import DEFAULT, SEND, app
from tests.messaging.recovery import wait_until


@pytest.fixture
def broker() -> Iterator["redis.Redis"]:
    """Nothing waits in it."""
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        broker.delete(DEFAULT, SEND)
        yield broker
        broker.delete(DEFAULT, SEND)


def bells(**seconds: float) -> Bells:
    """With an entry for each task of messaging that is named."""
    scheduler = Bells(app, lazy=True)
    table = {task: {"task": f"messaging.{task}", "schedule": every} for task, every in seconds.items()}
    scheduler.update_from_dict(table)
    return scheduler


def test_the_product_uses_it() -> None:
    assert app.conf.beat_scheduler == f"{Bells.__module__}:{Bells.__name__}"


def test_each_is_rung_at_once_and_then_after_its_seconds(broker: "redis.Redis") -> None:
    scheduler = bells(send_due=1000, start_due=2000)
    assert 900 < scheduler.tick() <= 1000
    scheduler.tick()
    assert (broker.llen(SEND), broker.llen(DEFAULT)) == (1, 1)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_jumps_changes_nothing(broker: "redis.Redis", hours: int) -> None:
    scheduler = bells(send_due=0.05)
    scheduler.tick()
    with time_machine.travel(timezone.now() + dt.timedelta(hours=hours)):
        wait_until(lambda: scheduler.tick() and broker.llen(SEND) == 3)
    assert broker.llen(SEND) == 3


def test_no_more_are_rung_than_may_wait_and_the_longest_overdue_is_first(
    broker: "redis.Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beat, "MOST_WAITING", 2)
    scheduler = bells(start_due=0, follow_clock=0, retain=0)
    scheduler.tick()
    scheduler.tick()
    assert broker.llen(DEFAULT) == 2
    broker.delete(DEFAULT)
    scheduler.tick()
    assert "messaging.retain" in str(broker.lrange(DEFAULT, 0, -1))


def test_a_broker_that_is_away_is_said_once(broker: "redis.Redis", caplog: pytest.LogCaptureFixture) -> None:
    nowhere = Celery("nowhere", broker="redis://127.0.0.1:9/0", set_as_current=False)
    nowhere.conf.task_publish_retry = False
    scheduler, entry = Bells(nowhere, lazy=True), bells(send_due=1).schedule["send_due"]
    for _ in range(3):
        scheduler.apply_entry(entry)
    scheduler.app = app
    scheduler.apply_entry(entry)
    said = [record.getMessage() for record in caplog.records if "broker_" in record.getMessage()]
    assert [word in line for line, word in zip(said, ("is_away", "hears_again"), strict=True)] == [True, True]
