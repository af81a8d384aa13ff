"""Stopping all sending, and releasing it: within a round of every send worker, whatever else is going on."""

from collections.abc import Sequence
from typing import Final

import structlog
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaigns.actions.audit import record
from campaigns.actions.moves import LAUNCH_PERMISSION
from campaigns.actors import Actor
from campaigns.bell import ring_after_commit
from campaigns.language import storable
from campaigns.refusals import Refused
from messaging.actions.runs.outbox import SEND_DUE
from messaging.models import SendingHold

log = structlog.get_logger(__name__)

_STOPPED: Final = storable(gettext_noop("%(name)s stopped all sending."))


@transaction.atomic
def hold_sending(*, by: Actor, reason: str = "") -> SendingHold:
    """Stop all sending: nothing more is claimed. What is on the wire arrives; what waits goes on waiting."""
    by.require(LAUNCH_PERMISSION)
    said = reason.strip() or _STOPPED % {"name": by.label}
    hold, created = SendingHold.objects.get_or_create(
        cause=SendingHold.Cause.PERSON, released_at=None, defaults={"reason": said[:255], "held_by": by.label}
    )
    if not created:
        raise Refused("wrong_state", _("All sending is stopped already."))
    record(by=by, act="sending.hold", of=hold, reason=hold.reason)
    log.warning("sending_held", cause=hold.cause)
    return hold


@transaction.atomic
def release_sending(*, by: Actor, unreconciled: bool = False) -> Sequence[SendingHold]:
    """Release every hold. One of a restored database must have been reconciled first, unless `unreconciled`."""
    by.require(LAUNCH_PERMISSION)
    holds = list(SendingHold.objects.select_for_update().filter(released_at=None))
    if not holds:
        raise Refused("wrong_state", _("Sending is not stopped."))
    waiting = [hold for hold in holds if hold.since is not None and hold.reconciled_at is None]
    if waiting and not unreconciled:
        raise Refused(
            "not_reconciled",
            _(
                "The carriers have not been asked yet what they sent since the backup was taken. "
                "Wait until that is done, and test the providers' connections if it takes long."
            ),
        )
    SendingHold.objects.filter(pk__in=[hold.pk for hold in holds]).update(released_at=Now(), released_by=by.label)
    for hold in holds:
        record(by=by, act="sending.release", of=hold, reconciled=hold not in waiting)
    log.warning("sending_released", holds=len(holds))
    ring_after_commit(SEND_DUE)
    return holds
