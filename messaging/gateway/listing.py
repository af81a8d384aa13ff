"""What a carrier lists: the texts and the numbers of an account."""

import datetime as dt
from dataclasses import dataclass, field

from optins.keywords import SenderKind


@dataclass(frozen=True, slots=True)
class Listed:
    """One text in the carrier's books, ours or (`is_inbound`) a person's. `sender` is None until a messaging service
    has chosen one.

    `status` is the carrier's word. `body` is empty when it was redacted there.
    """

    sid: str
    is_inbound: bool
    status: str
    to: str = field(repr=False)
    sender: str | None
    messaging_service_sid: str | None
    body: str = field(repr=False)
    created_at: dt.datetime
    error_code: int | None

    def came_from(self, sender: str, *, since: dt.datetime) -> bool:
        """Whether it left by this number, short code or messaging service, at that time or later."""
        return sender in (self.sender, self.messaging_service_sid) and self.created_at >= since


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """A sender of the account. `address` is what texts are sent from: E.164, a short code or an `MG…` SID.

    `sms_url` is where its inbound texts go now, empty when nowhere. `messaging_service_sid` names the service
    whose pool the number is in.
    """

    address: str
    kind: SenderKind
    sid: str
    friendly_name: str
    sms_url: str
    messaging_service_sid: str | None
