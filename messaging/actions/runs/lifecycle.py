"""Runs: starting what is due by the database's clock, and closing what is done."""

import time
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from campaigns.actions.moves import begin_due, end_due
from campaigns.bell import ring_after_commit
from campaigns.lifecycle import State as CampaignState
from messaging.actions.runs.binding import START_DUE
from messaging.actions.runs.freezing import freeze_due
from messaging.actions.runs.outbox import cancel_waiting
from messaging.models import Outbound, Run, SmsMessage
from messaging.states import SETTLED, Reason, State
from optins.actions.campaigns import release_keywords

log = structlog.get_logger(__name__)

FINISH_RUNS = "messaging.finish_runs"
_WHY_CLOSED: Final = {Run.State.FINISHED: Reason.CAMPAIGN_ENDED, Run.State.CANCELLED: Reason.CAMPAIGN_CANCELLED}


def follow_clock() -> None:
    """Campaigns begin and end at their time. What ends frees its keywords and stops what still waits."""
    begin_due()
    with transaction.atomic():
        ended = end_due()
        if ended:
            release_keywords(campaign_ids=ended)
            close_runs(campaigns=Q(campaign__in=ended), state=Run.State.FINISHED, reason=Reason.CAMPAIGN_ENDED)


def start_due(*, seconds: float = 2.0) -> int:
    """Fire every scheduled message whose time has come in a live campaign. Returns how many.

    Then writes the audiences of what has begun, for so many seconds at most, and hands over to the next.
    """
    due = SmsMessage.objects.filter(
        ~Exists(Run.objects.filter(message=OuterRef("pk"))),
        state=SmsMessage.State.LAUNCHED,
        delivery=SmsMessage.Delivery.SCHEDULED,
        scheduled_for__lte=Now(),
        campaign__state=CampaignState.LIVE,
    )
    started = sum(_fire(pk) for pk in due.values_list("pk", flat=True))
    if not freeze_due(seconds=seconds):
        ring_after_commit(START_DUE)
    return started


@transaction.atomic
def _fire(message_id: int) -> bool:
    """Start one message's run, once: a second scheduler finds the run and leaves."""
    messages = SmsMessage.objects.select_related("programme", "sender")
    message = messages.select_for_update(of=("self",), skip_locked=True).filter(pk=message_id).first()
    if message is None or message.runs.exists():
        return False
    run = open_run(message)
    log.info("run_started", run=run.pk, message=message.pk)
    return True


def open_run(message: SmsMessage) -> Run:
    """Pin what a launched message says and start its run, in the caller's transaction."""
    due_at = message.scheduled_for or message.launched_at
    # The database holds launched messages complete.
    assert message.programme is not None
    assert message.sender is not None
    assert due_at is not None
    return Run.objects.create(
        message=message,
        campaign_id=message.campaign_id,
        programme=message.programme,
        sender=message.sender,
        body=message.text,
        due_at=due_at,
        frozen_at=Now() if message.delivery == SmsMessage.Delivery.TRIGGERED else None,
        wave=Run.Wave.WAITING if message.has_first_wave else Run.Wave.NONE,
    )


def close_runs(*, campaigns: Q, state: Run.State, reason: Reason) -> None:
    """Close the open runs of campaigns that are over, in the caller's transaction; what still waited never goes.

    The runs first: no claim takes a text of theirs any more, and an event that is enrolling somebody at this moment is
    waited for. Then the first of what waits; `finish_runs` cancels the rest, so that to give up a million texts takes
    nobody a minute.
    """
    Run.objects.filter(campaigns, state=Run.State.OPEN).update(state=state, finished_at=Now())
    left = settings.CANCEL_CHUNK
    for pk in Run.objects.filter(campaigns).values_list("pk", flat=True):
        left -= _cancel_some(pk, reason, at_most=left)
    if left <= 0:
        ring_after_commit(FINISH_RUNS)


@transaction.atomic
def _cancel_some(run_id: int, reason: Reason, *, at_most: int) -> int:
    """Cancel the first texts of a run that wait. Returns how many."""
    waiting = Outbound.objects.filter(run=run_id, state=State.QUEUED).order_by("due_at", "pk")
    first = list(waiting.values_list("pk", flat=True)[: max(at_most, 0)])
    return cancel_waiting(which=Q(pk__in=first), reason=reason) if first else 0


def _cancel_what_waits(*, seconds: float) -> bool:
    """Cancel what waits in closed runs: what their closing left, and what came back to the queue from the wire.

    A transaction for each few thousand texts, until so many seconds have passed. Returns whether none is left.
    """
    deadline = time.monotonic() + seconds
    waiting = Exists(Outbound.objects.filter(run=OuterRef("pk"), state=State.QUEUED))
    for state, reason in _WHY_CLOSED.items():
        for pk in list(Run.objects.filter(waiting, state=state).values_list("pk", flat=True)):
            while _cancel_some(pk, reason, at_most=settings.CANCEL_CHUNK):
                if time.monotonic() >= deadline:
                    return False
    return True


def finish_runs(*, seconds: float = 2.0) -> int:
    """Close runs that have nobody left to settle and gain nobody any more. Returns how many.

    Before that cancels what waits in closed runs, for so many seconds at most, and hands over to the next.
    """
    if not _cancel_what_waits(seconds=seconds):
        ring_after_commit(FINISH_RUNS)
    # Said of the states that are meant, so that an index finds one at once, or none.
    unsettled = Outbound.objects.filter(run=OuterRef("pk"), state__in=sorted(set(State) - SETTLED - {State.SENT}))
    still_listening = Q(message__delivery=SmsMessage.Delivery.TRIGGERED) & (
        Q(message__window_until__isnull=True) | Q(message__window_until__gt=Now())
    )
    done = Run.objects.filter(~Exists(unsettled), state=Run.State.OPEN, frozen_at__isnull=False)
    return done.exclude(still_listening).update(state=Run.State.FINISHED, finished_at=Now())
