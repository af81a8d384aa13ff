"""What segments may ask about texts that people had: `campaigns.vocabulary.MessageHistory`, told from above."""

from collections.abc import Mapping
from typing import Final

from django.db.models import Exists, OuterRef, Q

from messaging.models import Outbound, Run, SmsMessage
from messaging.states import State

WENT_OUT: Final = frozenset({State.SENDING, State.UNCERTAIN, State.ACCEPTED, State.SENT, State.DELIVERED})
"""The states of a text that was handed over and not refused. Whoever may have it counts as having been sent it."""


class MessageHistory:
    """The messages by name, and to whom each went out."""

    def names(self) -> Mapping[str, str]:
        """The messages by their number, the newest first, as ``Campaign: message``."""
        rows = SmsMessage.objects.order_by("-pk").values_list("pk", "campaign__name", "name")
        return {str(key): f"{campaign}: {name}" for key, campaign, name in rows}

    def was_sent(self, message: int) -> Q:
        """Customers to whom it went out in any of its runs. A text that failed, or never left, was not sent."""
        runs = Run.objects.filter(message=message).values("pk")
        return Q(Exists(Outbound.objects.filter(customer=OuterRef("pk"), run__in=runs, state__in=sorted(WENT_OUT))))
