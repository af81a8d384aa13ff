"""The bell: rung once until its task begins, and never missed by who commits after that."""

from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from campaigns import bell
from config.celery import DEFAULT, app
from optins.actions.notices import CARRY_NOTICES

pytestmark = pytest.mark.django_db

app.loader.import_default_modules()

Commit = DjangoCaptureOnCommitCallbacks


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """No bell rings and no task waits, before and afterwards."""
    bell.silence(CARRY_NOTICES)
    app.control.purge()
    yield
    bell.silence(CARRY_NOTICES)
    app.control.purge()


def waiting() -> int:
    return int(redis.Redis.from_url(settings.REDIS_URL).llen(DEFAULT))


def ring(commit: Commit) -> None:
    with commit(execute=True):
        bell.ring_after_commit(CARRY_NOTICES)


def test_a_bell_that_rings_is_not_rung_again(django_capture_on_commit_callbacks: Commit) -> None:
    for _ in range(5):
        ring(django_capture_on_commit_callbacks)
    assert waiting() == 1


def test_a_task_that_begins_is_rung_for_by_the_next_commit(django_capture_on_commit_callbacks: Commit) -> None:
    ring(django_capture_on_commit_callbacks)
    app.tasks[CARRY_NOTICES].before_start("id", (), {})
    ring(django_capture_on_commit_callbacks)
    assert waiting() == 2


def test_without_redis_nothing_rings_and_nothing_fails(
    django_capture_on_commit_callbacks: Commit, settings: Settings
) -> None:
    reachable = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    ring(django_capture_on_commit_callbacks)
    bell.silence(CARRY_NOTICES)
    settings.REDIS_URL = reachable
    assert waiting() == 0
