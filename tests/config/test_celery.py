"""The queues and the beat table: what wakes, how often, and who carries it."""

import pytest
from django.conf import settings

from config.celery import app


def seconds() -> dict[str, float]:
    """How often each task of the beat table is woken."""
    return {entry["task"]: float(entry["schedule"]) for entry in app.conf.beat_schedule.values()}


@pytest.mark.parametrize("task", ["messaging.follow_clock", "messaging.start_due", "messaging.send_due"])
def test_what_is_due_is_looked_for_each_second(task: str) -> None:
    assert seconds()[task] == 1


def test_nothing_waits_longer_than_half_a_minute_for_its_bell() -> None:
    assert max(seconds().values()) <= 30


def test_no_task_is_in_the_table_twice() -> None:
    assert len(seconds()) == len(app.conf.beat_schedule)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("result_backend", None), ("task_ignore_result", True), ("task_always_eager", False)],
)
def test_celery_keeps_no_truth_of_its_own(setting: str, value: object) -> None:
    assert app.conf[setting] == value
    assert app.conf.broker_url == settings.REDIS_URL
