"""Whether the house is well, in five signs: what waits, what is uncertain, callbacks, signatures, the review queue."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Final

from django.conf import settings
from django.db.models import Count, F, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.timing import roughly
from messaging.models import Outbound, OutcomeCount, PendingCallback, Run, StatusCallback
from messaging.reports.refused import refused_lately
from messaging.states import State
from optins.queries import ReviewQueue, review_queue

# Seconds from which a text that is due, and a callback that is stored, want a look, and from which somebody must act.
_TEXT_IS_LATE: Final = (60.0, 900.0)
_CALLBACK_IS_LATE: Final = (10.0, 60.0)
_MANY_REFUSED: Final = 100
URGENT_DAYS: Final = 2
"""Business days before the end of a review's time from which it is urgent."""
_LATEST_CALLBACKS: Final = 200
_LATELY: Final = dt.timedelta(days=1)
_NOTICES: Final = Outbound.objects.filter(state=State.QUEUED, kind=Outbound.Kind.NOTICE)
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


@dataclass(frozen=True, slots=True)
class Pulse:
    """What several of Home's cards tell of, asked once for all of them.

    `waiting` are all texts that have not left, whenever they are due; `oldest_seconds` is how long the oldest that is
    due has waited, 0 when nothing is late. Of the `uncertain` texts the carrier could not say for hours whether it has
    the `long_uncertain`: only a person can help those.
    """

    waiting: int
    oldest_seconds: float
    uncertain: int
    long_uncertain: int
    reviews: ReviewQueue | None


def pulse() -> Pulse:
    """As it is now. None of it reads more the larger the house is: what it asks of is counted, or under way."""
    long = Q(claimed_at__lt=Now() - settings.RECONCILE_NEEDS_YOU)
    uncertain = Outbound.objects.filter(state=State.UNCERTAIN).aggregate(all=Count("pk"), long=Count("pk", filter=long))
    return Pulse(
        waiting=_waiting_texts(),
        oldest_seconds=oldest_waiting_seconds(),
        uncertain=uncertain["all"],
        long_uncertain=uncertain["long"],
        reviews=review_queue(now=timezone.localtime()),
    )


def _waiting_texts() -> int:
    counted = OutcomeCount.objects.filter(run__state=Run.State.OPEN, state=State.QUEUED)
    return (counted.aggregate(number=Sum("number"))["number"] or 0) + _NOTICES.count()


def oldest_waiting_seconds() -> float:
    """How long the oldest text that is due has waited; 0 when nothing is late."""
    of_run = Outbound.objects.filter(run=OuterRef("pk"), state=State.QUEUED).order_by("due_at").values("due_at")[:1]
    runs = Run.objects.filter(state=Run.State.OPEN).annotate(first=Subquery(of_run))
    ages: list[dt.timedelta | None] = [
        runs.aggregate(age=Now() - Min("first"))["age"],
        _NOTICES.aggregate(age=Now() - Min("due_at"))["age"],
    ]
    return max([0.0, *(age.total_seconds() for age in ages if age)])


def health(pulse: Pulse) -> Sequence[Line]:
    """The five signs. None of them reads more the larger the house is: what they ask of is under way, or the latest."""
    return (_waiting(pulse), _uncertain(pulse), _callbacks(), _signatures(), _reviews(pulse.reviews))


def _waiting(pulse: Pulse) -> Line:
    seconds = pulse.oldest_seconds
    oldest = _("The oldest that is due waits for %(time)s") % {"time": roughly(seconds)}
    said = oldest if seconds else _("Nothing that is due waits")
    return Line(Sign.WAITING, _("Unsent texts"), said, _of(seconds, _TEXT_IS_LATE))


def _uncertain(pulse: Pulse) -> Line:
    if not pulse.uncertain:
        return Line(Sign.UNCERTAIN, _("Uncertain texts"), _("None"), Tone.FINE)
    tone = Tone.ACT if pulse.long_uncertain else Tone.LOOK
    said = _("%(texts)s: the carrier is asked whether it has them") % {"texts": f"{pulse.uncertain:,}"}
    return Line(Sign.UNCERTAIN, _("Uncertain texts"), said, tone)


def _callbacks() -> Line:
    stored = PendingCallback.objects.filter(problem="").order_by("pk").annotate(age=Now() - F("received_at"))
    age = stored.values_list("age", flat=True).first()
    seconds = age.total_seconds() if age else 0.0
    oldest = _("The oldest was stored %(time)s ago and is not merged") % {"time": roughly(seconds)}
    said = oldest if age else _("All are merged")
    takes = seconds_to_final()
    if takes is not None:
        final = _("%(merged)s; a final status comes after %(time)s (median of the latest)")
        said = final % {"merged": said, "time": roughly(takes)}
    return Line(Sign.CALLBACKS, _("Callbacks"), said, _of(seconds, _CALLBACK_IS_LATE))


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
        return Line(Sign.SIGNATURES, _("Refused signatures"), _("Not counted: Redis does not answer"), Tone.LOOK)
    if not refused:
        return Line(Sign.SIGNATURES, _("Refused signatures"), _("None in 24 hours"), Tone.FINE)
    tone = Tone.ACT if refused >= _MANY_REFUSED else Tone.LOOK
    said = _(
        "%(refused)s in 24 hours. If texts or statuses are missing, check the auth token and the webhook addresses"
    )
    return Line(Sign.SIGNATURES, _("Refused signatures"), said % {"refused": f"{refused:,}"}, tone)


def _reviews(queue: ReviewQueue | None) -> Line:
    if queue is None:
        return Line(Sign.REVIEWS, _("Review queue"), _("Empty"), Tone.FINE)
    left = queue.left
    said = (
        _("%(texts)s waiting, overdue since %(day)s")
        if left.is_over
        else _("%(texts)s waiting, the oldest must be decided by %(day)s")
    ) % {"texts": f"{queue.texts:,}", "day": date_format(left.until, _("d F"))}
    tone = Tone.ACT if left.business_days <= URGENT_DAYS else Tone.LOOK
    return Line(Sign.REVIEWS, _("Review queue"), said, tone)


def _of(seconds: float, late: tuple[float, float]) -> Tone:
    look, act = late
    return Tone.ACT if seconds > act else Tone.LOOK if seconds > look else Tone.FINE
