"""The grammar of segments: what is read, what is refused with which sentence, and how it reads in English."""

import datetime as dt
from decimal import Decimal

import pytest

from campaigns.rules import (
    EVERYBODY,
    MAX_CONDITIONS,
    Condition,
    Field,
    Group,
    Kind,
    Operator,
    RuleError,
    describe,
    dump,
    fields_of,
    parse,
    read_boolean,
)

FIELDS = {
    field.key: field
    for field in (
        Field("state", "State or province", Kind.TEXT),
        Field("points", "Points", Kind.NUMBER),
        Field("joined", "Joined", Kind.DATE),
        Field("vip", "VIP", Kind.BOOLEAN),
    )
}


def condition(field: str, operator: str, value: object = None) -> dict[str, object]:
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value})


def refusal(rule: object) -> str:
    with pytest.raises(RuleError) as caught:
        parse(rule, FIELDS)
    return str(caught.value)


def test_an_empty_rule_is_everybody() -> None:
    assert parse({}, FIELDS) == EVERYBODY
    assert describe(EVERYBODY) == "All customers."


def test_values_are_read_in_the_fields_kind() -> None:
    rule = {
        "all": [
            condition("state", "is", "  TX "),
            condition("points", "between", ["1", 2.5]),
            {"any": [condition("joined", "on", "2025-01-31"), condition("vip", "is_true")]},
        ]
    }
    assert parse(rule, FIELDS) == Group(
        all=True,
        parts=(
            Condition(FIELDS["state"], Operator.IS, "TX"),
            Condition(FIELDS["points"], Operator.BETWEEN, (Decimal(1), Decimal("2.5"))),
            Group(
                all=False,
                parts=(
                    Condition(FIELDS["joined"], Operator.ON, dt.date(2025, 1, 31)),
                    Condition(FIELDS["vip"], Operator.IS_TRUE),
                ),
            ),
        ),
    )


def test_a_rule_reads_as_an_english_sentence() -> None:
    rule = {
        "all": [
            condition("state", "is", "TX"),
            {"any": [condition("points", "at_least", 1000), condition("joined", "in_last_days", 30)]},
            {"any": [condition("joined", "between", ["2025-01-31", "2025-02-01"])]},
            condition("vip", "is_not_set"),
        ]
    }
    assert describe(parse(rule, FIELDS)) == (
        "Customers where State or province is “TX” and (Points is at least 1,000 or Joined is in the last "
        "30 days) and Joined is between January 31, 2025 and February 1, 2025 and VIP is not known."
    )


def test_a_rule_names_the_fields_that_it_asks_about() -> None:
    rule = {"any": [condition("vip", "is_true"), {"all": [condition("points", "is", 1)]}]}
    assert fields_of(parse(rule, FIELDS)) == {"vip", "points"}


def test_an_unknown_field_is_answered_with_the_nearest_one() -> None:
    assert refusal({"all": [condition("sate", "is", "TX")]}).endswith("Did you mean “state”?")
    assert refusal({"all": [condition("zzz", "is", "TX")]}).endswith("Choose one of the list.")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (condition("vip", "is", "x"), "only is_true, is_false, is_set, is_not_set"),
        (condition("points", "is", "many"), "Points: “many” is not a number"),
        (condition("points", "is", True), "Points: write a number"),
        (condition("points", "is", "1e999"), "more digits than can be kept"),
        (condition("points", "is", "NaN"), "more digits than can be kept"),
        (condition("points", "between", [2, 1]), "Swap the two"),
        (condition("points", "between", 1), "both ends"),
        (condition("joined", "on", "31.1.2025"), "is not a date"),
        (condition("joined", "on", "2025-02-30"), "is not a date"),
        (condition("joined", "between", ["2025-02-01", "2025-01-01"]), "Swap the two"),
        (condition("joined", "in_last_days", 0), "a whole number of days"),
        (condition("joined", "in_last_days", 1.5), "a whole number of days"),
        (condition("state", "is", " "), "write a value"),
        (condition("state", "is", "x" * 256), "256 characters"),
        (condition("state", "is", "T\x00X"), "cannot be printed"),
        (condition("state", "is", "\ud800"), "cannot be printed"),
        (condition("state", "is", ["TX"]), "write a text"),
        ({"field": "state"}, "a field, an operator and a value"),
        ({"field": None, "operator": "is", "value": "x"}, "Choose a field"),
        ("TX", "A group is"),
        ({"all": []}, "at least one condition"),
        ({"none": []}, "A group is"),
        ({"all": "TX"}, "at least one condition"),
    ],
)  # fmt: skip
def test_what_says_nothing_is_refused_with_a_sentence(raw: object, words: str) -> None:
    assert words in refusal({"all": [raw]})


@pytest.mark.parametrize("rule", [None, [], "all", 1, {"all": [], "any": []}])
def test_a_rule_that_is_no_group_is_refused(rule: object) -> None:
    assert refusal(rule).startswith("A group is")


def test_depth_and_size_have_limits() -> None:
    leaf = condition("vip", "is_true")
    assert "deep" in refusal({"all": [{"all": [{"all": [{"all": [leaf]}]}]}]})
    assert str(MAX_CONDITIONS) in refusal({"all": [leaf] * (MAX_CONDITIONS + 1)})
    assert str(MAX_CONDITIONS) in refusal({"all": [{"any": [leaf] * 30}, {"any": [leaf] * 30}]})


def test_an_error_tells_where_it_is() -> None:
    rule = {"all": [condition("vip", "is_true"), {"any": [condition("points", "is", "x")]}]}
    with pytest.raises(RuleError) as caught:
        parse(rule, FIELDS)
    assert caught.value.path == (1, 0)


def test_what_is_stored_reads_back_as_the_same_rule() -> None:
    rule = {
        "any": [
            condition("points", "between", ["-0.1", "12"]),
            condition("joined", "between", ["2025-01-31", "2025-02-01"]),
            {"all": [condition("vip", "is_set"), condition("joined", "in_last_days", "7")]},
        ]
    }
    group = parse(rule, FIELDS)
    assert parse(dump(group), FIELDS) == group
    assert dump(EVERYBODY) == {}


def test_yes_and_no_come_in_many_words() -> None:
    assert [read_boolean(word) for word in ("Yes", "1", True, "off", False)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    with pytest.raises(ValueError, match="neither yes nor no"):
        read_boolean("maybe")
