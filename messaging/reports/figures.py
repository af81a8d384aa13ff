"""The figures that screens show: recipients by outcome, the day so far, what needs a person."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from campaigns.lifecycle import CLOSED, Kind
from campaigns.lifecycle import State as CampaignState
from campaigns.models import AuditEntry, Campaign
from messaging.models import Inbound, Outbound, OutcomeCount, PendingCallback, Run, SmsMessage
from messaging.reports.taken import taken_since
from messaging.states import EXPLANATIONS, SETTLED, Reason, State
from optins.models import ConsentEvent, Subscription
from optins.queries import standing_now

# The outcomes of a bar in the order in which they stand, with the states that each one gathers.
_OUTCOMES: Mapping[str, tuple[StrOrPromise, frozenset[State]]] = {
    "delivered": (pgettext_lazy("texts", "Delivered"), frozenset({State.DELIVERED})),
    "sent": (pgettext_lazy("texts", "On their way"), frozenset({State.SENDING, State.ACCEPTED, State.SENT})),
    "queued": (pgettext_lazy("texts", "Waiting"), frozenset({State.QUEUED})),
    "uncertain": (pgettext_lazy("texts", "Uncertain"), frozenset({State.UNCERTAIN})),
    "failed": (pgettext_lazy("texts", "Failed"), frozenset({State.FAILED})),
    "cancelled": (pgettext_lazy("texts", "Cancelled"), frozenset({State.CANCELLED})),
    "skipped": (pgettext_lazy("texts", "Left out"), frozenset({State.SKIPPED})),
}


@dataclass(frozen=True, slots=True)
class Slice:
    """One colour of a bar: `state` names the colour, `share` is in per cent of everybody."""

    state: str
    label: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Why:
    """How many ended for one reason, in words: what happened and what to do."""

    count: int
    state: str
    sentence: str
    advice: str


@dataclass(frozen=True)
class Progress:
    """The recipients of some runs, counted by state and reason."""

    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @cached_property
    def people(self) -> int:
        return sum(self.counts.values())

    def of(self, *states: State) -> int:
        """How many are in any of these states."""
        return sum(number for (state, _), number in self.counts.items() if state in states)

    @property
    def delivered(self) -> int:
        return self.of(State.DELIVERED)

    @property
    def failed(self) -> int:
        return self.of(State.FAILED)

    @property
    def waiting(self) -> int:
        return self.of(State.QUEUED)

    @property
    def moving(self) -> bool:
        """Whether a figure may still change by itself."""
        return self.of(State.QUEUED, State.SENDING, State.ACCEPTED, State.SENT, State.UNCERTAIN) > 0

    @cached_property
    def slices(self) -> Sequence[Slice]:
        """The parts of the bar that are not empty."""
        found = [(key, label, self.of(*states)) for key, (label, states) in _OUTCOMES.items()]
        return [Slice(key, str(label), n, round(100 * n / self.people, 2)) for key, label, n in found if n]

    @cached_property
    def reasons(self) -> Sequence[Why]:
        """Why people were left out, or texts failed, the most frequent first."""
        told = [(number, state, reason) for (state, reason), number in self.counts.items() if reason]
        return [Why(number, state, *_words(reason)) for number, state, reason in sorted(told, reverse=True)]


def _words(reason: str) -> tuple[str, str]:
    """What a reason means and what to do; an unknown one (of a later version) stands for itself."""
    try:
        explanation = EXPLANATIONS[Reason(reason)]
    except ValueError:
        return reason.replace("_", " ").capitalize() + ".", ""
    return explanation.sentence, explanation.advice


def reason_in_words(reason: str) -> str:
    """The sentence of a stored reason; blank for none."""
    return _words(reason)[0] if reason else ""


def progress_of_campaigns(ids: Collection[int]) -> Mapping[int, Progress]:
    """The progress of each campaign that has recipients, in one query, which counts no recipients."""
    return _progress("run__campaign", ids)


def progress_of_messages(ids: Collection[int]) -> Mapping[int, Progress]:
    """The progress of each message that has recipients, in one query, which counts no recipients."""
    return _progress("run__message", ids)


def texts_of(campaign: Campaign) -> QuerySet[Outbound]:
    """The texts of a messaging campaign's runs; of another campaign the answers that it gave people."""
    if campaign.kind == Kind.MESSAGING:
        return Outbound.objects.filter(run__campaign=campaign)
    return Outbound.objects.filter(campaign=campaign, kind=Outbound.Kind.NOTICE)


def progress_of(texts: QuerySet[Outbound]) -> Progress:
    """What became of some texts."""
    rows = texts.order_by().values_list("state", "reason").annotate(number=Count("pk"))
    return Progress({(state, reason): number for state, reason, number in rows})


def _progress(by: str, ids: Collection[int]) -> Mapping[int, Progress]:
    rows = OutcomeCount.objects.filter(**{f"{by}__in": ids}).order_by().values_list(by, "state", "reason")
    found: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
    for key, state, reason, number in rows.annotate(number=Sum("number")).exclude(number=0):
        found[key][state, reason] += number
    return {key: Progress(counts) for key, counts in found.items()}


def is_settled(campaign: Campaign) -> bool:
    """Whether no figure of a launched campaign changes any more by itself; what people do may still change them.

    Every scheduled message has fired and its run is closed, and no text waits for its turn or for the carrier.
    """
    if campaign.state == CampaignState.DRAFT:
        return False
    scheduled = SmsMessage.objects.filter(
        campaign=campaign.pk, state=SmsMessage.State.LAUNCHED, delivery=SmsMessage.Delivery.SCHEDULED
    )
    if campaign.state not in CLOSED and scheduled.filter(runs=None).exists():
        return False
    moving = texts_of(campaign).exclude(state__in=sorted(SETTLED | {State.SENT}))
    return not scheduled.filter(runs__state=Run.State.OPEN).exists() and not moving.exists()


@dataclass(frozen=True, slots=True)
class Today:
    """The day so far, by the company's clock. Who joined two programmes is `subscribed`, or has `joined`, twice.

    `texts` are those that the carrier took, `of_campaigns` of them; `opt_outs_of_texted` of the numbers that opted out
    today a campaign had texted today.
    """

    subscribed: int
    joined: int
    texts: int
    delivered: int
    failed: int
    of_campaigns: int
    opt_outs: int
    opt_outs_of_texted: int

    @property
    def delivered_share(self) -> float | None:
        """Per cent of those that have an outcome; None before the first."""
        return round(100 * self.delivered / self.settled, 1) if self.settled else None

    @property
    def settled(self) -> int:
        """How many of the texts have an outcome; the others are on their way."""
        return self.delivered + self.failed


def today() -> Today:
    """The figures on top of the home page."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    joined = Subscription.objects.filter(state=Subscription.State.OPTED_IN, opted_in_at__gte=midnight)
    events = ConsentEvent.objects.filter(action=ConsentEvent.Action.OPTED_OUT, at__gte=midnight)
    out = events.values("number_digest").distinct()
    texted = Outbound.objects.filter(
        kind=Outbound.Kind.CAMPAIGN, number=OuterRef("personal__number"), claimed_at__gte=midnight
    )
    taken = taken_since(midnight)
    return Today(
        subscribed=standing_now(Subscription.State.OPTED_IN),
        joined=joined.aggregate(number=Count("opted_in_at"))["number"],
        texts=taken.of_all,
        delivered=taken.delivered,
        failed=taken.failed,
        of_campaigns=taken.of_campaigns,
        opt_outs=out.count(),
        opt_outs_of_texted=out.filter(Exists(texted)).count(),
    )


def callbacks_put_aside() -> int:
    """Status callbacks that the database would not have, and of which nobody has decided."""
    return PendingCallback.objects.exclude(problem="").count()


# The act under which the audit trail keeps what each comparison with a carrier healed.
DRIFT_ACT = "drift.check"


def healed_drift() -> int:
    """Of the last seven days: lost texts that ask to stop, and numbers whose suppression was missing."""
    checks = AuditEntry.objects.filter(act=DRIFT_ACT, at__gte=Now() - dt.timedelta(days=7))
    return sum(detail["stops"] + detail["refusals"] for detail in checks.values_list("detail", flat=True))


@dataclass(frozen=True, slots=True)
class Bubble:
    """One text of a conversation. `ours` is False for a person's; `note` says in words what became of it."""

    at: dt.datetime
    body: str
    ours: bool
    state: str
    note: str
    sender: str


def _note(text: Outbound) -> str:
    """What became of a text; a test says that it is one."""
    said = reason_in_words(text.reason) or text.get_state_display()
    return _("Test. %(outcome)s") % {"outcome": said} if text.kind == Outbound.Kind.TEST else said


def conversation(number: str, *, limit: int = 200) -> Sequence[Bubble]:
    """The latest texts to and from a number, oldest first. A text that waits to be written is not among them."""
    said = Inbound.objects.filter(number=number).select_related("sender", "campaign")[:limit]
    told = (
        Outbound.objects.filter(number=number)
        .exclude(state__in=[State.SKIPPED, State.CANCELLED])
        .exclude(body="")
        .select_related("sender")
        .defer("sealed_body")[:limit]
    )
    bubbles = [Bubble(text.received_at, text.body, False, "received", "", str(text.sender or "")) for text in said] + [
        Bubble(
            text.claimed_at or text.due_at,
            text.body,
            True,
            text.state,
            _note(text),
            str(text.sender),
        )
        for text in told
    ]
    return sorted(bubbles, key=lambda bubble: bubble.at)[-limit:]
