"""The broker is a bell: it wakes a worker sooner, and nothing depends on its ringing.

Tasks are rung by name, so that an app can wake one that lives above it. Whatever a bell that was not
heard would have started, a sweeper finds in Postgres a few seconds later.
"""

from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

# `retry=False` waits seconds for a dead broker; one try with no pause gives up at once.
ONE_TRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}


def ring_after_commit(task: str, **kwargs: Any) -> None:
    """Wake `task` once the current transaction has committed. Never raises: the rows are already safe."""

    # A nested function rather than a partial: on_commit(robust=True) reads __qualname__ when it logs.
    def ring() -> None:
        try:
            current_app.send_task(task, kwargs=kwargs, retry_policy=ONE_TRY)
        except OperationalError:
            log.warning("bell_not_heard", task=task)

    transaction.on_commit(ring, robust=True)
