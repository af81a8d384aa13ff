"""How soon after a launch the first text is out, with the whole product at work, and what freezing holds in memory."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from os import environ
from pathlib import Path

from benchmarks.stage import BY, Stage, child, forget_texts, message_to, peak_megabytes
from benchmarks.texts import at_the, await_workers, send_workers
from campaigns.models import Campaign, Segment
from config.celery import DEFAULT, app
from config.local.processes import Child
from messaging.actions.campaigns import cancel, launch
from messaging.models import MessagingCampaign, Outbound, Run, SmsMessage
from messaging.states import State

_POLL_SECONDS = 0.01
_PATIENCE_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Launched:
    """`seconds` from the launch until the first text was taken by the carrier and its answer stored; `megabytes` is the
    most that a process of the worker that freezes had held when the whole audience was written."""

    seconds: float
    megabytes: float


@contextmanager
def house(sink_url: str) -> Iterator[Child]:
    """Send worker, worker and beat, up and idle; gives the worker, which freezes."""
    beat = ("celery", "-A", "config", "beat", "--schedule", str(Path(environ["BENCHMARK_FOLDER"]) / "beat"))
    worker = ("celery", "-A", "config", "worker", "-Q", DEFAULT, "--concurrency", "2", "-n", "worker@bench")
    with ExitStack() as stack:
        stack.enter_context(send_workers(sink_url, 1))
        freezing = stack.enter_context(child("worker", *worker, env=at_the(sink_url)))
        await_workers(app, 2)
        stack.enter_context(child("beat", *beat, env=at_the(sink_url)))
        yield freezing


def launch_to(stage: Stage, segment: Segment | None, freezing: Child) -> Launched:
    """Launch a campaign to a segment, or to everybody; cancel it when it has told what is measured."""
    forget_texts()
    campaign = _draft(stage, segment)
    begun = time.perf_counter()
    launch(campaign=campaign, by=BY, at_once=True)
    while not Outbound.objects.filter(state=State.ACCEPTED).exists():
        _wait(begun)
    seconds = time.perf_counter() - begun
    while Run.objects.filter(frozen_at__isnull=True).exists():
        _wait(begun)
    cancel(campaign=campaign, by=BY)
    return Launched(seconds, peak_megabytes(freezing.process.pid))


def _draft(stage: Stage, segment: Segment | None) -> MessagingCampaign:
    """A complete campaign that nobody has launched yet."""
    message = message_to(stage, segment)
    SmsMessage.objects.filter(pk=message.pk).update(state=SmsMessage.State.DRAFT, launched_at=None)
    Campaign.objects.filter(pk=message.campaign_id).update(state="draft", launched_at=None)
    return MessagingCampaign.objects.get(pk=message.campaign_id)


def _wait(begun: float) -> None:
    if time.perf_counter() - begun > _PATIENCE_SECONDS:
        raise RuntimeError("The launched campaign did not begin, or its audience was not frozen.")
    time.sleep(_POLL_SECONDS)
