"""Who is meant by a campaign: segments and user restrictions, as conditions on customers.

Everything here is a `Q` or a queryset over `Customer`, so that it can stand inside `Exists(...)` of a larger
question. No condition can fail on what happens to be stored: attributes are compared as JSON or as text,
never cast, so a text in a number's place is an unknown and no error.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import (
    CharField,
    Count,
    DateField,
    Exists,
    Expression,
    F,
    Func,
    JSONField,
    Lookup,
    OuterRef,
    Q,
    QuerySet,
)
from django.db.models import Value as Constant
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    IContains,
    IExact,
    In,
    IStartsWith,
    LessThan,
    LessThanOrEqual,
    Regex,
)
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Customer, CustomerEvent, Segment
from campaigns.patience import TooSlow, at_most
from campaigns.rules import (
    DENIALS,
    Condition,
    Field,
    Group,
    Happening,
    Kind,
    Operator,
    RuleError,
    Value,
    parse,
    parse_condition,
)
from campaigns.values import YES, plain
from campaigns.vocabulary import PROFILE_KEYS, fields, known_fields, message_history

NOBODY: Final = Q(pk__isnull=True)
_ANYBODY: Final = Q(pk__isnull=False)
_ISO_DATE: Final = r"^\d{4}-\d{2}-\d{2}$"


_PATIENCE_SECONDS: Final = 2.0
_ONE_IN_A_HUNDRED: Final = "SELECT id FROM campaigns_customer TABLESAMPLE SYSTEM (1)"


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of people, exact or about right."""

    people: int
    is_exact: bool


@dataclass(frozen=True, slots=True)
class _Asking:
    """What a rule is read with: the vocabulary, the moment that counts as now, and the segments that led here."""

    fields: Mapping[str, Field]
    now: dt.datetime
    trail: tuple[int, ...] = ()

    @property
    def today(self) -> dt.date:
        return timezone.localdate(self.now)


def members(segment: Segment | None) -> QuerySet[Customer]:
    """The customers of a segment; all of them when there is none.

    Raises RuleError when the stored rule no longer parses; the verbs that change attributes prevent that.
    """
    return Customer.objects.filter(is_member(segment))


def is_member(segment: Segment | None) -> Q:
    """The same as a condition on customers; empty when there is nothing to ask."""
    return Q() if segment is None else _described(segment.rule)


def matching(rule: object) -> QuerySet[Customer]:
    """The customers whom a rule describes. Raises RuleError."""
    return Customer.objects.filter(_described(rule))


def _described(rule: object) -> Q:
    return Q() if rule == {} else compile(rule, fields())


def estimate(segment: Segment | None) -> int:
    """How many customers the segment has."""
    return members(segment).order_by().count()


def counted(rule: object) -> Counted:
    """How many customers a rule describes: counted, or reckoned from a part of them where that takes too long.

    Raises RuleError.
    """
    people = matching(rule).order_by()
    try:
        with at_most(_PATIENCE_SECONDS):
            return Counted(people.count(), is_exact=True)
    except TooSlow:
        return Counted(reckoned(rule), is_exact=False)


def reckoned(rule: object) -> int:
    """About how many customers a rule describes: their share of some blocks of the table.

    Raises RuleError.
    """
    some = Customer.objects.order_by().filter(pk__in=RawSQL(_ONE_IN_A_HUNDRED, []))  # noqa: S611  no value in it
    found = some.aggregate(looked_at=Count("pk"), meant=Count("pk", filter=_described(rule)))
    share = found["meant"] / found["looked_at"] if found["looked_at"] else 0
    return round(share * Customer.objects.count())


def some_of(rule: object, number: int) -> Sequence[Customer]:
    """Some of the customers whom a rule describes, the newest first; none where looking takes too long."""
    try:
        with at_most(_PATIENCE_SECONDS):
            return list(matching(rule).order_by("-pk")[:number])
    except TooSlow:
        return []


def known_value(person: Customer, field: Field) -> object:
    """What is on file of a person in a field; None for one that asks about something else."""
    return getattr(person, field.key) if field.key in PROFILE_KEYS else person.attributes.get(field.key)


def meets_restriction(campaign: Campaign, *, on: dt.date) -> Q:
    """A campaign's user restriction as it stands on a date. Unknown counts as no."""
    if campaign.restriction == Campaign.Restriction.MINIMUM_AGE:
        return Q(birth_date__lte=_years_before(on, campaign.minimum_age or 0))
    if campaign.restriction == Campaign.Restriction.ATTRIBUTE:
        return _has_value(campaign.required_attribute, campaign.required_value, on)
    return Q()


def compile(rule: object, fields: Mapping[str, Field], *, now: dt.datetime | None = None) -> Q:
    """The rule as a condition on customers, true or false of each and never unknown. `now` is where the last days end.

    Raises RuleError.
    """
    return _group(parse(rule, fields), _Asking(fields, now or timezone.now()))


def _group(group: Group, asking: _Asking) -> Q:
    # A condition without any part would drop out of what it is joined to.
    joined = Q() if group.parts else _ANYBODY
    for part in group.parts:
        condition = _group(part, asking) if isinstance(part, Group) else _condition(part, asking)
        joined = (joined & condition) if group.all else (joined | condition)
    return joined


def _condition(condition: Condition, asking: _Asking) -> Q:
    asked = DENIALS.get(condition.operator)
    if condition.field.kind in _BEYOND_VALUES:
        holds = _BEYOND_VALUES[condition.field.kind](condition.value, asking)
        return ~holds if asked else holds
    known, value = _column(condition.field)
    match condition.operator:
        case Operator.IS_SET:
            return known
        case Operator.IS_NOT_SET:
            return ~known
    if asked:
        return known & ~_comparison(replace(condition, operator=asked), value, asking.today)
    return known & _comparison(condition, value, asking.today)


def _in_segment(value: Value, asking: _Asking) -> Q:
    """Spelled out in place, so that however many segments a rule names, one question is asked of the database."""
    segment = Segment.objects.filter(pk=value).first() if isinstance(value, int) else None
    if segment is None or segment.pk in asking.trail:
        sentence = _("The segment “%(segment)s” cannot be asked: choose another one.")
        raise RuleError(sentence % {"segment": segment or value})
    return _group(parse(segment.rule, asking.fields), replace(asking, trail=(*asking.trail, segment.pk)))


def _has_done(value: Value, asking: _Asking) -> Q:
    assert isinstance(value, Happening)
    since = asking.now - dt.timedelta(days=value.days)
    done = CustomerEvent.objects.filter(customer=OuterRef("pk"), name=value.event, occurred_at__gt=since)
    return Q(Exists(done))


def _was_sent(value: Value, _asking: _Asking) -> Q:
    assert isinstance(value, int)
    return message_history().was_sent(value)


_BEYOND_VALUES: Final[Mapping[Kind, Callable[[Value, _Asking], Q]]] = {
    Kind.SEGMENT: _in_segment,
    Kind.EVENT: _has_done,
    Kind.MESSAGE: _was_sent,
}


def _comparison(condition: Condition, value: Expression | F, on: dt.date) -> Q:
    """The bare comparison: that the value is there and of the field's kind is the caller's part."""
    field, operator, wanted = condition.field, condition.operator, condition.value
    if operator in (Operator.IS_TRUE, Operator.IS_FALSE):
        return Q(Exact(value, Constant(operator is Operator.IS_TRUE, JSONField())))
    if operator is Operator.IN_LAST_DAYS and isinstance(wanted, int):
        wanted = (on - dt.timedelta(days=wanted - 1), on)
    if operator is Operator.IS_ANY_OF and isinstance(wanted, tuple):
        return reduce(or_, (Q(IExact(value, _constant(field, item))) for item in wanted))
    if isinstance(wanted, tuple):
        low, high = (_constant(field, end) for end in wanted)
        return Q(GreaterThanOrEqual(value, low)) & Q(LessThanOrEqual(value, high))
    lookups = _TEXT_LOOKUPS if field.kind in (Kind.TEXT, Kind.CHOICE) else _ORDER_LOOKUPS
    return Q(lookups[operator](value, _constant(field, wanted)))


_TEXT_LOOKUPS: "Final[Mapping[Operator, type[Lookup[Any]]]]" = {
    Operator.IS: IExact,
    Operator.CONTAINS: IContains,
    Operator.STARTS_WITH: IStartsWith,
}
_ORDER_LOOKUPS: "Final[Mapping[Operator, type[Lookup[Any]]]]" = {
    Operator.IS: Exact,
    Operator.ON: Exact,
    Operator.GREATER_THAN: GreaterThan,
    Operator.AT_LEAST: GreaterThanOrEqual,
    Operator.LESS_THAN: LessThan,
    Operator.AT_MOST: LessThanOrEqual,
    Operator.BEFORE: LessThan,
    Operator.AFTER: GreaterThan,
}


def _column(field: Field) -> tuple[Q, Expression | F]:
    """Where a field is kept: whether it has a value of its kind there (never NULL), and the value."""
    if field.key in PROFILE_KEYS:
        known = Q(**{f"{field.key}__isnull": False})
        return (known & ~Q(**{field.key: ""}) if field.kind is Kind.TEXT else known), F(field.key)
    path = (F("attributes"), Constant(field.key))
    value = Func(*path, function="jsonb_extract_path", output_field=JSONField())
    text = Coalesce(Func(*path, function="jsonb_extract_path_text", output_field=CharField()), Constant(""))
    stored = Coalesce(Func(value, function="jsonb_typeof", output_field=CharField()), Constant(""))
    match field.kind:
        case Kind.TEXT | Kind.CHOICE:
            return Q(In(stored, ["string", "number"])) & ~Q(Exact(text, "")), text
        case Kind.DATE:
            # ISO dates sort as texts do, and a text cannot fail to be compared.
            return Q(Exact(stored, "string")) & Q(Regex(text, _ISO_DATE)), text
    return Q(Exact(stored, field.kind.value)), value


def _constant(field: Field, value: object) -> Constant:
    """What a stored value is compared with, in the type it is stored in."""
    if isinstance(value, dt.date):
        in_profile = field.key in PROFILE_KEYS
        return Constant(value, DateField()) if in_profile else Constant(value.isoformat(), CharField())
    if isinstance(value, Decimal):
        return Constant(plain(value), JSONField())
    return Constant(value, CharField())


def _has_value(key: str, required: str, on: dt.date) -> Q:
    """Who has the value that a restriction names; nobody, if it names nothing that we know."""
    field = known_fields().get(key)
    if field is None:
        return NOBODY
    operator = Operator.ON if field.kind is Kind.DATE else Operator.IS
    if field.kind is Kind.BOOLEAN:
        operator = Operator.IS_TRUE if required.strip().casefold() in YES else Operator.IS_FALSE
    try:
        condition = parse_condition({"field": key, "operator": operator, "value": required}, {key: field})
    except RuleError:
        return NOBODY
    known, value = _column(field)
    return known & _comparison(condition, value, on)


def _years_before(day: dt.date, years: int) -> dt.date:
    """The same day of an earlier year; of those born on a February 29 the next full day counts."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
