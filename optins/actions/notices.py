"""What we owe a person as the answer to what they did. Written with the act, carried by messaging."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

from campaigns.bell import ring_after_commit
from campaigns.models import Campaign
from campaigns.statements import prepared
from optins.models import Notice, Sender

CARRY_NOTICES = "messaging.carry_notices"

_SEALED: Final = Notice._meta.get_field("sealed_body")

# Without the ORM: it would cost the person who waits for a code more than all the rest of writing it.
_OWE: Final = """
    INSERT INTO optins_notice
                (kind, number, sender_id, campaign_id, customer_id, body, sealed_body, expires_at)
    VALUES (%(kind)s, %(number)s::varchar, %(sender)s, %(campaign)s, %(customer)s::bigint, %(body)s, %(sealed)s,
            statement_timestamp() + %(lifetime)s::interval)
"""


def owe(
    *,
    kind: Notice.Kind,
    number: str,
    sender: Sender,
    body: str,
    campaign: Campaign | None = None,
    customer_id: int | None = None,
    lifetime: dt.timedelta | None = None,
) -> bool:
    """Owe `number` one text from `sender`, which is not sent after `lifetime`. False when the loop guard or an empty
    text forbids it."""
    if not body.strip() or _too_many(kind, number):
        return False
    campaign_id = None if campaign is None else campaign.pk
    _write(_columns(kind, number, sender.pk, campaign_id, customer_id, body, "", lifetime))
    return True


def owe_code(
    *,
    number: str,
    sender_id: int,
    body: str,
    sealed_body: str,
    lifetime: dt.timedelta | None = None,
    campaign_id: int | None = None,
    customer_id: int | None = None,
    along_with: str = "",
    values: Mapping[str, Any] | None = None,
) -> None:
    """Owe `number` the text that brings a code: `sealed_body`, which `body` shows masked. After `lifetime` it is not
    sent. How often is for the limits on codes to say.

    `along_with` is a `WITH` clause that is written in the same round trip, with `values` of its own; it may use those
    of `number` and `customer` too.
    """
    sealed = _SEALED.get_prep_value(sealed_body)
    columns = _columns(Notice.Kind.CODE, number, sender_id, campaign_id, customer_id, body, sealed, lifetime)
    _write({**(values or {}), **columns}, along_with)


def _columns(
    kind: Notice.Kind,
    number: str,
    sender_id: int,
    campaign_id: int | None,
    customer_id: int | None,
    body: str,
    sealed: str,
    lifetime: dt.timedelta | None,
) -> Mapping[str, Any]:
    return {
        "kind": kind, "number": number, "sender": sender_id, "campaign": campaign_id, "customer": customer_id,
        "body": body, "sealed": sealed, "lifetime": lifetime,
    }  # fmt: skip


def _write(columns: Mapping[str, Any], along_with: str = "") -> None:
    with prepared() as cursor:
        cursor.execute(f"{along_with}{_OWE}", columns)
    ring_after_commit(CARRY_NOTICES)


# Of one number's notices the index gives those of a day.
_LATELY: Final = """
    SELECT count(*) FILTER (WHERE kind = %(kind)s AND is_fresh),
           count(*) FILTER (WHERE kind NOT IN ('opt_out', 'code', 'reply') AND is_fresh),
           count(*) FILTER (WHERE kind = 'no_match')
    FROM (
        SELECT kind, created_at > statement_timestamp() - interval '1 hour' AS is_fresh FROM optins_notice
        WHERE number = %(number)s AND created_at > statement_timestamp() - interval '1 day'
    ) AS answers
"""


def _too_many(kind: Notice.Kind, number: str) -> bool:
    """Two robots cannot loop: a handful of answers an hour, of whatever kind, and of no-match answers a few a day.

    The answer to STOP counts for itself, so that a STOP is answered whatever was answered before it; so do replies,
    which a person writes.
    """
    with prepared() as cursor:
        cursor.execute(_LATELY, {"kind": kind, "number": number})
        of_this_kind, others, unmatched = cursor.fetchone()
    if kind in (Notice.Kind.OPT_OUT, Notice.Kind.REPLY):
        return bool(of_this_kind >= settings.ANSWERS_PER_HOUR)
    if others >= settings.ANSWERS_PER_HOUR:
        return True
    return kind is Notice.Kind.NO_MATCH and bool(unmatched >= settings.NO_MATCH_PER_DAY)
