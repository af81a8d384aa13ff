"""What inbound texts, the API and screens ask about programmes and standing."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.lifecycle import State
from campaigns.models import Campaign, PhoneNumber
from optins import business_days, linter
from optins.bearing import Bearing
from optins.keywords import ALL_LANGUAGES, SenderKind, Situation, fold
from optins.models import (
    CodesHold,
    GlobalOptions,
    Keyword,
    OptInCampaign,
    OptOutReview,
    Sender,
    StandingCount,
    Subscription,
    Suppression,
    digest_of,
)


def global_options() -> GlobalOptions | None:
    """The global options when they are complete, which is when the global campaign is live."""
    options = GlobalOptions.objects.select_related("campaign", "sender").first()
    return options if options is not None and options.campaign.state == State.LIVE else None


def lint(kind: linter.Kind, text: str, *, campaign: Campaign | None) -> Sequence[linter.Finding]:
    """What carriers and the law miss in a text of this kind; it may call itself by the campaign or the company."""
    return linter.findings(kind, text, names=[company_name(), campaign.name if campaign else ""])


def company_name() -> str:
    """The company as people know it; blank while nobody has said."""
    return GlobalOptions.objects.values_list("brand", flat=True).first() or ""


def global_words() -> frozenset[str]:
    """The folded words that mean STOP or HELP on every sender, also while the global options are incomplete."""
    options = GlobalOptions.objects.first()
    return frozenset() if options is None else _folded([*options.opt_out_keywords, *options.help_keywords])


def languages() -> frozenset[str]:
    """The languages beside English in which texts are understood."""
    return ALL_LANGUAGES.intersection(settings.KEYWORD_LANGUAGES)


def situation(*, sender: Sender, stands: Bearing, options: GlobalOptions | None) -> Situation:
    """What the keyword rules need to know about a number that stands so towards the sender that it texts."""
    words = (
        {}
        if options is None
        else {
            "opt_out_words": _folded(options.opt_out_keywords),
            "help_words": _folded(options.help_keywords),
            "opt_in_words": _folded(options.opt_in_keywords),
        }
    )
    return Situation(
        **words,
        languages=languages(),
        campaign_keywords=campaign_keywords(sender),
        pending=stands.has_pending,
        stopped=stands.is_suppressed or stands.has_stopped,
    )


def campaign_keywords(sender: Sender) -> Mapping[str, int]:
    """The folded words held on a sender, or on the messaging service whose pool it is in, with their campaign."""
    held = Keyword.objects.filter(_texted(sender), held=True).values_list("folded", "campaign_id")
    # The number's own words come last and win over those of its service.
    return dict(held.order_by(F("sender__pool").asc(nulls_first=True)))


def latest_pending(*, sender: Sender, number: str) -> Subscription | None:
    """The double opt-in that a YES to this sender confirms: the latest that has not lapsed."""
    pending = Subscription.objects.filter(
        _texted(sender), number=number, state=Subscription.State.PENDING, pending_until__gt=Now()
    )
    return pending.select_related("programme").order_by("-updated_at", "-pk").first()


def is_opted_in(*, number: str, programme: Campaign) -> bool:
    """Whether the number stands as opted in to the programme, whatever else keeps it from being texted."""
    opted_in = Subscription.objects.filter(state=Subscription.State.OPTED_IN)
    return opted_in.filter(number=number, programme=programme).exists()


def standing_suppressions(*, sender: Sender, number: str) -> QuerySet[Suppression]:
    """What keeps `sender` from texting `number`: brand-wide, its own, or its messaging service's."""
    senders = [pk for pk in (sender.pk, sender.pool_id) if pk is not None]
    standing = Suppression.objects.standing_for(number)
    return standing.filter(Q(sender__isnull=True) | Q(sender__in=senders))


def in_scope(sender: Sender, path: str) -> Q:
    """A condition on the foreign key at `path`: the sender, or any number that shares its messaging service."""
    return Q(**{path: sender.scope}) | Q(**{f"{path}__pool": sender.scope})


def live_programme(campaign_id: int) -> OptInCampaign | None:
    """The opt-in campaign, when it is live with options that can send."""
    programmes = OptInCampaign.objects.filter(pk=campaign_id, state=State.LIVE, options__sender__isnull=False)
    return programmes.select_related("options__sender__pool").first()


def first_verified_number(customer_id: int) -> str | None:
    """The number that a customer's opt-in by app counts for: the earliest verified that is still on file."""
    numbers = PhoneNumber.objects.filter(customer_id=customer_id, verified_at__isnull=False)
    return numbers.order_by("verified_at", "pk").values_list("number", flat=True).first()


def welcome_text(programme: Campaign, options: GlobalOptions | None) -> str:
    """What a person who has joined is told: the campaign's own message, or the global one when it is blank."""
    own = programme.options.welcome_message
    return own if own.strip() else (options.welcome_message if options else "")


def kinds_of_senders() -> list[tuple[SenderKind, bool]]:
    """The kind of each of our numbers, and whether Advanced Opt-Out answers for it."""
    rows = Sender.objects.order_by("pk").values_list("kind", "advanced_opt_out", "pool__advanced_opt_out")
    return [(SenderKind(kind), own or bool(pool)) for kind, own, pool in rows.distinct()]


def restart_address(sender: Sender) -> str:
    """Where a person who opted out texts START to come back to a sender; blank for a messaging service, of which
    people know the number that its texts come from."""
    return "" if sender.kind == SenderKind.MESSAGING_SERVICE else sender.address


def sender_known_to(number: str) -> Sender | None:
    """What the number's latest subscription is texted from; None for one that is in no programme. One statement."""
    standing = Subscription.objects.filter(
        number=number, state=Subscription.State.OPTED_IN, programme__options__sender__isnull=False
    )
    latest = standing.select_related("programme__options__sender").order_by("-opted_in_at", "-pk").first()
    return latest.programme.options.sender if latest else None


def numbers_of_ours() -> Sequence[str]:
    """What people see our texts come from; a messaging service shows the numbers in its pool."""
    seen = Sender.objects.exclude(kind=SenderKind.MESSAGING_SERVICE).order_by("address")
    return list(seen.values_list("address", flat=True).distinct())


def _texted(sender: Sender) -> Q:
    return Q(sender=sender) if sender.pool_id is None else Q(sender__in=[sender.pk, sender.pool_id])


def _folded(words: list[str]) -> frozenset[str]:
    # A word without letter or digit would match every text without one, such as a picture.
    return frozenset(filter(None, map(fold, words)))


def parts_per_second(sender: Sender) -> float:
    """What a sender may send: a messaging service as much as the numbers in its pool together, if it has any here."""
    if sender.kind != SenderKind.MESSAGING_SERVICE:
        return sender.parts_per_second
    together = sender.members.aggregate(rate=Sum("parts_per_second"))["rate"]
    return float(together or sender.parts_per_second)


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """How much is left of the ten business days in which an opt-out has to be honoured."""

    business_days: int
    until: dt.datetime
    is_over: bool

    def __str__(self) -> str:
        if self.is_over:
            return _("Overdue")
        days = self.business_days
        if days == 0:
            return _("Due today")
        return ngettext("%(days)d business day", "%(days)d business days", days) % {"days": days}


def time_left(review: OptOutReview, *, now: dt.datetime) -> TimeLeft:
    """By the dashboard's zone, in which `now` is given."""
    until = business_days.after(review.received_at.astimezone(now.tzinfo), business_days.OPT_OUT_DAYS)
    return TimeLeft(business_days.between(now, until), until, is_over=now > until)


def held_codes() -> QuerySet[CodesHold]:
    """Where codes are not texted at this moment."""
    return CodesHold.objects.filter(until__gt=Now())


def standing_now(state: Subscription.State, *, programme: Campaign | None = None) -> int:
    """How many subscriptions are in a state, of one programme or of all, as the database counts them."""
    counts = StandingCount.objects.filter(state=state)
    of = counts.filter(programme=programme) if programme else counts
    return of.aggregate(number=Sum("number"))["number"] or 0


def waiting_reviews() -> QuerySet[OptOutReview]:
    """The texts that wait for a decision, the most urgent first."""
    return OptOutReview.objects.filter(state=OptOutReview.State.WAITING).order_by("received_at", "pk")


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """Texts that wait for a decision: how many, and the time that is left for the most urgent."""

    texts: int
    left: TimeLeft


def review_queue(*, now: dt.datetime) -> ReviewQueue | None:
    """How the queue stands at `now`, given in the dashboard's zone; None when nothing waits."""
    waiting = waiting_reviews()
    oldest = waiting.first()
    if oldest is None:
        return None
    return ReviewQueue(waiting.count(), time_left(oldest, now=now))


def lowerable(numbers: Collection[str]) -> set[str]:
    """Which of the numbers an opt-out would change anything for: subscribed, or not suppressed for every sender."""
    digests = {digest_of(number): number for number in numbers}
    brand_wide = Suppression.objects.filter(number_digest__in=digests, sender=None, lifted_at=None)
    suppressed = {digests[digest] for digest in brand_wide.values_list("number_digest", flat=True)}
    subscribed = Subscription.objects.filter(number__in=suppressed, state=Subscription.State.OPTED_IN)
    return (set(numbers) - suppressed) | set(subscribed.values_list("number", flat=True))
