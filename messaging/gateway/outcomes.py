"""What became of one attempt to hand a text to Twilio. There is no other outcome and no exception.

The difference that matters is whether Twilio may have taken the text. `Uncertain` says that it may have, and such a
text is never sent again blindly. `Accepted` says that it did; all others, that it certainly did not.
"""

from dataclasses import dataclass
from typing import NamedTuple

from messaging.gateway.errors import ErrorClass


class Accepted(NamedTuple):
    """Twilio took the text. `parts` is None while Twilio has not counted them (a messaging service)."""

    sid: str
    status: str
    parts: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Twilio did not take the text and will not take it. `code` is None when Twilio gave none."""

    kind: ErrorClass
    code: int | None
    message: str


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Never processed: safe to send again after that many seconds. `code` is None if no answer came.

    With `hold_seconds` the trouble is the account's and not this text's: fewer requests at once, and none for so long.
    """

    after_seconds: float
    code: int | None
    hold_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Twilio may have taken the text. `why` is a sentence for staff, without numbers or text bodies."""

    why: str


@dataclass(frozen=True, slots=True)
class Unsent:
    """Its request was never begun: its time was over, or it was called back."""


@dataclass(frozen=True, slots=True)
class Broken:
    """Its request could not be made, by a fault of ours that the log tells. Nothing has left."""


Outcome = Accepted | Refused | RetryLater | Uncertain | Unsent | Broken
