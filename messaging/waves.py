"""First waves: how the first people of a run took it, while the others are held."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count, Max, Q

from messaging.clock import GateNow
from messaging.models import Outbound, Run, SmsMessage
from messaging.results import opt_outs_after
from messaging.states import Reason, State


@dataclass(frozen=True, slots=True)
class Wave:
    """The figures of a run that begins with a first wave.

    `failed` of the `texted` failed, or the carrier gave no answer; `opted_out` of them opted out since. `leaving` are
    due or on the way to the carrier; `later` leave at their lawful hour, and are not waited for where others have
    left; `held` are all who wait for the verdict. `last` is when the latest text left.
    """

    run: Run
    texted: int
    failed: int
    opted_out: int
    leaving: int
    later: int
    held: int
    last: dt.datetime | None

    @property
    def judged_from(self) -> dt.datetime | None:
        """When it has been waited for long enough; None while texts are leaving, or none has left."""
        if self.last is None or self.leaving:
            return None
        return self.last + dt.timedelta(minutes=self.run.message.first_wave_wait)

    @property
    def excesses(self) -> Sequence[str]:
        """What is above its limit, in words; nothing when the others may go."""
        message = self.run.message
        asked = ((self.failed, "failed", message.first_wave_failed),
                 (self.opted_out, "opted out", message.first_wave_opt_outs))  # fmt: skip
        return [
            f"{intcomma(people)} {what} ({_percent(people, self.texted)} %; at most {limit.normalize():f} % may)"
            for people, what, limit in asked
            if 100 * people > limit * self.texted
        ]

    def __str__(self) -> str:
        people = "person" if self.texted == 1 else "people"
        return (
            f"Of the first {intcomma(self.texted)} {people} {intcomma(self.failed)} failed and "
            f"{intcomma(self.opted_out)} opted out"
        )


def _percent(people: int, of: int) -> str:
    return f"{round(Decimal(100 * people) / of, 1).normalize():f}"


def wave_of(run: Run) -> Wave:
    """The figures of a run's first wave as they are now."""
    held = Q(state=State.QUEUED, reason=Reason.HELD_FOR_FIRST_WAVE)
    waits, gone = Q(state=State.QUEUED) & ~held, Q(claimed_at__isnull=False)
    is_due = Q(due_at__lte=GateNow())
    found = Outbound.objects.filter(run=run).aggregate(
        texted=Count("pk", filter=gone & ~Q(state__in=[State.QUEUED, State.SENDING])),
        failed=Count("pk", filter=gone & Q(state__in=[State.FAILED, State.UNCERTAIN])),
        leaving=Count("pk", filter=Q(state=State.SENDING) | (waits & is_due)),
        later=Count("pk", filter=waits & ~is_due),
        held=Count("pk", filter=held),
        last=Max("claimed_at"),
    )
    return Wave(run=run, opted_out=opt_outs_after(run), **found)


def shown_wave(message: SmsMessage) -> Wave | None:
    """The first wave of a message's latest run; None where there is none, or it was over before there was a verdict."""
    runs = message.runs.exclude(wave=Run.Wave.NONE).select_related("message") if message.has_first_wave else None
    run = runs.first() if runs is not None else None
    if run is None or (run.wave_judged_at is None and run.state != Run.State.OPEN):
        return None
    return wave_of(run)
