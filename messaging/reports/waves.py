"""First waves: how the first people of a run took it, while the others are held."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count, Max, Q, Sum
from django.utils.translation import gettext_noop, ngettext

from campaigns.language import storable
from messaging.clock import GateNow
from messaging.models import Outbound, OutcomeCount, Run, SmsMessage
from messaging.reports.answers import opt_outs_after
from messaging.states import Reason, State

# What left; of an uncertain text the carrier gives no account, which is no success.
_FAILED: Final = (State.FAILED, State.UNCERTAIN)
_GONE: Final = (State.ACCEPTED, State.SENT, State.DELIVERED, *_FAILED)
# What is kept of a verdict.
_WITHIN: Final = storable(
    gettext_noop(
        "Of the first %(texted)s people %(failed)s failed and %(opted_out)s opted out: "
        "within the limits, so that the others follow."
    )
)
_WITHIN_OF_ONE: Final = storable(
    gettext_noop(
        "Of the first %(texted)s person %(failed)s failed and %(opted_out)s opted out: "
        "within the limits, so that the others follow."
    )
)
# By whether too many failed, and whether too many opted out.
_STOPPED: Final = {
    (True, False): storable(
        gettext_noop(
            "The first wave stopped itself: of %(texted)s people "
            "%(failed)s failed (%(failed_share)s %%; at most %(failed_limit)s %% may)."
        )
    ),
    (False, True): storable(
        gettext_noop(
            "The first wave stopped itself: of %(texted)s people "
            "%(opted_out)s opted out (%(opted_out_share)s %%; at most %(opted_out_limit)s %% may)."
        )
    ),
    (True, True): storable(
        gettext_noop(
            "The first wave stopped itself: of %(texted)s people "
            "%(failed)s failed (%(failed_share)s %%; at most %(failed_limit)s %% may) and "
            "%(opted_out)s opted out (%(opted_out_share)s %%; at most %(opted_out_limit)s %% may)."
        )
    ),
}


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
    def exceeds(self) -> bool:
        """Whether more failed or opted out than may, so that the others are not to go."""
        return any(self._too_many)

    @property
    def verdict(self) -> str:
        """What came of it, as an English sentence that is `storable`."""
        message = self.run.message
        if not self.exceeds:
            within = _WITHIN_OF_ONE if self.texted == 1 else _WITHIN
            return within % self._figures
        return _STOPPED[self._too_many] % {
            **self._figures,
            "texted": self.texted,
            "failed_share": _percent(self.failed, self.texted),
            "opted_out_share": _percent(self.opted_out, self.texted),
            "failed_limit": f"{message.first_wave_failed.normalize():f}",
            "opted_out_limit": f"{message.first_wave_opt_outs.normalize():f}",
        }

    @property
    def _too_many(self) -> tuple[bool, bool]:
        """Whether more than may have failed, and opted out."""
        message = self.run.message
        return (
            100 * self.failed > message.first_wave_failed * self.texted,
            100 * self.opted_out > message.first_wave_opt_outs * self.texted,
        )

    @property
    def _figures(self) -> Mapping[str, str]:
        figures = {"texted": self.texted, "failed": self.failed, "opted_out": self.opted_out}
        return {name: intcomma(people) for name, people in figures.items()}

    def __str__(self) -> str:
        said = ngettext(
            "Of the first %(texted)s person %(failed)s failed and %(opted_out)s opted out",
            "Of the first %(texted)s people %(failed)s failed and %(opted_out)s opted out",
            self.texted,
        )
        return said % self._figures


def _percent(people: int, of: int) -> str:
    return f"{round(Decimal(100 * people) / of, 1).normalize():f}"


def wave_of(run: Run) -> Wave:
    """The figures of a run's first wave as they are now. Who is held is counted by the database, not row by row."""
    texts = Outbound.objects.filter(run=run)
    gone = texts.filter(state__in=_GONE).aggregate(
        texted=Count("pk"), failed=Count("pk", filter=Q(state__in=_FAILED)), last=Max("claimed_at")
    )
    due = texts.filter(state=State.QUEUED, due_at__lte=GateNow()).count()
    sending = texts.filter(state=State.SENDING).count()
    queued, held = _waiting(run)
    return Wave(
        run=run,
        opted_out=opt_outs_after(run),
        leaving=due + sending,
        later=max(queued - held - due, 0),
        held=held,
        **gone,
    )


def _waiting(run: Run) -> tuple[int, int]:
    """How many of a run wait, and how many of those for the first wave."""
    counts = OutcomeCount.objects.filter(run=run, state=State.QUEUED)
    found = counts.aggregate(all=Sum("number"), held=Sum("number", filter=Q(reason=Reason.HELD_FOR_FIRST_WAVE)))
    return found["all"] or 0, found["held"] or 0


def shown_wave(message: SmsMessage) -> Wave | None:
    """The first wave of a message's latest run; None where there is none, or it was over before there was a verdict.

    After the verdict it is what stands, and is not counted again.
    """
    runs = message.runs.exclude(wave=Run.Wave.NONE).select_related("message") if message.has_first_wave else None
    run = runs.first() if runs is not None else None
    if run is None or (run.wave_judged_at is None and run.state != Run.State.OPEN):
        return None
    if run.wave_judged_at is None:
        return wave_of(run)
    return Wave(run, texted=0, failed=0, opted_out=0, leaving=0, later=0, held=_waiting(run)[1], last=None)
