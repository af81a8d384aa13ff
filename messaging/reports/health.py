"""Whether the house is well, in five signs: what waits, what is uncertain, callbacks, signatures, the review queue."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Final

from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from campaigns.timing import roughly
from messaging.models import Outbound, PendingCallback, StatusCallback
from messaging.reports.figures import long_uncertain_texts, waiting
from messaging.reports.refused import refused_lately
from messaging.states import State
from optins.queries import review_queue

# Seconds from which a text that is due, and a callback that is stored, want a look, and from which somebody must act.
_TEXT_IS_LATE: Final = (60.0, 900.0)
_CALLBACK_IS_LATE: Final = (10.0, 60.0)
_MANY_REFUSED: Final = 100
URGENT_DAYS: Final = 2
"""Business days before the end of a review's time from which it is urgent."""
_LATEST_CALLBACKS: Final = 200
_LATELY: Final = dt.timedelta(days=1)
_FINAL: Final = ("delivered", "undelivered", "failed")


class Tone(StrEnum):
    FINE = "fine"
    LOOK = "look"
    ACT = "act"


class Sign(StrEnum):
    WAITING = "waiting"
    UNCERTAIN = "uncertain"
    CALLBACKS = "callbacks"
    SIGNATURES = "signatures"
    REVIEWS = "reviews"


@dataclass(frozen=True, slots=True)
class Line:
    """One sign: what is looked at, how it stands in words, and whether somebody should look or must act."""

    sign: Sign
    label: str
    text: str
    tone: Tone


def health() -> Sequence[Line]:
    """The five signs. None of them reads more the larger the house is: what they ask of is under way, or the latest."""
    return (_waiting(), _uncertain(), _callbacks(), _signatures(), _reviews())


def _waiting() -> Line:
    texts, seconds = waiting()
    oldest = f"The oldest of {texts:,} that are due waits for {roughly(seconds)}"
    said = oldest if texts else "Nothing that is due waits"
    return Line(Sign.WAITING, "Unsent texts", said, _of(seconds, _TEXT_IS_LATE))


def _uncertain() -> Line:
    texts = Outbound.objects.filter(state=State.UNCERTAIN).count()
    if not texts:
        return Line(Sign.UNCERTAIN, "Uncertain texts", "None", Tone.FINE)
    tone = Tone.ACT if long_uncertain_texts() else Tone.LOOK
    return Line(Sign.UNCERTAIN, "Uncertain texts", f"{texts:,}: the carrier is asked whether it has them", tone)


def _callbacks() -> Line:
    stored = PendingCallback.objects.filter(problem="").order_by("pk").annotate(age=Now() - F("received_at"))
    age = stored.values_list("age", flat=True).first()
    seconds = age.total_seconds() if age else 0.0
    said = f"The oldest was stored {roughly(seconds)} ago and is not merged" if age else "All are merged"
    takes = seconds_to_final()
    if takes is not None:
        said += f"; a final status comes after {roughly(takes)} (median of the latest)"
    return Line(Sign.CALLBACKS, "Callbacks", said, _of(seconds, _CALLBACK_IS_LATE))


def seconds_to_final() -> float | None:
    """The median of what the latest final statuses took from the claim of their text; None when none came lately."""
    latest = StatusCallback.objects.order_by("-pk").values_list("sid", "status", "received_at")[:_LATEST_CALLBACKS]
    since = timezone.now() - _LATELY
    finals = {sid: at for sid, status, at in latest if status in _FINAL and at > since}
    texts = Outbound.objects.filter(sid__in=finals, claimed_at__isnull=False).values_list("sid", "claimed_at")
    took = [(finals[sid] - claimed_at).total_seconds() for sid, claimed_at in texts if sid and claimed_at]
    return max(0.0, median(took)) if took else None


def _signatures() -> Line:
    refused = refused_lately()
    if refused is None:
        return Line(Sign.SIGNATURES, "Refused signatures", "Not counted: Redis does not answer", Tone.LOOK)
    if not refused:
        return Line(Sign.SIGNATURES, "Refused signatures", "None in 24 hours", Tone.FINE)
    tone = Tone.ACT if refused >= _MANY_REFUSED else Tone.LOOK
    said = f"{refused:,} in 24 hours. If texts or statuses are missing, check the auth token and the webhook addresses"
    return Line(Sign.SIGNATURES, "Refused signatures", said, tone)


def _reviews() -> Line:
    queue = review_queue(now=timezone.localtime())
    if queue is None:
        return Line(Sign.REVIEWS, "Review queue", "Empty", Tone.FINE)
    left = queue.left
    until = f"overdue since {left.until:%d %B}" if left.is_over else f"the oldest must be decided by {left.until:%d %B}"
    tone = Tone.ACT if left.business_days <= URGENT_DAYS else Tone.LOOK
    return Line(Sign.REVIEWS, "Review queue", f"{queue.texts:,} waiting, {until}", tone)


def _of(seconds: float, late: tuple[float, float]) -> Tone:
    look, act = late
    return Tone.ACT if seconds > act else Tone.LOOK if seconds > look else Tone.FINE
