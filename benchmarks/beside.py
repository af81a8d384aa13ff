"""A send that runs while something else is measured."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.stage import Stage, frozen
from config.celery import SEND, app
from messaging.actions.runs.outbox import SEND_DUE
from messaging.models import Outbound, Run
from messaging.states import State
from optins.models import Sender

TEXTS_PER_SECOND = 1_000
_POLL_SECONDS = 0.02
_PATIENCE_SECONDS = 60.0


@dataclass
class Send:
    """`per_second` is what really left beside what was measured, once that is over; `note` says if it ended before."""

    per_second: float = 0.0
    note: str = ""


@contextmanager
def a_send(stage: Stage) -> Iterator[Send]:
    """A campaign to everybody by the send worker that is up, 1,000 texts a second: so that it outlasts the block."""
    senders = Sender.objects.filter(pk=stage.sender.pk)
    run, send = frozen(stage, None), Send()
    senders.update(parts_per_second=TEXTS_PER_SECOND)
    app.send_task(SEND_DUE, queue=SEND, expires=5)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not (before := _left(run)):
        if time.monotonic() > deadline:
            raise RuntimeError("The campaign did not begin.")
        time.sleep(_POLL_SECONDS)
    begun = time.perf_counter()
    yield send
    send.per_second = (_left(run) - before) / (time.perf_counter() - begun)
    if not Outbound.objects.filter(run=run, state=State.QUEUED).exists():
        send.note = "the campaign was over before what was measured beside it"
    senders.update(parts_per_second=stage.sender.parts_per_second)


def _left(run: Run) -> int:
    return Outbound.objects.filter(run=run, state=State.ACCEPTED).count()
