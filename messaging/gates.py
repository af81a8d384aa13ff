"""May this text leave? The one place that composes consent with what a run itself demands.

The estimate, the freezing of an audience, the claim of a send worker and the page about one person all
ask here, so that they cannot disagree. Conditions are SQL over an outer row with a number and a customer.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Now
from django.utils import timezone

from campaigns.audience import meets_restriction, members
from campaigns.models import Campaign, Customer, PhoneNumber
from messaging import rendering
from messaging.models import Outbound, Run, SmsMessage
from messaging.queries import has_merge_value
from messaging.states import Reason
from optins.consent import Check, may_be_texted, not_suppressed
from optins.models import Notice, Sender, Subscription


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many people a message would reach now. `skipped` counts the others by reason."""

    people: int
    reachable: int
    skipped: Mapping[str, int]


def audience(message: SmsMessage) -> QuerySet[Customer]:
    """Who is meant: the campaign's target audience, in one segment and not in another."""
    people = members(message.campaign.audience)
    if message.segment_in is not None:
        people = people.filter(pk__in=members(message.segment_in).values("pk"))
    if message.segment_out is not None:
        people = people.exclude(pk__in=members(message.segment_out).values("pk"))
    return people


def recipient_checks(
    *, campaign: Campaign, programme: Campaign, sender: Sender, number: str, customer: str
) -> Sequence[Check]:
    """Everything asked of a recipient, in the order in which reasons are told."""
    today = timezone.now().date()
    person = Customer.objects.filter(pk=OuterRef(customer))
    return (
        *may_be_texted(programme=programme, sender=sender, number=number, customer=customer),
        Check(Reason.RESTRICTED, Q(Exists(person.filter(meets_restriction(campaign, on=today))))),
    )


def first_reason(checks: Sequence[Check]) -> Case:
    """The first check that does not pass, as a column; blank when all pass."""
    cases = [When(~check.passes, then=Value(check.reason)) for check in checks]
    return Case(*cases, default=Value(""), output_field=CharField())


def recipients(message: SmsMessage, *, customer_id: int | None = None) -> tuple[str, Sequence[Any]]:
    """SQL for one row per person meant: customer_id, number, consent_event_id, reason (blank: to be texted).

    A person's number is the one that opted in, the first verified before others, else the oldest. When
    several people share a number, it is texted once, as the person who verified it first.
    """
    if message.programme is None or message.sender is None:
        raise ValueError("A message without programme or sender has no recipients yet.")
    people = audience(message)
    if customer_id is not None:
        people = people.filter(pk=customer_id)
    numbers, number_params = _numbers(message, message.programme, message.sender, people).query.sql_with_params()
    without = people.filter(~Exists(PhoneNumber.objects.filter(customer=OuterRef("pk"))))
    nobody, nobody_params = without.values("id").order_by().query.sql_with_params()
    # Two windows: the best number of each person, then the first person of each number.
    sql = f"""
        SELECT customer_id, number, consent_event_id,
               CASE WHEN reason = '' AND row_number() OVER (
                        PARTITION BY number ORDER BY reason <> '', verified_at NULLS LAST, customer_id) > 1
                    THEN '{Reason.SAME_PHONE}' ELSE reason END AS reason
        FROM (SELECT numbers.*, row_number() OVER (
                         PARTITION BY customer_id ORDER BY subscribed DESC, verified_at NULLS LAST, id) AS rank
              FROM ({numbers}) numbers) best
        WHERE rank = 1
        UNION ALL
        SELECT id, '', NULL, '{Reason.NO_PHONE}' FROM ({nobody}) nobody
    """  # noqa: S608  both inner statements are Django's own, with their parameters apart
    return sql, (*number_params, *nobody_params)


def estimate(message: SmsMessage) -> Estimate:
    """Count the people a message would reach if it went out now, with the reasons of the others."""
    sql, params = recipients(message)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT reason, count(*) FROM ({sql}) recipients GROUP BY reason", params)  # noqa: S608
        counts = Counter(dict(cursor.fetchall()))
    reachable = counts.pop("", 0)
    return Estimate(people=reachable + counts.total(), reachable=reachable, skipped=dict(counts.most_common()))


def waiting_recipients(run: Run) -> QuerySet[Outbound]:
    """A run's rows that are due, each with `refusal` (blank: may leave) and the `consent` that allows it."""
    checks = recipient_checks(
        campaign=run.campaign, programme=run.programme, sender=run.sender, number="number", customer="customer_id"
    )
    waiting = Outbound.objects.filter(
        run=run, state=Outbound.StateChoice.QUEUED, due_at__lte=Now(), run__state=Run.State.OPEN,
        run__campaign__state=Campaign.StateChoice.LIVE,
    )  # fmt: skip
    closed = When(
        run__message__delivery=SmsMessage.Delivery.TRIGGERED, run__message__window_until__lte=Now(),
        then=Value(Reason.WINDOW_CLOSED),
    )  # fmt: skip
    standing = _standing(run.programme).values("consent_event")[:1]
    return waiting.annotate(
        refusal=Case(closed, default=first_reason(checks), output_field=CharField()), consent=Subquery(standing)
    ).order_by("due_at", "pk")


# Answers to STOP and HELP go to anybody: the law wants them answered. All else respects suppression.
ALWAYS_ANSWERED = (Notice.Kind.OPT_OUT, Notice.Kind.HELP)


def waiting_notices(sender: Sender) -> QuerySet[Outbound]:
    """A sender's notices that are due, each with `refusal` and `lifetime` (None: of use at any time).

    Notices skip hours, cap and subscription.
    """
    suppressed = not_suppressed(sender=sender, number="number")
    refusal = Case(
        When(notice__expires_at__lte=Now(), then=Value(Reason.TOO_LATE)),
        When(Q(notice__kind__in=ALWAYS_ANSWERED), then=Value("")),
        When(~suppressed.passes, then=Value(suppressed.reason)),
        default=Value(""),
        output_field=CharField(),
    )
    waiting = Outbound.objects.filter(
        sender=sender, kind=Outbound.Kind.NOTICE, state=Outbound.StateChoice.QUEUED, due_at__lte=Now()
    )
    lifetime = ExpressionWrapper(F("notice__expires_at") - Now(), output_field=DurationField())
    return waiting.annotate(refusal=refusal, lifetime=lifetime).order_by("due_at", "pk")


def _standing(programme: Campaign) -> QuerySet[Subscription]:
    return Subscription.objects.filter(
        number=OuterRef("number"), programme=programme, state=Subscription.State.OPTED_IN
    )


def _can_be_written(body: str, *, customer: str) -> Sequence[Check]:
    """That the person has a value for each merge field without a default. A body that does not compile asks nothing."""
    try:
        required = rendering.compile(body).required
    except rendering.TemplateError:
        return ()
    if not required:
        return ()
    person = Customer.objects.filter(*map(has_merge_value, sorted(required)), pk=OuterRef(customer))
    return (Check(Reason.MISSING_FIELD, Q(Exists(person))),)


def _numbers(
    message: SmsMessage, programme: Campaign, sender: Sender, people: QuerySet[Customer]
) -> QuerySet[PhoneNumber, Any]:
    """Every number of the people meant, with what decides between them."""
    checks = (
        *recipient_checks(
            campaign=message.campaign, programme=programme, sender=sender, number="number", customer="customer_id"
        ),
        *_can_be_written(message.body, customer="customer_id"),
    )
    return (
        PhoneNumber.objects.filter(customer__in=people.values("pk"))
        .annotate(
            subscribed=Exists(_standing(programme)),
            consent_event_id=Subquery(_standing(programme).values("consent_event")[:1]),
            reason=first_reason(checks),
        )
        .order_by()
        .values("id", "customer_id", "number", "verified_at", "subscribed", "consent_event_id", "reason")
    )
