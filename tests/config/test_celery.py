"""The queues and the beat table: what wakes, how often, and who carries it."""

import pytest
from celery.beat import ScheduleEntry
from django.conf import settings

from config.celery import app


def entries() -> dict[str, ScheduleEntry]:
    return {name: ScheduleEntry(name=name, app=app, **entry) for name, entry in app.conf.beat_schedule.items()}


def test_scheduled_messages_and_waiting_texts_are_looked_for_each_second() -> None:
    every = {entry.task: entry.schedule.run_every.total_seconds() for entry in entries().values()}
    assert {every[name] for name in ("messaging.follow_clock", "messaging.start_due", "messaging.send_due")} == {1.0}


def test_nothing_waits_longer_than_half_a_minute_for_its_bell() -> None:
    assert max(entry.schedule.run_every.total_seconds() for entry in entries().values()) <= 30


def test_no_task_is_in_the_table_twice() -> None:
    tasks = [entry.task for entry in entries().values()]
    assert len(tasks) == len(set(tasks))


@pytest.mark.parametrize(
    ("setting", "value"),
    [("result_backend", None), ("task_ignore_result", True), ("task_always_eager", False)],
)
def test_celery_keeps_no_truth_of_its_own(setting: str, value: object) -> None:
    assert app.conf[setting] == value
    assert app.conf.broker_url == settings.REDIS_URL
