"""Magic recipients: numbers that make a text fail in a known way, for demos and tests.

The first six are Twilio's own (twilio.com/docs/iam/test-credentials), the others are in the same style.
docs/simulator.md lists them for readers.
"""

from dataclasses import dataclass
from typing import Literal

_PREFIX = "+1500555"

REFUSED: dict[str, int] = {
    f"{_PREFIX}0001": 21211,
    f"{_PREFIX}0002": 21612,
    f"{_PREFIX}0003": 21408,
    f"{_PREFIX}0004": 21610,
    f"{_PREFIX}0008": 21611,
    f"{_PREFIX}0009": 21614,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an accepted text ends. A `lost` one is never heard of again; a `late` one takes its time."""

    status: Literal["delivered", "undelivered", "failed"] = "delivered"
    error_code: int | None = None
    late: bool = False
    lost: bool = False


DELIVERED = Outcome()
BLOCKED = Outcome("failed", 21610)

_OUTCOMES: dict[str, Outcome] = {
    f"{_PREFIX}0130": Outcome(late=True),
    f"{_PREFIX}0303": Outcome("undelivered", 30003),
    f"{_PREFIX}0304": Outcome("undelivered", 30004),
    f"{_PREFIX}0305": Outcome("undelivered", 30005),
    f"{_PREFIX}0306": Outcome("undelivered", 30006),
    f"{_PREFIX}0307": Outcome("undelivered", 30007),
    f"{_PREFIX}0308": Outcome("undelivered", 30008),
    f"{_PREFIX}0999": Outcome(lost=True),
}

Answer = Literal["created", "throttled once", "error", "held"]

_ANSWERS: dict[str, Answer] = {
    f"{_PREFIX}0429": "throttled once",
    f"{_PREFIX}0500": "error",
    f"{_PREFIX}0504": "held",
}


def outcome_for(to: str) -> Outcome:
    """How a text to this number ends: delivered, unless the number is a magic one."""
    return _OUTCOMES.get(to, DELIVERED)


def answer_for(to: str) -> Answer:
    """How the request itself is answered: created, unless the number is a magic one."""
    return _ANSWERS.get(to, "created")
