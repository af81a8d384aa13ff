"""Runs that another person approved: they take people while they are what was approved, and are held when not.

A held run gains nobody. What is in it already was put there as approved, and leaves.
"""

from collections.abc import Collection, Sequence
from dataclasses import astuple

import structlog
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.bell import ring_after_commit
from messaging.launch.approvals import above_ceiling
from messaging.launch.fingerprint import Change
from messaging.models import Approval, Run

log = structlog.get_logger(__name__)

START_DUE = "messaging.start_due"
_CLOCK = Actor.system(gettext_noop("clock"))


@transaction.atomic
def is_too_dear(*, run_id: int) -> bool:
    """Whether a run that has taken nobody yet would cost more than was approved, and so is held from now on.

    An estimate over everybody may take seconds: no row is locked meanwhile.
    """
    waiting = Run.objects.filter(pk=run_id, frozen_through=0, frozen_at__isnull=True, held_at__isnull=True)
    run = waiting.select_related(*MEANT).first()
    return run is not None and hold(run=run, changes=above_ceiling(run.message))


MEANT = ("message__campaign__audience", "message__programme__audience", "message__sender__pool",
         "message__segment_in", "message__segment_out")  # fmt: skip
"""What of a run's message says who is meant, to be read with it."""


def hold(*, run: Run, changes: Sequence[Change]) -> bool:
    """Hold a run for what is not as it was approved, in the caller's transaction. Returns whether anything is."""
    if not changes:
        return False
    said = [astuple(change) for change in changes]
    held = Run.objects.filter(pk=run.pk, state=Run.State.OPEN, held_at__isnull=True)
    if held.update(held_at=Now(), held_for=said):
        # Used up: whoever undoes the change does not bring it back unseen.
        run.message.approvals.filter(state=Approval.State.APPROVED).update(state=Approval.State.WITHDRAWN)
        record(by=_CLOCK, act="run.hold", of=run.message, differs=[change.what for change in changes])
        log.warning("run_held", run=run.pk, differs=[change.what for change in changes])
    return True


def let_go_on(*, messages: Collection[int] | None = None) -> None:
    """Let the held runs of some messages take people again, or all of them, in the caller's transaction."""
    held = Run.objects.filter(held_at__isnull=False)
    if messages is not None:
        held = held.filter(message__in=messages)
    if held.update(held_at=None, held_for=[]):
        ring_after_commit(START_DUE)
