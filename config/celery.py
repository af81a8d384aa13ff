"""Celery: `default` carries everything but the wire, `send` belongs to the send workers.

celery -A config worker -Q default
celery -A config worker -Q send
celery -A config beat
"""

import os
from typing import Any

from celery import Celery
from celery.app.utils import Settings
from celery.signals import setup_logging, task_prerun
from django.conf import settings
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

DEFAULT = "default"
SEND = "send"

app = Celery("optline", task_cls="campaigns.bell:Woken")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_default_queue=DEFAULT,
    task_routes={"messaging.send_due": {"queue": SEND}},
    beat_scheduler="config.beat:Bells",
    worker_prefetch_multiplier=1,
    broker_transport_options={"socket_connect_timeout": 1, "socket_timeout": 5},
    broker_connection_retry_on_startup=True,
)
app.autodiscover_tasks()


def _every(seconds: float, task: str) -> dict[str, object]:
    return {"task": task, "schedule": seconds}


@app.on_after_configure.connect(weak=False)
def _set_beat_table(source: Settings, **_: Any) -> None:
    """Once the settings can be read: they import this module."""
    sweep = settings.SWEEP_EVERY_SECONDS
    source.beat_schedule = {
        "campaigns begin and end": _every(1, "messaging.follow_clock"),
        "double opt-ins lapse": _every(5, "optins.lapse_pending"),
        "codes that nobody enters": _every(30, "optins.watch_codes"),
        "scheduled messages start": _every(1, "messaging.start_due"),
        "waiting texts leave": _every(1, "messaging.send_due"),
        "callbacks move their texts": _every(1, "messaging.merge_callbacks"),
        "notices nobody carried": _every(sweep, "messaging.carry_notices"),
        "what dead workers left is uncertain": _every(sweep, "messaging.flag_stuck"),
        "uncertain texts are asked about": _every(sweep, "messaging.reconcile"),
        "final statuses that never came": _every(6 * sweep, "messaging.follow_up"),
        "what was refused may be mended": _every(sweep, "messaging.check_faulty_providers"),
        "the database is the one of before": _every(sweep, "messaging.watch_database"),
        "a restored database is reconciled": _every(sweep, "messaging.reconcile_restored"),
        "consent is compared with the carriers": _every(6 * sweep, "messaging.check_drift"),
        "numbers without a holder lose their consent": _every(6 * sweep, "messaging.take_deactivations"),
        "everybody's text is counted": _every(sweep, "messaging.take_censuses"),
        "texts are held against the carrier's list": _every(sweep, "messaging.certify"),
        "old bodies are blanked": _every(6 * sweep, "messaging.retain"),
        "counts are folded": _every(sweep, "messaging.fold_counts"),
        "answers are told to their texts": _every(sweep, "messaging.attribute_answers"),
        "counts of subscriptions are folded": _every(sweep, "optins.fold_standings"),
        "first waves are judged": _every(sweep, "messaging.judge_waves"),
        "runs are closed": _every(sweep, "messaging.finish_runs"),
        "waiting imports run": _every(5, "optins.run_imports"),
    }


@setup_logging.connect(weak=False)
def _leave_logs_alone(**_: Any) -> None:
    """They are set up by Django already. Celery would set its own level, and nothing at INFO would be said."""


@task_prerun.connect(weak=False)
def _keep_healthy_connections(**_: Any) -> None:
    """With CELERY_DB_REUSE_MAX Celery keeps connections; this is what drops the broken ones."""
    close_old_connections()
