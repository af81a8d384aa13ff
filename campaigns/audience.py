"""Who is meant by a campaign: segments and user restrictions, as conditions on customers.

Everything here is a `Q` or a queryset over `Customer`, so that it can stand inside `Exists(...)` of a larger
question. No condition can fail on what happens to be stored: attributes are compared as JSON or as text,
never cast, so a text in a number's place is an unknown and no error.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django.db.models import CharField, DateField, Expression, F, Func, JSONField, Lookup, Q, QuerySet
from django.db.models import Value as Constant
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

from campaigns.models import Attribute, Campaign, Customer, Segment
from campaigns.rules import (
    YES,
    Condition,
    Field,
    Group,
    Kind,
    Operator,
    RuleError,
    parse,
    parse_condition,
    plain,
)

PROFILE_FIELDS: Final = (
    Field("external_id", "External ID", Kind.TEXT),
    Field("first_name", "First name", Kind.TEXT),
    Field("last_name", "Last name", Kind.TEXT),
    Field("email", "Email", Kind.TEXT),
    Field("birth_date", "Birth date", Kind.DATE),
    Field("language", "Language", Kind.TEXT),
    Field("time_zone", "Time zone", Kind.TEXT),
    Field("country", "Country", Kind.TEXT),
    Field("state", "State or province", Kind.TEXT),
    Field("postal_code", "Postal code", Kind.TEXT),
)
_PROFILE_KEYS: Final = frozenset(field.key for field in PROFILE_FIELDS)

NOBODY: Final = Q(pk__isnull=True)
_ISO_DATE: Final = r"^\d{4}-\d{2}-\d{2}$"


def fields() -> Mapping[str, Field]:
    """What rules may ask about: the profile, then every attribute. A profile field's key wins."""
    attributes = [Field(row.key, row.label or row.key, Kind(row.type)) for row in Attribute.objects.all()]
    return {field.key: field for field in (*attributes, *PROFILE_FIELDS)}


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


def meets_restriction(campaign: Campaign, *, on: dt.date) -> Q:
    """A campaign's user restriction as it stands on a date. Unknown counts as no."""
    if campaign.restriction == Campaign.Restriction.MINIMUM_AGE:
        return Q(birth_date__lte=_years_before(on, campaign.minimum_age or 0))
    if campaign.restriction == Campaign.Restriction.ATTRIBUTE:
        return _has_value(campaign.required_attribute, campaign.required_value, on)
    return Q()


def compile(rule: object, fields: Mapping[str, Field], *, on: dt.date | None = None) -> Q:
    """The rule as a condition on customers. `on` is the last of “the last days”: by default today.

    Raises RuleError.
    """
    return _group(parse(rule, fields), on or timezone.localdate())


def _group(group: Group, on: dt.date) -> Q:
    joined = Q()
    for part in group.parts:
        condition = _group(part, on) if isinstance(part, Group) else _condition(part, on)
        joined = (joined & condition) if group.all else (joined | condition)
    return joined


def _condition(condition: Condition, on: dt.date) -> Q:
    known, value = _column(condition.field)
    match condition.operator:
        case Operator.IS_SET:
            return known
        case Operator.IS_NOT_SET:
            return ~known
        case Operator.IS_NOT:
            return known & ~_comparison(condition, value, on)
    return known & _comparison(condition, value, on)


def _comparison(condition: Condition, value: Expression | F, on: dt.date) -> Q:
    """The bare comparison: that the value is there and of the field's kind is the caller's part."""
    field, operator, wanted = condition.field, condition.operator, condition.value
    if operator in (Operator.IS_TRUE, Operator.IS_FALSE):
        return Q(Exact(value, Constant(operator is Operator.IS_TRUE, JSONField())))
    if operator is Operator.IN_LAST_DAYS and isinstance(wanted, int):
        wanted = (on - dt.timedelta(days=wanted - 1), on)
    if isinstance(wanted, tuple):
        low, high = (_constant(field, end) for end in wanted)
        return Q(GreaterThanOrEqual(value, low)) & Q(LessThanOrEqual(value, high))
    lookups = _TEXT_LOOKUPS if field.kind is Kind.TEXT else _ORDER_LOOKUPS
    return Q(lookups[operator](value, _constant(field, wanted)))


_TEXT_LOOKUPS: "Final[Mapping[Operator, type[Lookup[Any]]]]" = {
    Operator.IS: IExact,
    Operator.IS_NOT: IExact,
    Operator.CONTAINS: IContains,
    Operator.STARTS_WITH: IStartsWith,
}
_ORDER_LOOKUPS: "Final[Mapping[Operator, type[Lookup[Any]]]]" = {
    Operator.IS: Exact,
    Operator.IS_NOT: Exact,
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
    if field.key in _PROFILE_KEYS:
        known = Q(**{f"{field.key}__isnull": False})
        return (known & ~Q(**{field.key: ""}) if field.kind is Kind.TEXT else known), F(field.key)
    path = (F("attributes"), Constant(field.key))
    value = Func(*path, function="jsonb_extract_path", output_field=JSONField())
    text = Coalesce(Func(*path, function="jsonb_extract_path_text", output_field=CharField()), Constant(""))
    stored = Coalesce(Func(value, function="jsonb_typeof", output_field=CharField()), Constant(""))
    match field.kind:
        case Kind.TEXT:
            return Q(In(stored, ["string", "number"])) & ~Q(Exact(text, "")), text
        case Kind.DATE:
            # ISO dates sort as texts do, and a text cannot fail to be compared.
            return Q(Exact(stored, "string")) & Q(Regex(text, _ISO_DATE)), text
    return Q(Exact(stored, field.kind.value)), value


def _constant(field: Field, value: object) -> Constant:
    """What a stored value is compared with, in the type it is stored in."""
    if isinstance(value, dt.date):
        in_profile = field.key in _PROFILE_KEYS
        return Constant(value, DateField()) if in_profile else Constant(value.isoformat(), CharField())
    if isinstance(value, Decimal):
        return Constant(plain(value), JSONField())
    return Constant(value, CharField())


def _has_value(key: str, required: str, on: dt.date) -> Q:
    """Who has the value that a restriction names; nobody, if it names nothing that we know."""
    field = fields().get(key)
    if field is None:
        return NOBODY
    operator = Operator.ON if field.kind is Kind.DATE else Operator.IS
    if field.kind is Kind.BOOLEAN:
        operator = Operator.IS_TRUE if required.strip().casefold() in YES else Operator.IS_FALSE
    try:
        condition = parse_condition({"field": key, "operator": operator, "value": required}, {key: field})
    except RuleError:
        return NOBODY
    return _condition(condition, on)


def _years_before(day: dt.date, years: int) -> dt.date:
    """The same day of an earlier year; of those born on a February 29 the next full day counts."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
