"""First waves: judging how the first people of a run took it, and letting the others go, or pausing.

Everybody is held from the start (`messaging.actions.runs.freezing`), so that the claim knows nothing of waves: who may
leave is due, and who is held is not. The first leave while the others are still written. Where a run stands is in its
row; a worker that dies loses nothing.
"""

import math
import time
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_noop as _

from campaigns.actions.moves import move
from campaigns.actors import Actor
from campaigns.bell import ring_after_commit
from campaigns.lifecycle import Move
from campaigns.lifecycle import State as CampaignState
from campaigns.locks import alone
from campaigns.models import Campaign
from messaging.actions.runs.releasing import release
from messaging.clock import GateNow, gate_now
from messaging.models import Outbound, Run, SmsMessage
from messaging.reports.waves import Wave, wave_of
from messaging.states import Reason, State

log = structlog.get_logger(__name__)

JUDGE_WAVES: Final = "messaging.judge_waves"
_JUDGE: Final = Actor.system(_("first wave"))
_LOCK: Final = 7_062_006
_NOBODY: Final = _("Nobody was texted.")
_THE_OTHERS: Final = _("To resume sends to all others as well.")
_RESUMED: Final = _("Somebody resumed it.")


def judge_waves(*, seconds: float = 2.0) -> None:
    """Take each run that begins with a first wave one step further, where its campaign is live.

    Lets the others go for so many seconds at most, and hands over to the next.
    """
    deadline = time.monotonic() + seconds
    with alone(_LOCK) as mine:
        for pk in _under_way() if mine else ():
            while _step(pk):
                if time.monotonic() >= deadline:
                    ring_after_commit(JUDGE_WAVES)
                    return


def _under_way() -> list[int]:
    held = Outbound.objects.filter(run=OuterRef("pk"), state=State.QUEUED, reason=Reason.HELD_FOR_FIRST_WAVE)
    runs = Run.objects.filter(state=Run.State.OPEN, campaign__state=CampaignState.LIVE, frozen_at__isnull=False)
    begun = Q(wave__in=[Run.Wave.WAITING, Run.Wave.FIRST])
    return list(
        runs.filter(begun | (~Q(wave=Run.Wave.NONE) & Exists(held))).order_by("pk").values_list("pk", flat=True)
    )


@transaction.atomic
def _step(run_id: int) -> bool:
    """One step of one run; False when there is nothing more to do now."""
    # The campaign first, as whoever moves it does: two that hold one each would wait for each other.
    campaigns = Campaign.objects.filter(pk__in=Run.objects.filter(pk=run_id).values("campaign"))
    if campaigns.filter(state=CampaignState.LIVE).select_for_update().first() is None:
        return False
    open_run = Run.objects.filter(pk=run_id, state=Run.State.OPEN)
    run = open_run.select_for_update(of=("self",)).select_related("message", "campaign").first()
    return _STEPS[run.wave](run) if run is not None else False


def _begin(run: Run) -> bool:
    """Let those of the first people go that are still lacking when the audience is complete."""
    size = run.message.first_wave or 0
    if run.message.first_wave_unit == SmsMessage.WaveUnit.PERCENT:
        held = Outbound.objects.filter(run=run, state=State.QUEUED, reason=Reason.HELD_FOR_FIRST_WAVE).count()
        size = math.ceil((held + run.wave_people) * size / 100)
    run.wave, run.wave_people = Run.Wave.FIRST, run.wave_people + release(run, max(size - run.wave_people, 0))
    run.save(update_fields=["wave", "wave_people"])
    log.info("first_wave_begun", run=run.pk, people=run.wave_people)
    return False


def _judge(run: Run) -> bool:
    """Once there was time for receipts and replies: the others go, or the campaign is paused."""
    wave = wave_of(run)
    if wave.leaving:
        return False
    if not wave.texted:
        # All of them were left out at the last moment: with nobody to judge by, others are the first.
        return not wave.later and (_begin_anew(run) if wave.held else _decide(run, Run.Wave.REST, _NOBODY))
    if wave.judged_from is None or wave.judged_from > gate_now():
        return False
    if not wave.exceeds:
        return _decide(run, Run.Wave.REST, wave.verdict)
    return _stop(run, wave)


def _begin_anew(run: Run) -> bool:
    run.wave_people = 0
    return _begin(run)


def _stop(run: Run, wave: Wave) -> bool:
    move(campaign=run.campaign, move=Move.PAUSE, by=_JUDGE, reason=f"{wave.verdict} {_THE_OTHERS}")
    _decide(run, Run.Wave.STOPPED, wave.verdict)
    return False


def _decide(run: Run, wave: Run.Wave, verdict: str) -> bool:
    Run.objects.filter(pk=run.pk).update(wave=wave, wave_verdict=verdict[:255], wave_judged_at=GateNow())
    log.info("first_wave_judged", run=run.pk, wave=wave)
    return True


def _go_on(run: Run) -> bool:
    """Somebody resumed what had stopped itself: they have seen the reason."""
    return _decide(run, Run.Wave.REST, f"{run.wave_verdict} {_RESUMED}")


def _let_go(run: Run) -> bool:
    """Let the next thousands of the others go."""
    return release(run, settings.FREEZE_CHUNK) > 0


_STEPS: Final[Mapping[str, Callable[[Run], bool]]] = {
    Run.Wave.WAITING: _begin,
    Run.Wave.FIRST: _judge,
    Run.Wave.STOPPED: _go_on,
    Run.Wave.REST: _let_go,
}
