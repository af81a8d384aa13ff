"""The grammar of segments: what is read, what is refused with which sentence, and how it reads in English."""

import datetime as dt
from decimal import Decimal

import pytest

from campaigns.rules import (
    EVENT,
    EVERYBODY,
    MAX_CONDITIONS,
    MESSAGE,
    SEGMENT,
    Condition,
    Field,
    Group,
    Kind,
    Operator,
    RuleError,
    dump,
    fields_of,
    parse,
)
from campaigns.sentences import describe
from campaigns.values import read_boolean

FIELDS = {
    field.key: field
    for field in (
        Field("state", "State or province", Kind.TEXT, is_place=True),
        Field("points", "Points", Kind.NUMBER),
        Field("joined", "Joined", Kind.DATE),
        Field("vip", "VIP", Kind.BOOLEAN),
        Field("tier", "Tier", Kind.CHOICE, {"gold": "Gold", "silver": "Silver", "gold2": "gold"}),
        Field(SEGMENT, "Segment", Kind.SEGMENT, {"7": "Texans", "8": "Twins", "9": "Twins"}),
        Field(EVENT, "Event", Kind.EVENT),
        Field(MESSAGE, "Message", Kind.MESSAGE, {"3": "Spring: Sale"}),
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
        "People in TX (whose Points is at least 1,000 or whose Joined is in the last 30 days) and whose Joined is "
        "between January 31, 2025 and February 1, 2025 and whose VIP is not known."
    )


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (condition("state", "is_any_of", ["OH", "TX", "MI"]), "People in OH, TX or MI."),
        (condition("state", "is_not", "OH"), "People whose State or province is not “OH”."),
        (condition("tier", "is_any_of", ["gold2", "silver"]), "People whose Tier is one of “gold” or “Silver”."),
        (condition(SEGMENT, "is_in", 7), "People who are in “Texans”."),
        (condition(SEGMENT, "is_not_in", 7), "People who are not in “Texans”."),
        (condition(EVENT, "happened", {"event": "order", "days": 1}), "People who had “order” in the last day."),
        (condition(EVENT, "did_not_happen", {"event": "order", "days": 30}),
         "People who did not have “order” in the last 30 days."),
        (condition(MESSAGE, "was_sent", 3), "People who were sent “Spring: Sale”."),
        (condition(MESSAGE, "did_not_get", 3), "People who did not get “Spring: Sale”."),
    ],
)  # fmt: skip
def test_each_question_has_its_words(part: dict[str, object], sentence: str) -> None:
    assert describe(parse({"all": [part]}, FIELDS)) == sentence


def test_a_place_stands_first_only_where_it_holds_for_all() -> None:
    parts = [condition("vip", "is_true"), condition("state", "is", "OH")]
    assert describe(parse({"all": parts}, FIELDS)) == "People in OH whose VIP is yes."
    assert describe(parse({"any": parts}, FIELDS)) == "People whose VIP is yes or who are in OH."


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
        (condition("state", "is_any_of", []), "at least one value"),
        (condition("state", "is_any_of", "TX"), "at least one value"),
        (condition("state", "is_any_of", ["TX", ""]), "write a value"),
        (condition("state", "is_any_of", ["TX"] * 51), "50 at most"),
        (condition("tier", "is", "golden"), "Did you mean “gold”?"),
        (condition("tier", "is_none_of", ["silver", "bronze!"]), "there is no “bronze!”. Choose one of the list."),
        (condition(SEGMENT, "is_in", 12), "there is no “12”"),
        (condition(SEGMENT, "is_in", "Texas"), "Did you mean “Texans”?"),
        (condition(SEGMENT, "is_in", "twins"), "several are called “twins”. Give the number"),
        (condition(SEGMENT, "is_in", True), "choose one"),
        (condition(SEGMENT, "is", 7), "only is_in, is_not_in"),
        (condition(MESSAGE, "was_sent", None), "choose one"),
        (condition(EVENT, "happened", "order"), "the event's name and a number of days"),
        (condition(EVENT, "happened", {"event": " ", "days": 3}), "write the event's name"),
        (condition(EVENT, "happened", {"event": "x" * 101, "days": 3}), "100 characters at most"),
        (condition(EVENT, "happened", {"event": "order", "days": 0}), "a whole number of days"),
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
    assert caught.value.placed.startswith("Row 2.1: Points: “x” is not a number.")


def test_what_is_stored_reads_back_as_the_same_rule() -> None:
    rule = {
        "any": [
            condition("points", "between", ["-0.1", "12"]),
            condition("joined", "between", ["2025-01-31", "2025-02-01"]),
            {"all": [condition("vip", "is_set"), condition("joined", "in_last_days", "7")]},
            condition("tier", "is_none_of", ["GOLD2", "silver"]),
            condition(SEGMENT, "is_not_in", "texans"),
            condition(EVENT, "did_not_happen", {"event": "order_shipped", "days": "30"}),
            condition(MESSAGE, "was_sent", 3),
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
