"""What becomes of status callbacks that the database would not have: a person tries one again, or discards it."""

from typing import Final

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.refusals import Refused
from messaging.models import PendingCallback

log = structlog.get_logger(__name__)

HANDLE: Final = "messaging.handle_callback"


@transaction.atomic
def try_again(*, callback: PendingCallback, by: Actor) -> None:
    """Let the next merge have it, with all others. What still cannot be merged is put aside anew."""
    by.require(HANDLE)
    _require_put_aside(callback)
    PendingCallback.objects.filter(pk=callback.pk).update(problem="")
    record(by=by, act="callback.retry", of=callback, problem=callback.problem)


@transaction.atomic
def discard(*, callback: PendingCallback, by: Actor) -> None:
    """Forget it for good. The text that it is about is asked for at the carrier, as when a callback never comes."""
    by.require(HANDLE)
    _require_put_aside(callback)
    record(by=by, act="callback.discard", of=callback, problem=callback.problem)
    PendingCallback.objects.filter(pk=callback.pk).delete()
    log.info("callback_discarded", callback=callback.pk)


def _require_put_aside(callback: PendingCallback) -> None:
    still = PendingCallback.objects.select_for_update().exclude(problem="").filter(pk=callback.pk)
    if not still.exists():
        raise Refused("wrong_state", _("Somebody has tried this callback again, or discarded it, already."))
