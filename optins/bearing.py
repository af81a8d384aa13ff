"""How a number stands towards the sender that it texts, in one statement (`campaigns.statements`)."""

from dataclasses import dataclass
from typing import Final

from campaigns.statements import prepared
from optins.models import Sender

# In the words of `queries.latest_pending` and `queries.standing_suppressions`.
_BEARING: Final = """
    SELECT EXISTS (
               SELECT FROM optins_subscription
               WHERE number = %(number)s AND state = 'pending' AND pending_until > statement_timestamp()
                     AND sender_id = ANY(%(senders)s::bigint[])
           ),
           EXISTS (SELECT FROM optins_subscription WHERE number = %(number)s AND stopped_on_id = %(scope)s),
           coalesce(bool_or(sender_id IS NULL OR sender_id = ANY(%(senders)s::bigint[])), false),
           coalesce(bool_or(sender_id = ANY(%(senders)s::bigint[])), false)
    FROM optins_suppression WHERE number = %(number)s AND lifted_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Bearing:
    """`has_pending`: a double opt-in waits for a YES. `has_stopped`: a STOP on this sender ended a subscription.
    `is_suppressed`: no text may go back; `is_blocked`: for what the carrier heard or refused here."""

    has_pending: bool
    has_stopped: bool
    is_suppressed: bool
    is_blocked: bool


def bearing(*, sender: Sender, number: str) -> Bearing:
    """How `number` (E.164) stands towards `sender` and the messaging service that it is in."""
    senders = [pk for pk in (sender.pk, sender.pool_id) if pk is not None]
    with prepared() as cursor:
        cursor.execute(_BEARING, {"number": number, "senders": senders, "scope": sender.scope.pk})
        return Bearing(*cursor.fetchone())
