"""Segments and restrictions as conditions in SQL: what they are asked with, inside what, and what is refused."""

import datetime as dt
from typing import Any

import pytest
from django.db.models import Exists, OuterRef

from campaigns import audience
from campaigns.models import Attribute, Campaign, Customer, PhoneNumber, Segment
from campaigns.rules import Field, Kind, RuleError
from campaigns.vocabulary import fields
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = dt.date(2025, 6, 15)


def test_the_vocabulary_is_the_profile_and_the_attributes() -> None:
    Attribute.objects.create(key="points", label="Points", type="number")
    Attribute.objects.create(key="state", type="number")
    vocabulary = fields()
    assert vocabulary["points"] == Field("points", "Points", Kind.NUMBER)
    assert vocabulary["state"].kind is Kind.TEXT


def test_the_vocabulary_names_segments_messages_and_the_events_in_use() -> None:
    texans = factories.segment(name="Texans")
    person = factories.customer()
    for name in ("order_shipped", "cart_left", "order_shipped"):
        factories.event(person, name)
    vocabulary = fields()
    assert dict(vocabulary["@segment"].choices) == {str(texans.pk): "Texans"}
    assert list(vocabulary["@event"].choices) == ["cart_left", "order_shipped"]
    assert not vocabulary["@message"].choices


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


def asks_about(segment: Segment) -> dict[str, object]:
    return {"all": [{"field": "@segment", "operator": "is_in", "value": segment.pk}]}


def test_segments_that_lead_round_in_a_circle_are_an_error_and_never_endless() -> None:
    first = factories.segment()
    second = factories.segment(asks_about(first))
    Segment.objects.filter(pk=first.pk).update(rule=asks_about(second))
    with pytest.raises(RuleError, match="cannot be asked: choose another one"):
        audience.members(second)


def test_however_many_segments_a_rule_names_one_question_is_asked(django_assert_num_queries: Any) -> None:
    inner = [factories.segment({"all": [{"field": "state", "operator": "is", "value": "TX"}]}) for _ in range(3)]
    factories.customer(state="TX")
    rule = {"any": [asks_about(segment) for segment in inner]}
    found = audience.matching(rule)
    with django_assert_num_queries(1):
        assert found.count() == 1


def test_a_share_of_some_blocks_tells_about_how_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience, "_ONE_IN_A_HUNDRED", "SELECT id FROM campaigns_customer TABLESAMPLE SYSTEM (100)")
    for state in ("TX", "TX", "OH"):
        factories.customer(state=state)
    rule = {"all": [{"field": "state", "operator": "is", "value": "TX"}]}
    assert audience.reckoned(rule) == audience.counted(rule).people == 2
    assert audience.counted(rule).is_exact


def test_of_no_customers_none_are_reckoned() -> None:
    assert audience.reckoned({}) == 0
