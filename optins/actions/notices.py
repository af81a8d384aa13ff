"""What we owe a person as the answer to what they did. Written with the act, carried by messaging."""

import datetime as dt

from django.conf import settings
from django.db.models import QuerySet
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
    """Two robots cannot loop: a handful of answers an hour, of whatever kind, and of no-match answers a few a day.

    The answer to STOP counts for itself, so that a STOP is answered whatever was answered before it.
    """
    answers = Notice.objects.filter(number=number)
    if kind is Notice.Kind.OPT_OUT:
        return _lately(answers.filter(kind=kind), hours=1) >= settings.ANSWERS_PER_HOUR
    others = answers.exclude(kind__in=[Notice.Kind.OPT_OUT, Notice.Kind.CODE])
    if _lately(others, hours=1) >= settings.ANSWERS_PER_HOUR:
        return True
    unmatched = answers.filter(kind=Notice.Kind.NO_MATCH)
    return kind is Notice.Kind.NO_MATCH and _lately(unmatched, hours=24) >= settings.NO_MATCH_PER_DAY


def _lately(notices: QuerySet[Notice], *, hours: int) -> int:
    return notices.filter(created_at__gt=Now() - dt.timedelta(hours=hours)).count()
