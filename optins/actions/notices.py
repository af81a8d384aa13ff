"""What we owe a person as the answer to what they did. Written with the act, carried by messaging."""

import datetime as dt

from django.conf import settings
from django.db.models.functions import Now

from campaigns.bell import ring_after_commit
from campaigns.models import Campaign
from optins.models import Notice, Sender

CARRY_NOTICES = "messaging.carry_notices"


def owe(
    *,
    kind: Notice.Kind,
    number: str,
    sender: Sender,
    body: str,
    campaign: Campaign | None = None,
    customer_id: int | None = None,
    sealed_body: str = "",
    lifetime: dt.timedelta | None = None,
) -> Notice | None:
    """Owe `number` one text from `sender`; None when the loop guard or an empty text forbids it.

    `sealed_body` is the real text where `body` shows it masked (a code). After `lifetime` it is not sent.
    """
    if not body.strip() or (kind is not Notice.Kind.CODE and _too_many(kind, number)):
        return None
    notice = Notice.objects.create(
        kind=kind,
        number=number,
        sender=sender,
        campaign=campaign,
        customer_id=customer_id,
        body=body,
        sealed_body=sealed_body,
        expires_at=None if lifetime is None else Now() + lifetime,
    )
    ring_after_commit(CARRY_NOTICES)
    return notice


def _too_many(kind: Notice.Kind, number: str) -> bool:
    """Two robots cannot loop: a few no-match answers a day, a handful of each other kind an hour.

    Each kind counts for itself, so that a STOP is answered whatever was answered before it.
    """
    answers = Notice.objects.filter(number=number, kind=kind)
    if kind is Notice.Kind.NO_MATCH:
        hours, most = 24, settings.NO_MATCH_PER_DAY
    else:
        hours, most = 1, settings.ANSWERS_PER_HOUR
    return answers.filter(created_at__gt=Now() - dt.timedelta(hours=hours)).count() >= most
