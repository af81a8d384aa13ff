"""Celery's doors: each loads nothing, decides nothing, and calls one verb."""

import multiprocessing
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from campaigns.bell import Rung
from messaging.actions import certifying, counting
from messaging.actions.listening import callbacks, deactivating, drifting, following_up, reconciling
from messaging.actions.runs import judging, lifecycle, outbox
from messaging.actions.sending import leasing, rounds
from messaging.actions.upkeep import attributing, folding, mending, restoring, retaining, watching

# A send worker works this long and hands over, so that scaling is more workers and a deploy waits seconds.
WORK_SECONDS = 10.0
# Set in the parent, seen in the forked workers: who works on while Redis is away ends with a deploy all the same.
_shutting_down = multiprocessing.Event()


@worker_shutting_down.connect(weak=False)
def _tell_workers(**_: Any) -> None:
    _shutting_down.set()


@shared_task(name="messaging.send_due", base=Rung)
def send_due() -> None:
    watching.watch_database()
    rounds.send_due(seconds=WORK_SECONDS, must_stop=_shutting_down.is_set)


@shared_task(name="messaging.merge_callbacks")
def merge_callbacks() -> None:
    callbacks.merge_callbacks(seconds=WORK_SECONDS)


@shared_task(name="messaging.carry_notices", base=Rung)
def carry_notices() -> None:
    outbox.carry_notices()


@shared_task(name="messaging.follow_clock")
def follow_clock() -> None:
    lifecycle.follow_clock()


@shared_task(name="messaging.start_due", base=Rung)
def start_due() -> None:
    lifecycle.start_due()


@shared_task(name="messaging.take_censuses", base=Rung)
def take_censuses() -> None:
    counting.take_censuses(seconds=WORK_SECONDS)


@shared_task(name="messaging.certify", base=Rung)
def certify() -> None:
    certifying.certify()


@shared_task(name="messaging.judge_waves", base=Rung)
def judge_waves() -> None:
    judging.judge_waves()


@shared_task(name="messaging.finish_runs", base=Rung)
def finish_runs() -> None:
    lifecycle.finish_runs()


@shared_task(name="messaging.fold_counts")
def fold_counts() -> None:
    folding.fold_counts()


@shared_task(name="messaging.attribute_answers")
def attribute_answers() -> None:
    attributing.attribute_answers()


@shared_task(name="messaging.retain")
def retain() -> None:
    retaining.retain()


@shared_task(name="messaging.flag_stuck")
def flag_stuck() -> None:
    leasing.flag_stuck()


@shared_task(name="messaging.reconcile")
def reconcile() -> None:
    reconciling.reconcile()


@shared_task(name="messaging.follow_up")
def follow_up() -> None:
    following_up.follow_up()


@shared_task(name="messaging.check_faulty_providers", base=Rung)
def check_faulty_providers() -> None:
    mending.check_faulty_providers()


@shared_task(name="messaging.watch_database")
def watch_database() -> None:
    watching.watch_database()


@shared_task(name="messaging.reconcile_restored")
def reconcile_restored() -> None:
    restoring.reconcile_restored()


@shared_task(name="messaging.check_drift")
def check_drift() -> None:
    drifting.check_drift(is_due_only=True)


@shared_task(name="messaging.take_deactivations")
def take_deactivations() -> None:
    deactivating.take_deactivations()
