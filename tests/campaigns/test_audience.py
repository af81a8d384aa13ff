"""Segments and restrictions as SQL: they agree with the rule's meaning, spelled out here in plain Python."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Exists, OuterRef
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from campaigns import audience
from campaigns.models import Attribute, Campaign, Customer, PhoneNumber, Segment
from campaigns.rules import OPERATORS, WITHOUT_VALUE, Condition, Field, Group, Kind, Operator, RuleError, dump

pytestmark = pytest.mark.django_db

TODAY = dt.date(2025, 6, 15)
FIELDS = {
    field.key: field
    for field in (
        *audience.PROFILE_FIELDS,
        Field("tier", "Tier", Kind.TEXT),
        Field("points", "Points", Kind.NUMBER),
        Field("joined", "Joined", Kind.DATE),
        Field("vip", "VIP", Kind.BOOLEAN),
    )
}
ASKED = [FIELDS[key] for key in ("first_name", "external_id", "birth_date", "tier", "points", "joined", "vip")]

# Few letters and days, so that generated customers and rules meet often; % and _ are LIKE's own.
texts = st.text(alphabet="aAbé%_\\", min_size=1, max_size=3)
numbers = st.integers(-3, 3).map(Decimal) | st.sampled_from([Decimal("0.1"), Decimal("-2.5")])
days = st.integers(-4, 2).map(lambda n: TODAY + dt.timedelta(days=n))
VALUES: dict[Kind, st.SearchStrategy[Any]] = {Kind.TEXT: texts, Kind.NUMBER: numbers, Kind.DATE: days}

# What may be stored whatever the vocabulary says, a text in a number's place included.
stored = st.one_of(
    texts, st.just(""), st.just("12"), st.integers(-3, 3), st.sampled_from([0.1, -2.5]), st.booleans(), st.none(),
    days.map(dt.date.isoformat), st.just([1]), st.just({"a": 1}),
)  # fmt: skip
people = st.fixed_dictionaries(
    {
        "first_name": st.just("") | texts,
        "external_id": st.none() | texts,
        "birth_date": st.none() | days,
        "attributes": st.dictionaries(st.sampled_from(["tier", "points", "joined", "vip"]), stored),
    }
)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    field = draw(st.sampled_from(ASKED))
    operator = draw(st.sampled_from(OPERATORS[field.kind]))
    if operator in WITHOUT_VALUE:
        return Condition(field, operator)
    if operator is Operator.IN_LAST_DAYS:
        return Condition(field, operator, draw(st.integers(1, 4)))
    if operator is Operator.BETWEEN:
        low, high = sorted(draw(st.tuples(VALUES[field.kind], VALUES[field.kind])))
        return Condition(field, operator, (low, high))
    return Condition(field, operator, draw(VALUES[field.kind]))


def groups(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Group]:
    return st.builds(Group, all=st.booleans(), parts=st.lists(parts, min_size=1, max_size=3).map(tuple))


rules = groups(conditions() | groups(conditions()))


def known(field: Field, person: dict[str, Any]) -> Any:
    """The value that counts, or None."""
    value = person[field.key] if field.key in person else person["attributes"].get(field.key)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    match field.kind:
        case Kind.TEXT:
            return str(value).casefold() if (isinstance(value, str) and value) or is_number else None
        case Kind.NUMBER:
            return Decimal(str(value)) if is_number else None
        case Kind.BOOLEAN:
            return value if isinstance(value, bool) else None
    try:
        return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    except ValueError:
        return None


QUESTIONS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.IS: lambda have, want: have == want,
    Operator.IS_NOT: lambda have, want: have != want,
    Operator.ON: lambda have, want: have == want,
    Operator.CONTAINS: lambda have, want: want in have,
    Operator.STARTS_WITH: lambda have, want: have.startswith(want),
    Operator.GREATER_THAN: lambda have, want: have > want,
    Operator.AFTER: lambda have, want: have > want,
    Operator.AT_LEAST: lambda have, want: have >= want,
    Operator.LESS_THAN: lambda have, want: have < want,
    Operator.BEFORE: lambda have, want: have < want,
    Operator.AT_MOST: lambda have, want: have <= want,
    Operator.BETWEEN: lambda have, want: want[0] <= have <= want[1],
    Operator.IN_LAST_DAYS: lambda have, want: TODAY - dt.timedelta(days=want) < have <= TODAY,
    Operator.IS_TRUE: lambda have, _: have is True,
    Operator.IS_FALSE: lambda have, _: have is False,
}


def matches(part: Condition | Group, person: dict[str, Any]) -> bool:
    if isinstance(part, Group):
        answers = [matches(inner, person) for inner in part.parts]
        return all(answers) if part.all else any(answers)
    have = known(part.field, person)
    if part.operator in (Operator.IS_SET, Operator.IS_NOT_SET):
        return (have is not None) is (part.operator is Operator.IS_SET)
    want = part.value.casefold() if isinstance(part.value, str) else part.value
    return have is not None and QUESTIONS[part.operator](have, want)


class TheSqlOfARule(TestCase):
    """One transaction an example: hypothesis rolls each back."""

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(people, max_size=6, unique_by=lambda person: person["external_id"] or object()), rules)
    def test_finds_whom_its_meaning_says(self, persons: list[dict[str, Any]], rule: Group) -> None:
        rows = Customer.objects.bulk_create(Customer(**person) for person in persons)
        expected = {row.pk for row, person in zip(rows, persons, strict=True) if matches(rule, person)}
        found = Customer.objects.filter(audience.compile(dump(rule), FIELDS, on=TODAY))
        assert {row.pk for row in found} == expected


def test_the_vocabulary_is_the_profile_and_the_attributes() -> None:
    Attribute.objects.create(key="points", label="Points", type="number")
    Attribute.objects.create(key="state", type="number")
    vocabulary = audience.fields()
    assert vocabulary["points"] == Field("points", "Points", Kind.NUMBER)
    assert vocabulary["state"].kind is Kind.TEXT


def test_a_segments_members_can_stand_inside_a_larger_question() -> None:
    texan = Customer.objects.create(state="TX")
    Customer.objects.create(state="MI")
    PhoneNumber.objects.create(customer=texan, number="+13135550123")
    segment = Segment(rule={"all": [{"field": "state", "operator": "is", "value": "tx"}]})
    inside = Exists(audience.members(segment).filter(pk=OuterRef("customer")))
    assert PhoneNumber.objects.filter(inside).count() == 1
    assert audience.estimate(segment) == 1
    assert audience.estimate(None) == 2


def test_a_rule_about_an_unknown_field_is_an_error_and_never_nobody() -> None:
    with pytest.raises(RuleError):
        audience.matching({"all": [{"field": "gone", "operator": "is", "value": "x"}]})


@pytest.mark.parametrize(
    ("born", "on", "old_enough"),
    [
        ("2004-06-15", "2025-06-15", True),
        ("2004-06-16", "2025-06-15", False),
        ("2004-02-29", "2025-02-28", False),
        ("2004-02-29", "2025-03-01", True),
        ("2003-02-28", "2024-02-29", True),
        ("2003-03-01", "2024-02-29", False),
        (None, "2025-06-15", False),
    ],
)
def test_a_minimum_age_is_reached_on_the_birthday(born: str | None, on: str, old_enough: bool) -> None:
    Customer.objects.create(birth_date=born)
    campaign = Campaign(restriction="minimum_age", minimum_age=21)
    condition = audience.meets_restriction(campaign, on=dt.date.fromisoformat(on))
    assert Customer.objects.filter(condition).exists() is old_enough


@pytest.mark.parametrize(
    ("key", "required", "met"),
    [
        ("tier", "GOLD", True), ("tier", "silver", False), ("points", "12.0", True), ("points", "many", False),
        ("joined", "2025-01-31", True), ("vip", "yes", True), ("vip", "no", False), ("state", "tx", True),
        ("city", "Austin", False), ("gone", "x", False),
    ],
)  # fmt: skip
def test_a_required_value_is_compared_in_its_kind(key: str, required: str, met: bool) -> None:
    for name, kind in (("tier", "text"), ("points", "number"), ("joined", "date"), ("vip", "boolean")):
        Attribute.objects.create(key=name, type=kind)
    Customer.objects.create(state="TX", attributes={"tier": "gold", "points": 12, "joined": "2025-01-31", "vip": True})
    campaign = Campaign(restriction="attribute", required_attribute=key, required_value=required)
    restricted = Customer.objects.filter(audience.meets_restriction(campaign, on=TODAY))
    assert restricted.exists() is met
    inside = Exists(Customer.objects.filter(audience.meets_restriction(campaign, on=TODAY), pk=OuterRef("pk")))
    assert Customer.objects.filter(~inside).exists() is not met


def test_no_restriction_is_met_by_everybody() -> None:
    Customer.objects.create()
    assert Customer.objects.filter(audience.meets_restriction(Campaign(), on=TODAY)).exists()
