"""Moving a campaign from state to state: compare-and-swap in the database, so that two clicks make one move."""

from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.lifecycle import CLOSED, MOVES, Move, State
from campaigns.models import Campaign
from campaigns.refusals import Refused

LAUNCH_PERMISSION = "campaigns.launch_campaign"
_CANNOT = {
    Move.LAUNCH: gettext_lazy("“%(name)s” is %(state)s: it cannot launch now. Reload the page."),
    Move.PAUSE: gettext_lazy("“%(name)s” is %(state)s: it cannot pause now. Reload the page."),
    Move.RESUME: gettext_lazy("“%(name)s” is %(state)s: it cannot resume now. Reload the page."),
    Move.END: gettext_lazy("“%(name)s” is %(state)s: it cannot end now. Reload the page."),
    Move.CANCEL: gettext_lazy("“%(name)s” is %(state)s: it cannot cancel now. Reload the page."),
}


def why_not(campaign: Campaign, move: Move) -> str:
    """Why the state of `campaign`, as it was read, does not allow a move, as a sentence; empty when it does."""
    step, state = MOVES[move], State(campaign.state)
    if state in step.sources:
        return ""
    now = campaign.get_state_display().lower()
    # Launch and resume lead to *scheduled*, from where the clock goes on to *live*.
    if state is step.target or (step.target is State.SCHEDULED and state is State.LIVE):
        return _("“%(name)s” is %(state)s already.") % {"name": campaign.name, "state": now}
    return str(_CANNOT[move] % {"name": campaign.name, "state": now})


def move(*, campaign: Campaign, move: Move, by: Actor, reason: str = "", cause: str = "") -> None:
    """Make one move inside the caller's transaction, or raise `Refused` when the state does not allow it.

    `reason` is shown on top of a paused campaign. `cause` is a word for a fault that paused it and that may end by
    itself; a person's own pause has none.
    """
    by.require(LAUNCH_PERMISSION)
    step = MOVES[move]
    pauses = move is Move.PAUSE
    changes: dict[str, object] = {
        "state": step.target,
        "pause_reason": reason[:255] if pauses else "",
        "pause_cause": cause,
        "paused_at": Now() if pauses else None,
    }
    if move is Move.LAUNCH:
        changes["launched_at"] = Now()
    if step.target in CLOSED:
        changes["closed_at"] = Now()
    changed = Campaign.objects.filter(pk=campaign.pk, state__in=step.sources).update(**changes)
    campaign.refresh_from_db()
    if not changed:
        raise Refused("wrong_state", why_not(campaign, move))
    record(by=by, act=f"campaign.{move}", of=campaign, reason=reason)
    if step.target is State.SCHEDULED:
        begin_due()
        campaign.refresh_from_db()


def begin_due() -> int:
    """Set live what is scheduled and has reached its time, by the database's clock. Returns how many."""
    due = Campaign.objects.filter(state=State.SCHEDULED).filter(Q(starts_at__isnull=True) | Q(starts_at__lte=Now()))
    return due.update(state=State.LIVE)


def end_due() -> list[int]:
    """End what has reached the end of its runtime. Returns the ids, for the apps that hold things for them."""
    running = Q(state__in=[State.LIVE, State.SCHEDULED, State.PAUSED])
    due = Campaign.objects.select_for_update(skip_locked=True).filter(running, ends_at__lte=Now())
    ids = list(due.values_list("pk", flat=True))
    Campaign.objects.filter(pk__in=ids).update(state=State.ENDED, closed_at=Coalesce(F("ends_at"), Now()))
    return ids
