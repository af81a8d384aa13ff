"""One text in the carrier's books, and how Twilio's REST shows it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Literal

from messaging.simulator.errors import delivery_failure

Direction = Literal["inbound", "outbound-api", "outbound-reply"]
Author = Literal["app", "carrier", "phone"]
Status = Literal[
    "accepted",
    "scheduled",
    "queued",
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "canceled",
    "received",
]

FINAL: frozenset[Status] = frozenset({"delivered", "undelivered", "failed", "canceled", "received"})

_PRICE_PER_PART = 0.0079


def now() -> datetime:
    """The carrier's clock."""
    return datetime.now(UTC)


def rfc2822(moment: datetime | None) -> str | None:
    """A date as the 2010-04-01 API writes it: RFC 2822 in GMT, whole seconds."""
    return format_datetime(moment) if moment else None


@dataclass(frozen=True, slots=True)
class Answered:
    """What a webhook answered to one call: `about` is the status told, `problem` a sentence or None.

    `explanation` is what the app says that it did with an inbound text; blank when it says nothing.
    """

    about: Status
    http_status: int | None
    problem: str | None
    explanation: str = ""


@dataclass(slots=True)
class Message:
    """A text from or to a handset.

    accepted | scheduled | queued → sent → delivered | undelivered; or failed, canceled; inbound: received.
    `sender` is None until a messaging service has chosen one. `author` tells our own answers from the app's.
    `sequence` is its place in the books.
    """

    sid: str
    account_sid: str
    direction: Direction
    author: Author
    sender: str | None
    to: str
    body: str
    status: Status
    parts: int
    service_sid: str | None = None
    status_callback: str | None = None
    send_at: datetime | None = None
    sequence: int = 0
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    sent: datetime | None = None
    error_code: int | None = None
    answers: list[Answered] = field(default_factory=list)

    @property
    def phone(self) -> str:
        """The handset's number, whichever way the text went."""
        return self.sender or "" if self.direction == "inbound" else self.to

    @property
    def uri(self) -> str:
        """Its address in the REST API."""
        return f"/2010-04-01/Accounts/{self.account_sid}/Messages/{self.sid}.json"

    def move(self, status: Status, error_code: int | None = None) -> None:
        """Enters a status, now."""
        self.status = status
        self.error_code = error_code
        self.updated = now()
        if status in {"sent", "received"}:
            self.sent = self.updated

    def as_twilio(self) -> dict[str, object]:
        """The Message resource: twilio-oai, twilio_api_v2010.json."""
        waits_for_sender = self.sender is None
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": rfc2822(self.created),
            "date_sent": rfc2822(self.sent),
            "date_updated": rfc2822(self.updated),
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": delivery_failure(self.error_code) if self.error_code else None,
            "from": self.sender,
            "to": self.to,
            "messaging_service_sid": self.service_sid,
            "num_media": "0",
            "num_segments": "0" if waits_for_sender else str(self.parts),
            "price": f"-{self.parts * _PRICE_PER_PART:.5f}" if self.sent else None,
            "price_unit": "USD",
            "status": self.status,
            "subresource_uris": {"media": self.uri.removesuffix(".json") + "/Media.json"},
            "uri": self.uri,
        }
