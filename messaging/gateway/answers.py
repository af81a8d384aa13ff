"""What an HTTP answer of Twilio means: a good one passes, any other one is told apart by whether it was processed."""

import json
import re
import time
from email.utils import parsedate_to_datetime
from typing import Any

from messaging.gateway import sentences
from messaging.gateway.errors import ErrorClass, as_code, classify, explain
from messaging.gateway.outcomes import Outcome, Refused, RetryLater, Uncertain
from messaging.gateway.transport import Answer, MaybeSent

# Without a Retry-After, and after a connection that could not be made.
SHORT_WAIT_SECONDS = 5.0
_LONGEST_WAIT_SECONDS = 3600.0
# Refused until a queue at Twilio drains (21611): asking each few seconds would help nobody.
_QUEUE_WAIT_SECONDS = 300.0
# Twilio's own codes have five digits; its client puts the HTTP status where a code is missing.
_SMALLEST_TWILIO_CODE = 10_000
_LONG_NUMBER = re.compile(r"\d(?=\d{4})")


class Busy(Exception):
    """HTTP 429: never processed (twilio.com/docs/api/errors/20429). `asked_for` is its Retry-After, None without."""

    def __init__(self, asked_for: float | None, code: int | None) -> None:
        super().__init__(code)
        self.asked_for = asked_for
        self.after_seconds = SHORT_WAIT_SECONDS if asked_for is None else asked_for
        self.code = code


class Refusal(Exception):
    """A definite no: an HTTP status from 400 to 499."""

    def __init__(self, status: int, code: int | None, message: str) -> None:
        super().__init__(code or status)
        self.status = status
        self.code = code
        self.message = message


def judge(answer: Answer) -> None:
    """Let a good answer pass, whatever its text, and raise what any other one means: Busy, Refusal or MaybeSent."""
    if 200 <= answer.status < 300:
        return
    if not 400 <= answer.status < 500 or answer.status == 408:
        raise MaybeSent(sentences.STATUS % {"status": answer.status})
    said = _json_object(answer.text)
    code = as_code(said.get("code"))
    code = code if code is not None and code >= _SMALLEST_TWILIO_CODE else None
    if answer.status == 429:
        raise Busy(_retry_after(answer.headers.get("retry-after")), code)
    raise Refusal(answer.status, code, str(said.get("message") or ""))


def _json_object(text: str) -> dict[str, Any]:
    """What the text holds; nothing when it is no JSON object."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _retry_after(header: str | None) -> float | None:
    """Seconds from a Retry-After header, which holds seconds or a date; None if it holds neither."""
    try:
        seconds = float(header or "")
    except ValueError:
        try:
            seconds = parsedate_to_datetime(header or "").timestamp() - time.time()
        except ValueError:
            return None
    # The comparison also leaves out "nan".
    return min(max(seconds, 1.0), _LONGEST_WAIT_SECONDS) if seconds == seconds else None


def refused(refusal: Refusal) -> Outcome:
    """What becomes of a text whose request was refused."""
    kind = classify(refusal.code)
    if kind is ErrorClass.UNCERTAIN:
        return Uncertain(explain(refusal.code))
    if kind is ErrorClass.WAIT:
        return RetryLater(_QUEUE_WAIT_SECONDS, refusal.code)
    return Refused(_kind(refusal), refusal.code, sentence(refusal))


def _kind(refusal: Refusal) -> ErrorClass:
    # A bare 401 or 403 (a proxy's, say) stands before every text alike.
    if refusal.code is None and refusal.status in (401, 403):
        return ErrorClass.ACCOUNT_CONFIG
    return classify(refusal.code)


def sentence(refusal: Refusal) -> str:
    """Our sentence for a code we know; else Twilio's words too, phone numbers cut to their last digits."""
    if refusal.code is None:
        return sentences.NO_CODE % {"status": refusal.status}
    if classify(refusal.code) is not ErrorClass.UNKNOWN:
        return explain(refusal.code)
    said = _LONG_NUMBER.sub("•", refusal.message[:200])
    return f"{explain(refusal.code)} {sentences.SAID % {'words': said}}" if said else explain(refusal.code)
