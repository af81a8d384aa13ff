"""What came of a campaign or a message: outcomes by the hour, what people did afterwards, what it took."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from campaigns.models import Campaign
from messaging.census.prices import Cost, cost
from messaging.census.tally import Tally
from messaging.models import Answer, Census, Run, SmsMessage
from messaging.reports.answers import people_who_answered
from messaging.reports.figures import Progress, progress_of_campaigns, progress_of_messages
from messaging.reports.taken import Span, extent_of, spans_of
from messaging.states import State


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel: how many people came so far, and what share of the step before."""

    label: str
    people: int
    share: float


@dataclass(frozen=True, slots=True)
class Results:
    """`spans` are hours, or days where there are more hours than anybody reads.

    `replies` and `opt_outs` count people; `cost` is of the texts that the carrier took, at the prices of now.
    `foreseen` is what was to be expected by the last census before the launch, at the same prices; None without one.
    """

    progress: Progress
    spans: Sequence[Span]
    is_by_day: bool
    cost: Cost
    foreseen: Cost | None
    replies: int
    opt_outs: int

    @property
    def taken(self) -> int:
        """Texts that the carrier took, whatever became of them."""
        return sum(span.handed_over for span in self.spans)

    @property
    def delivered_share(self) -> float | None:
        """Per cent of those with an outcome; None before the first."""
        settled = self.progress.delivered + self.progress.failed
        return round(100 * self.progress.delivered / settled, 1) if settled else None

    @property
    def opt_out_share(self) -> float | None:
        """Per cent of those who were texted; None before the first."""
        return round(100 * self.opt_outs / self.taken, 2) if self.taken else None

    @property
    def funnel(self) -> Sequence[Step]:
        """From everybody in the audience to those who answered."""
        progress = self.progress
        wanted = progress.people - progress.of(State.SKIPPED)
        steps = (
            (_("In the audience"), progress.people),
            (_("May be texted"), wanted),
            (_("Handed to the carrier"), self.taken),
            (pgettext("texts", "Delivered"), progress.delivered),
            (_("Replied"), self.replies),
        )
        before = [people for _, people in steps]
        return [
            Step(label, people, round(100 * people / earlier, 1) if earlier else 0.0)
            for (label, people), earlier in zip(steps, [before[0], *before], strict=False)
        ]


def runs_of(what: Campaign | SmsMessage) -> QuerySet[Run]:
    """The runs of a messaging campaign, or of one of its messages."""
    return Run.objects.filter(message=what) if isinstance(what, SmsMessage) else Run.objects.filter(campaign=what)


def results_of(what: Campaign | SmsMessage) -> Results:
    """Everything the report of a campaign or a message shows. No text is read for it."""
    runs = list(runs_of(what).values_list("pk", flat=True))
    of_all = progress_of_messages if isinstance(what, SmsMessage) else progress_of_campaigns
    progress = of_all([what.pk]).get(what.pk, Progress())
    extent = extent_of(runs)
    if extent is None:
        return Results(progress, (), False, cost({}), foreseen(what), replies=0, opt_outs=0)
    people = people_who_answered(runs)
    return Results(
        progress,
        spans_of(runs, by_day=extent.is_long),
        extent.is_long,
        cost(extent.parts),
        foreseen(what),
        replies=people.get(Answer.Kind.REPLY, 0),
        opt_outs=people.get(Answer.Kind.OPT_OUT, 0),
    )


def foreseen(what: Campaign | SmsMessage) -> Cost | None:
    """What the launch of a message, or of all that a campaign launched, was to cost; None where one was not counted."""
    before = Census.objects.filter(state=Census.State.DONE, finished_at__lte=F("message__launched_at"))
    of_what = Q(message=what) if isinstance(what, SmsMessage) else Q(message__campaign=what.pk)
    latest = before.filter(of_what).order_by("message_id", "-pk").distinct("message_id")
    countries: Counter[str] = Counter()
    for kept in latest.values_list("tally", flat=True):
        countries.update(Tally.from_json(kept).countries)
    scheduled = SmsMessage.objects.filter(
        state=SmsMessage.State.LAUNCHED, delivery=SmsMessage.Delivery.SCHEDULED, **_chosen(what)
    )
    return cost(countries) if latest and latest.count() == scheduled.count() else None


def _chosen(what: Campaign | SmsMessage) -> dict[str, int]:
    return {"pk": what.pk} if isinstance(what, SmsMessage) else {"campaign": what.pk}
