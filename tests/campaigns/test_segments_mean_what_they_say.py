"""A generated rule, asked in SQL of generated people, finds whom a plain reading of its meaning finds."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from campaigns import audience
from campaigns.models import Customer, Segment
from campaigns.rules import (
    DENIALS,
    OPERATORS,
    WITHOUT_VALUE,
    Condition,
    Field,
    Group,
    Happening,
    Kind,
    Operator,
    dump,
)
from campaigns.vocabulary import PROFILE_FIELDS
from messaging.history import WENT_OUT
from messaging.models import Outbound, Run, SmsMessage
from messaging.states import State
from tests import factories

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2025, 6, 15, 18, tzinfo=dt.UTC)
TODAY = dt.date(2025, 6, 15)
INNER, MESSAGES, EVENTS = ("1", "2"), ("1", "2"), ("order", "visit")
FIELDS = {
    field.key: field
    for field in (
        *PROFILE_FIELDS,
        Field("tier", "Tier", Kind.TEXT),
        Field("size", "Size", Kind.CHOICE, {"a": "A", "b": "B", "é": "É"}),
        Field("points", "Points", Kind.NUMBER),
        Field("joined", "Joined", Kind.DATE),
        Field("vip", "VIP", Kind.BOOLEAN),
        Field("@segment", "Segment", Kind.SEGMENT, dict.fromkeys(INNER, "")),
        Field("@event", "Event", Kind.EVENT),
        Field("@message", "Message", Kind.MESSAGE, dict.fromkeys(MESSAGES, "")),
    )
}
KEYS = ("first_name", "external_id", "birth_date", "tier", "size", "points", "joined", "vip", "@event", "@message")
ASKED = [FIELDS[key] for key in KEYS]

# Few letters and days, so that generated customers and rules meet often; % and _ are LIKE's own.
texts = st.text(alphabet="aAbé%_\\", min_size=1, max_size=3)
numbers = st.integers(-3, 3).map(Decimal) | st.sampled_from([Decimal("0.1"), Decimal("-2.5")])
days = st.integers(-4, 2).map(lambda n: TODAY + dt.timedelta(days=n))
happenings = st.builds(Happening, st.sampled_from(EVENTS), st.integers(1, 3))
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: texts, Kind.NUMBER: numbers, Kind.DATE: days, Kind.CHOICE: st.sampled_from(["a", "b", "é"]),
    Kind.EVENT: happenings, Kind.SEGMENT: st.sampled_from(INNER).map(int),
    Kind.MESSAGE: st.sampled_from(MESSAGES).map(int),
}  # fmt: skip

# What may be stored whatever the vocabulary says, a text in a number's place included.
stored = st.one_of(
    texts, st.just(""), st.just("12"), st.integers(-3, 3), st.sampled_from([0.1, -2.5]), st.booleans(), st.none(),
    days.map(dt.date.isoformat), st.just([1]), st.just({"a": 1}),
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """What is on file of somebody: fields, events with how many hours ago they were, and a text's state by message."""

    profile: Mapping[str, Any]
    events: list[tuple[str, int]]
    texts: Mapping[str, State]


people = st.builds(
    Person,
    st.fixed_dictionaries(
        {
            "first_name": st.just("") | texts,
            "external_id": st.none() | texts,
            "birth_date": st.none() | days,
            "attributes": st.dictionaries(st.sampled_from(["tier", "size", "points", "joined", "vip"]), stored),
        }
    ),
    st.lists(st.tuples(st.sampled_from(EVENTS), st.sampled_from([0, 23, 25, 47, 49, 71, 73])), max_size=3),
    st.dictionaries(st.sampled_from(MESSAGES), st.sampled_from(list(State))),
)


@st.composite
def conditions(draw: st.DrawFn, fields: list[Field]) -> Condition:
    field = draw(st.sampled_from(fields))
    operator = draw(st.sampled_from(OPERATORS[field.kind]))
    if operator in WITHOUT_VALUE:
        return Condition(field, operator)
    if operator is Operator.IN_LAST_DAYS:
        return Condition(field, operator, draw(st.integers(1, 4)))
    if operator is Operator.BETWEEN:
        low, high = sorted(draw(st.tuples(VALUES[field.kind], VALUES[field.kind])))
        return Condition(field, operator, (low, high))
    if operator in (Operator.IS_ANY_OF, Operator.IS_NONE_OF):
        several = st.lists(VALUES[field.kind], min_size=1, max_size=3, unique=True)
        return Condition(field, operator, tuple(draw(several)))
    return Condition(field, operator, draw(VALUES[field.kind]))


def groups(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Group]:
    return st.builds(Group, all=st.booleans(), parts=st.lists(parts, min_size=1, max_size=3).map(tuple))


def rules(fields: list[Field]) -> st.SearchStrategy[Group]:
    return groups(conditions(fields) | groups(conditions(fields)))


everybody = st.just(Group(all=True, parts=()))
outer = rules([*ASKED, FIELDS["@segment"]])
inner = everybody | rules(ASKED)


def known(field: Field, person: Mapping[str, Any]) -> Any:
    """The value that counts, or None."""
    value = person[field.key] if field.key in person else person["attributes"].get(field.key)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    match field.kind:
        case Kind.TEXT | Kind.CHOICE:
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
    Operator.IS_ANY_OF: lambda have, want: have in want,
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


def matches(part: Condition | Group, person: Person, segments: Mapping[int, Group]) -> bool:
    if isinstance(part, Group):
        answers = [matches(inner, person, segments) for inner in part.parts]
        return all(answers) if part.all else any(answers)
    denied, value = part.operator in DENIALS, part.value
    match part.field.kind:
        case Kind.SEGMENT:
            return matches(segments[value], person, segments) is not denied  # type: ignore[index]  # drawn as a number
        case Kind.EVENT:
            assert isinstance(value, Happening)
            return any(name == value.event and ago < 24 * value.days for name, ago in person.events) is not denied
        case Kind.MESSAGE:
            return (person.texts.get(str(value)) in WENT_OUT) is not denied
    have = known(part.field, person.profile)
    if part.operator in (Operator.IS_SET, Operator.IS_NOT_SET):
        return (have is not None) is (part.operator is Operator.IS_SET)
    return have is not None and QUESTIONS[DENIALS.get(part.operator, part.operator)](have, folded(value)) is not denied


def folded(value: Any) -> Any:
    if isinstance(value, str):
        return value.casefold()
    return tuple(map(folded, value)) if isinstance(value, tuple) else value


class TheSqlOfARule(TestCase):
    """One transaction an example: hypothesis rolls each back."""

    runs: ClassVar[Mapping[str, Run]]

    @classmethod
    def setUpTestData(cls) -> None:
        programme = factories.opt_in_campaign()
        campaign = factories.messaging_campaign(live=False)
        pinned = {"campaign": campaign, "programme": programme, "sender": programme.options.sender, "due_at": NOW}
        drafts = {pk: SmsMessage.objects.create(pk=int(pk), name=pk, campaign=campaign) for pk in MESSAGES}
        cls.runs = {pk: Run.objects.create(message=message, **pinned) for pk, message in drafts.items()}

    @settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(people, max_size=6, unique_by=lambda person: person.profile["external_id"] or object()),
        outer, inner, inner,
    )  # fmt: skip
    def test_finds_whom_its_meaning_says(self, persons: list[Person], rule: Group, one: Group, two: Group) -> None:
        rows = Customer.objects.bulk_create(Customer(**person.profile) for person in persons)
        for row, person in zip(rows, persons, strict=True):
            self.keep(row, person)
        Segment.objects.bulk_create(
            Segment(pk=pk, name=f"Inner {pk}", rule=dump(rule)) for pk, rule in enumerate((one, two), 1)
        )
        segments = {1: one, 2: two}
        expected = {row.pk for row, person in zip(rows, persons, strict=True) if matches(rule, person, segments)}
        found = Customer.objects.filter(audience.compile(dump(rule), FIELDS, now=NOW))
        assert {row.pk for row in found} == expected

    def keep(self, row: Customer, person: Person) -> None:
        for name, ago in person.events:
            factories.event(row, name, occurred_at=NOW - dt.timedelta(hours=ago))
        for message, state in person.texts.items():
            run = self.runs[message]
            Outbound.objects.create(
                kind="campaign", run=run, customer=row, number="+13139710000", sender=run.sender, state=state,
                reason="why", event=factories.event(row, "asked for it"), attempt_id=uuid4(), claimed_at=NOW,
            )  # fmt: skip
