"""Campaigns that the send worker paused for a fault of the account or the sender, and that go on once it is mended.

A person's own pause has no cause, and is left to people.
"""

from collections.abc import Callable, Collection

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_noop as _

from campaigns.actions.moves import move
from campaigns.actors import Actor
from campaigns.bell import ring_after_commit
from campaigns.lifecycle import Move, State
from campaigns.models import Campaign
from messaging.actions.runs.outbox import SEND_DUE
from messaging.gateway.twilio import ProviderProblem
from messaging.models import Run
from messaging.states import Reason
from optins.models import MessageProvider

log = structlog.get_logger(__name__)

MENDING = Actor.system(_("connection check"))
CAUSES = (Reason.ACCOUNT_REFUSED, Reason.SENDER_REFUSED)
_WHY = {
    Reason.ACCOUNT_REFUSED: _("The provider's connection works again."),
    Reason.SENDER_REFUSED: _("The provider's connection works, and the account has the number. It is tried again."),
}


def paused_by_faults(provider: MessageProvider) -> QuerySet[Campaign]:
    """Campaigns that a fault paused while they had texts to send through this provider."""
    runs = Run.objects.filter(campaign=OuterRef("pk"), sender__provider=provider, state=Run.State.OPEN)
    return Campaign.objects.filter(Exists(runs), state=State.PAUSED, pause_cause__in=CAUSES)


def resume_mended(*, provider: MessageProvider, numbers: Callable[[], Collection[str]]) -> int:
    """Resume what a fault of this provider paused, which has just been found to answer. Returns how many.

    Where a sender was at fault, the account must have it: `numbers` is asked for the account's, if need be.
    """
    paused = list(paused_by_faults(provider))
    if any(campaign.pause_cause == Reason.SENDER_REFUSED for campaign in paused):
        try:
            known = numbers()
        except ProviderProblem as problem:
            log.warning("numbers_not_known", provider=provider.pk, problem=str(problem))
            known = ()
        paused = [each for each in paused if each.pause_cause != Reason.SENDER_REFUSED or _has_senders(each, known)]
    return sum(_resume(campaign) for campaign in paused)


def _has_senders(campaign: Campaign, known: Collection[str]) -> bool:
    used = Run.objects.filter(campaign=campaign, state=Run.State.OPEN).values_list("sender__address", flat=True)
    return set(used) <= set(known)


@transaction.atomic
def _resume(campaign: Campaign) -> bool:
    """Resume one, unless somebody moved it meanwhile."""
    still = Campaign.objects.select_for_update().filter(pk=campaign.pk, state=State.PAUSED, pause_cause__in=CAUSES)
    row = still.first()
    if row is None:
        return False
    move(campaign=row, move=Move.RESUME, by=MENDING, reason=_WHY[Reason(row.pause_cause)])
    ring_after_commit(SEND_DUE)
    return True
