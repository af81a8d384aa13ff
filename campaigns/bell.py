"""The broker is a bell: it wakes a worker sooner, and nothing depends on its ringing.

Tasks are rung by name, so that an app can wake one that lives above it. Whatever a bell that was not
heard would have started, a sweeper finds in Postgres a few seconds later.

A ring costs a millisecond, so a bell that rings already is not rung again. It rings until its task begins, which
silences it before it reads anything: who finds it ringing has committed before that reading.
"""

from functools import lru_cache
from typing import Any, Final

import redis
import structlog
from celery import Task, current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from campaigns.outlasting import said_once

log = structlog.get_logger(__name__)

# `retry=False` waits seconds for a dead broker; one try with no pause gives up at once.
ONE_TRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
RINGS_SECONDS: Final = 5
"""A bell whose task was lost falls silent by itself."""
_PATIENCE_SECONDS: Final = 0.5


class Woken(Task[..., Any]):
    """The base of every task: something wakes it again and again, so it may leave its work to the next turn."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """A database that is away or full ends the turn, with one line for all tasks."""
        with said_once(self.name):
            return self.run(*args, **kwargs)


class Rung(Woken):
    """The base of a task that is woken by a bell."""

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        """Whoever commits from now on rings anew."""
        super().before_start(task_id, args, kwargs)
        silence(self.name)


def ring_after_commit(task: str) -> None:
    """Wake `task` once the current transaction has committed. Never raises: the rows are already safe."""

    # A nested function rather than a partial: on_commit(robust=True) reads __qualname__ when it logs.
    def ring() -> None:
        try:
            if not _redis(settings.REDIS_URL).set(_key(task), 1, nx=True, ex=RINGS_SECONDS):
                return
            current_app.send_task(task, retry_policy=ONE_TRY)
        except redis.RedisError:
            log.warning("bell_not_heard", task=task)
        except OperationalError:
            silence(task)
            log.warning("bell_not_heard", task=task)

    transaction.on_commit(ring, robust=True)


def silence(task: str) -> None:
    """The bell of `task` rings no more. Should Redis not answer, it falls silent by itself."""
    try:
        _redis(settings.REDIS_URL).delete(_key(task))
    except redis.RedisError:
        log.warning("bell_not_silenced", task=task)


def _key(task: str) -> str:
    return f"optline:bell:{task}"


@lru_cache(maxsize=1)
def _redis(url: str) -> "redis.Redis":
    return redis.Redis.from_url(url, socket_timeout=_PATIENCE_SECONDS, socket_connect_timeout=_PATIENCE_SECONDS)
