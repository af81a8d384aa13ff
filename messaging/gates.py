"""May this text leave? The one place that composes consent with what a run itself demands.

The estimate, the freezing of an audience, the claim of a send worker and the page about one person all
ask here, so that they cannot disagree. Conditions are SQL over an outer row with a number and a customer.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import (
    Case,
    CharField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce, Now
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone

from campaigns.audience import meets_restriction, members
from campaigns.models import Campaign, Customer
from messaging import rendering
from messaging.caps import at_limit, has_had_enough
from messaging.clock import GateNow
from messaging.lawful.places import PLACE_FIELDS, dialled_country
from messaging.models import Inbound, Outbound, Run, SmsMessage
from messaging.queries import has_merge_value, sending_is_held
from messaging.states import Reason
from optins.consent import Check, may_be_texted, not_suppressed, of_person, standing_in
from optins.models import Notice, Sender, StaffNumber, Subscription

EVERYBODY: Final[Mapping[str, int]] = {}

# Who else holds a number that somebody would be texted on.
_OTHER_HOLDERS: Final = """
    SELECT other.customer_id FROM best JOIN campaigns_phonenumber other
           ON other.number = best.number AND other.customer_id <> best.customer_id
    WHERE best.reason = ''
"""
# The other holders are asked about wherever they stand in the audience, and not only among the people of one chunk.
_ONE_TEXT_A_PHONE: Final = f"""
    WITH best AS MATERIALIZED ({{best}}), rivals AS MATERIALIZED ({{rivals}})
    SELECT customer_id, number, consent_event_id,
           CASE WHEN reason = '' AND EXISTS (
                    SELECT FROM rivals
                    WHERE rivals.number = best.number AND rivals.reason = ''
                          AND (coalesce(rivals.verified_at, 'infinity'), rivals.customer_id)
                              < (coalesce(best.verified_at, 'infinity'), best.customer_id))
                THEN '{Reason.SAME_PHONE}' ELSE reason END AS reason
    FROM best
"""  # noqa: S608  filled with Django's own statements, their parameters apart


# The beginning of a number says its country; there are some hundreds of them.
_COUNTED: Final = """
    SELECT reason, CASE WHEN reason = '' THEN left(number, 5) ELSE '' END, count(*)
    FROM ({verdicts}) verdicts GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many people a message would reach now. `skipped` counts the others by reason, `countries` those reached."""

    people: int
    reachable: int
    skipped: Mapping[str, int]
    countries: Mapping[str, int] = field(default_factory=dict)


def audience(message: SmsMessage) -> QuerySet[Customer]:
    """Who is meant: the campaign's target audience, in one segment and not in another."""
    people = members(message.campaign.audience)
    if message.segment_in is not None:
        people = people.filter(pk__in=members(message.segment_in).values("pk"))
    if message.segment_out is not None:
        people = people.exclude(pk__in=members(message.segment_out).values("pk"))
    return people


def recipient_checks(
    *, campaign: Campaign, programme: Campaign, sender: Sender, number: str, customer: str, standing: str = ""
) -> Sequence[Check]:
    """Everything asked of a recipient, in the order in which reasons are told."""
    today = timezone.now().date()
    return (
        *may_be_texted(programme=programme, sender=sender, number=number, customer=customer, standing=standing),
        Check(Reason.RESTRICTED, of_person(meets_restriction(campaign, on=today), customer=customer)),
    )


def first_reason(checks: Sequence[Check]) -> Case:
    """The first check that does not pass, as a column; blank when all pass."""
    return Case(*whens(checks), default=Value(""), output_field=CharField())


def whens(checks: Sequence[Check]) -> Sequence[When]:
    """For each check the reason when it does not pass."""
    return [When(~check.passes, then=Value(check.reason)) for check in checks if check.passes]


def recipients(message: SmsMessage, *, between: Mapping[str, int] = EVERYBODY) -> tuple[str, Sequence[Any]]:
    """SQL for one row per person meant: customer_id, number, consent_event_id, reason (blank: to be texted).

    `between` narrows it to customers by look-ups of their id (`gt`, `lte`, `exact`); what is said of each does not
    depend on who else is asked about. A person's number is the one that opted in, the first verified before others,
    else the oldest. When several people meant share a number, a scheduled message texts it once, as the person who
    verified it first.
    """
    among = Q(*((f"pk__{name}", value) for name, value in between.items()))
    best, params = _best_numbers(message, among, between)
    if message.delivery == SmsMessage.Delivery.TRIGGERED:
        return f"SELECT customer_id, number, consent_event_id, reason FROM ({best}) best", params  # noqa: S608  Django's
    rivals, rival_params = _best_numbers(message, Q(pk__in=RawSQL(_OTHER_HOLDERS, [])), {})  # noqa: S611  no value in it
    return _ONE_TEXT_A_PHONE.format(best=best, rivals=rivals), (*params, *rival_params)


def verdicts(message: SmsMessage, *, between: Mapping[str, int] = EVERYBODY) -> tuple[str, Sequence[Any]]:
    """SQL like that of `recipients`, with the frequency cap asked as well: what would happen if it went out now.

    An audience is frozen without it, since a day's limit may be over by the time that a text is claimed.
    """
    sql, params = recipients(message, between=between)
    capped, cap_params = has_had_enough("recipients.number")
    verdict = f"CASE WHEN reason = '' AND {capped} THEN '{Reason.FREQUENCY_CAP}' ELSE reason END"
    asked = f"SELECT customer_id, number, consent_event_id, {verdict} AS reason FROM ({sql}) recipients"  # noqa: S608
    return asked, (*cap_params, *params)


def estimate(message: SmsMessage) -> Estimate:
    """Count the people a message would reach if it went out now, with the reasons of the others.

    For whom it is night counts as reached: the forecast tells when.
    """
    sql, params = verdicts(message)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED.format(verdicts=sql), params)
        rows = cursor.fetchall()
    skipped, countries = Counter[str](), Counter[str]()
    for reason, beginning, people in rows:
        if reason:
            skipped[reason] += people
        else:
            countries[dialled_country(beginning)] += people
    reachable = countries.total()
    return Estimate(reachable + skipped.total(), reachable, dict(skipped.most_common()), dict(countries.most_common()))


def waiting_rows(run: Run) -> QuerySet[Outbound]:
    """A run's rows that are due, each with what is known of where the person is."""
    waiting = Outbound.objects.filter(
        ~sending_is_held(), run=run, state=Outbound.StateChoice.QUEUED, due_at__lte=GateNow(),
        run__state=Run.State.OPEN, run__campaign__state=Campaign.StateChoice.LIVE,
    )  # fmt: skip
    places = {f"place_{name}": F(f"customer__{name}") for name in PLACE_FIELDS}
    return waiting.annotate(**places)


def waiting_recipients(run: Run) -> QuerySet[Outbound]:
    """A run's rows that are due, each with `refusal` (blank: may leave) and the `consent` that allows it.

    Lawful hours come after these: they say not whether, but when.
    """
    checks = recipient_checks(
        campaign=run.campaign, programme=run.programme, sender=run.sender, number="number", customer="customer_id",
        standing="standing",
    )  # fmt: skip
    closed = When(
        run__message__delivery=SmsMessage.Delivery.TRIGGERED, run__message__window_until__lte=GateNow(),
        then=Value(Reason.WINDOW_CLOSED),
    )  # fmt: skip
    late = When(_is_late(run.message), then=Value(Reason.TOO_LATE))
    capped = When(Q(at_limit()), then=Value(Reason.FREQUENCY_CAP))
    refusal = Case(_is_broken(), closed, late, *whens(checks), capped, default=Value(""), output_field=CharField())
    rows = waiting_rows(run).annotate(standing=standing_in(run.programme, relation="subscriptions"))
    return rows.annotate(refusal=refusal, consent=_consent("standing")).order_by("due_at", "pk")


# Tries that ended in a fault of ours, each `OWN_FAULT_RETRY_SECONDS` after the other, before a text is given up.
_FAULTS = 3


def _is_broken() -> When:
    """So often not made ready to be sent. Tries that reconciliation took back, and those never begun, do not count."""
    return When(attempts__gte=F("requeued") + _FAULTS, then=Value(Reason.OWN_FAULT))


def _is_late(message: SmsMessage) -> Q:
    """So long after its time that a row is no longer worth sending. A held row keeps the time that it had at first."""
    if message.delivery == SmsMessage.Delivery.TRIGGERED:
        began: Any = Coalesce("event__occurred_at", "created_at")
    else:
        began = F("run__due_at")
    return Q(LessThanOrEqual(began, GateNow() - Value(message.delay + message.late_after)))


# Answers to STOP and HELP go to anybody: the law wants them answered. All else respects suppression.
ALWAYS_ANSWERED = (Notice.Kind.OPT_OUT, Notice.Kind.HELP)


# Whoever tests waits for it; later nobody looks at the phone.
_TEST_IS_OF_USE: Final = dt.timedelta(hours=1)


def waiting_notices(sender: Sender) -> QuerySet[Outbound]:
    """A sender's notices that are due, each with `refusal`, `lifetime` (None: of use at any time) and `sealed` body.

    Notices skip hours, cap and subscription; what staff write goes only to who is in touch with us. Tests are among
    them: they go to phones that staff proved to be theirs, and respect suppression.
    """
    suppressed, in_touch = reply_checks(sender=sender, number="number")
    is_test = Q(kind=Outbound.Kind.TEST)
    staff = StaffNumber.objects.filter(number=OuterRef("number"), verified_at__isnull=False)
    refusal = Case(
        _is_broken(),
        When(notice__expires_at__lte=Now(), then=Value(Reason.TOO_LATE)),
        When(is_test & Q(created_at__lte=Now() - _TEST_IS_OF_USE), then=Value(Reason.TOO_LATE)),
        When(is_test & ~Exists(staff), then=Value(Reason.NOT_STAFF)),
        When(Q(notice__kind__in=ALWAYS_ANSWERED), then=Value("")),
        When(~suppressed.passes, then=Value(suppressed.reason)),
        When(Q(notice__kind=Notice.Kind.REPLY) & ~in_touch.passes, then=Value(in_touch.reason)),
        default=Value(""),
        output_field=CharField(),
    )
    waiting = Outbound.objects.filter(
        ~sending_is_held(),
        sender=sender,
        kind__in=Outbound.AHEAD,
        state=Outbound.StateChoice.QUEUED,
        due_at__lte=Now(),
    )
    lifetime = ExpressionWrapper(F("notice__expires_at") - Now(), output_field=DurationField())
    # Opened one by one at the claim: one that no key opens must not stop the others.
    sealed = Cast("sealed_body", TextField())
    return (
        waiting.defer("sealed_body")
        .annotate(refusal=refusal, lifetime=lifetime, sealed=sealed)
        .order_by("due_at", "pk")
    )


def reply_checks(*, sender: Sender, number: str) -> tuple[Check, Check]:
    """What is asked before staff answer a person: nothing stops the number, and it texted us lately or is opted in."""
    lately = Inbound.objects.filter(number=OuterRef(number), received_at__gt=Now() - settings.REPLY_WITHIN)
    joined = Subscription.objects.filter(number=OuterRef(number), state=Subscription.State.OPTED_IN)
    in_touch = Check(Reason.OUT_OF_TOUCH, Q(Exists(lately)) | Q(Exists(joined)))
    return not_suppressed(sender=sender, number=number), in_touch


def why_no_reply(*, number: str, sender: Sender) -> str:
    """The first reason why staff may not answer this number from this sender now; blank when they may."""
    asked = Sender.objects.filter(pk=sender.pk).annotate(asked=Value(number, output_field=CharField()))
    refusal = first_reason(reply_checks(sender=sender, number="asked"))
    reason: str = asked.annotate(refusal=refusal).values_list("refusal", flat=True).get()
    return reason


def _consent(standing: str) -> Case:
    """The event that says yes, of a subscription that is joined; None without."""
    opted_in = Q(**{f"{standing}__state": Subscription.State.OPTED_IN})
    return Case(When(opted_in, then=F(f"{standing}__consent_event")), default=None)


def can_be_written(body: str, *, customer: str) -> Sequence[Check]:
    """That the person has a value for each merge field without a default. A body that does not compile asks nothing."""
    try:
        required = rendering.compile(body).required
    except rendering.TemplateError:
        return ()
    if not required:
        return ()
    return (Check(Reason.MISSING_FIELD, of_person(Q(*map(has_merge_value, sorted(required))), customer=customer)),)


def _best_numbers(message: SmsMessage, among: Q, between: Mapping[str, int]) -> tuple[str, Sequence[Any]]:
    """SQL for the number that each of the people meant would be texted on, and why not.

    The offset keeps Postgres from asking twice for what is both shown and sorted by.
    """
    sql, params = _numbers(message, among, between).query.sql_with_params()
    best = f"""
        SELECT DISTINCT ON (customer_id) * FROM ({sql} OFFSET 0) numbers
        ORDER BY customer_id, consent_event_id IS NULL, verified_at NULLS LAST, phone_id
    """  # noqa: S608  the inner statement is Django's own, with its parameters apart
    return best, params


def _numbers(message: SmsMessage, among: Q, between: Mapping[str, int]) -> QuerySet[Customer, Any]:
    """Every number of the people meant, with what decides between them; one row without a number for who has none."""
    if message.programme is None or message.sender is None:
        raise ValueError("A message without programme or sender has no recipients yet.")
    # Said of both tables: Postgres does not carry a range over a join, and would read every number for each chunk.
    holders = Q(*((f"phone_numbers__customer__{name}", value) for name, value in between.items()))
    checks = (
        Check(Reason.NO_PHONE, Q(held__isnull=False)),
        *recipient_checks(
            campaign=message.campaign, programme=message.programme, sender=message.sender,
            number="held__number", customer="pk", standing="standing",
        ),
        *can_be_written(message.text, customer="pk"),
    )  # fmt: skip
    return (
        audience(message)
        .filter(among)
        .annotate(held=FilteredRelation("phone_numbers", condition=holders))
        .annotate(standing=standing_in(message.programme, relation="held__subscriptions"))
        .order_by()
        .values(
            customer_id=F("pk"),
            phone_id=F("held__pk"),
            number=Coalesce("held__number", Value("")),
            verified_at=F("held__verified_at"),
            consent_event_id=_consent("standing"),
            reason=first_reason(checks),
        )
    )
