"""What the carrier reports of our texts: callbacks, and what it says when it is asked."""

import uuid

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from messaging.failures import reason_of
from messaging.gateway.errors import ErrorClass, classify
from messaging.models import Outbound, StatusCallback
from messaging.states import SETTLED, Reason, State, from_twilio, origins
from optins.actions.ledger import lock_number
from optins.actions.opting_out import suppress_refused
from optins.models import MessageProvider


@transaction.atomic
def take_callback(
    *, provider: MessageProvider, attempt_id: uuid.UUID | None, sid: str, status: str, error_code: int | None
) -> bool:
    """Keep one status callback and move its text forward. Returns whether it moved anything.

    Callbacks come late, twice and out of order: the allow-list of moves decides, and the rest changes nothing.
    """
    target = from_twilio(status)
    moved = target is not None and advance(
        provider=provider, attempt_id=attempt_id, sid=sid, target=target, error_code=error_code
    )
    StatusCallback.objects.create(
        provider=provider, attempt_id=attempt_id, sid=sid, status=status[:32], error_code=error_code, moved=moved
    )
    return moved


@transaction.atomic
def advance(
    *, provider: MessageProvider, attempt_id: uuid.UUID | None, sid: str, target: State, error_code: int | None
) -> bool:
    """Move the text of an attempt (of a SID, without one) to what the carrier says of it, if that is forward.

    Returns whether it moved. A number that the carrier refuses is suppressed.
    """
    mine = Outbound.objects.filter(sender__provider=provider, state__in=sorted(origins(target)))
    which = mine.filter(sid=sid) if attempt_id is None else mine.filter(attempt_id=attempt_id)
    kind = classify(error_code)
    if kind is ErrorClass.SUPPRESSED:
        # The number's lock before the row's: a STOP takes them in this order too.
        for number in which.values_list("number", flat=True):
            lock_number(number)
    row = which.select_for_update(of=("self",)).select_related("sender__pool").first()
    if row is None or not _is_known_as(row, sid):
        return False
    changes: dict[str, object] = {"state": target, "sid": sid, "sealed_body": "", "reason": ""}
    if target in SETTLED:
        changes["settled_at"] = Now()
    else:
        changes["ask_at"] = Now() + settings.FINAL_STATUS_AFTER
    if target in (State.FAILED, State.CANCELLED):
        changes |= {"reason": _failed_because(target, kind, error_code), "error_code": error_code}
    Outbound.objects.filter(pk=row.pk).update(**changes)
    if kind is ErrorClass.SUPPRESSED:
        suppress_refused(number=row.number, sender=row.sender, code=error_code or 0)
    return True


def _is_known_as(row: Outbound, sid: str) -> bool:
    """Whether `sid` is this text's, or can become it: not while another text has it."""
    return row.sid == sid if row.sid else not Outbound.objects.filter(sid=sid).exists()


def _failed_because(target: State, kind: ErrorClass, error_code: int | None) -> Reason:
    if target is State.CANCELLED:
        return Reason.CAMPAIGN_CANCELLED
    return Reason.UNDELIVERED if error_code is None else reason_of(kind)
