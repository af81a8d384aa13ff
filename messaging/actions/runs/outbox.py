"""Rows into the outbox, and waiting rows out of it."""

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from campaigns.bell import ring_after_commit
from messaging.models import Outbound
from messaging.states import Reason, State
from optins.models import Notice

SEND_DUE = "messaging.send_due"
CARRY_AT_ONCE = 500


@transaction.atomic
def carry_notices() -> int:
    """Carry what we owe people from the notices to the outbox. Returns how many; runs safely beside itself."""
    notices = list(
        Notice.objects.filter(carried_at__isnull=True)
        .order_by("pk")
        .select_for_update(skip_locked=True)[:CARRY_AT_ONCE]
    )
    Outbound.objects.bulk_create([_outbound(notice) for notice in notices])
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(carried_at=Now(), sealed_body="")
    if notices:
        ring_after_commit(SEND_DUE)
    return len(notices)


def cancel_waiting(*, which: Q, reason: Reason) -> int:
    """Cancel the matching campaign texts that are still ours to stop, in the caller's transaction.

    Takes each row's lock, so that a racing claim is before it (the text goes) or after it (it does not).
    They are taken in one order, so that a STOP and the end of a campaign cannot wait for each other in a circle.
    """
    waiting = Outbound.objects.filter(which, kind=Outbound.Kind.CAMPAIGN, state=State.QUEUED)
    locked = waiting.select_for_update(of=("self",)).order_by("pk").values("pk")
    return Outbound.objects.filter(pk__in=locked).update(state=State.CANCELLED, reason=reason, settled_at=Now())


def _outbound(notice: Notice) -> Outbound:
    return Outbound(
        kind=Outbound.Kind.NOTICE,
        notice=notice,
        campaign_id=notice.campaign_id,
        customer_id=notice.customer_id,
        number=notice.number,
        sender_id=notice.sender_id,
        body=notice.body,
        sealed_body=notice.sealed_body,
    )
