"""The grammar of segments: what a rule may say, what it means, and how it reads in English.

A rule is ``{}``, which means everybody, or a group: ``{"all": [...]}`` or ``{"any": [...]}`` of conditions
and further groups. A condition is ``{"field": "state", "operator": "is", "value": "TX"}``.

Unknown counts as no. A customer whose value is missing, or is not of the field's kind, matches no condition
on that field but ``is_not_set``: ``is_not`` too asks for a value that is there and differs. Texts are
compared without regard to case. ``between`` includes both ends; ``in_last_days`` counts today as a day.
"""

import datetime as dt
import difflib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final, TypeAlias

MAX_CONDITIONS: Final = 50
MAX_DEPTH: Final = 2
MAX_TEXT: Final = 255
MAX_DAYS: Final = 36_500
# What a JSON number, read as a double, keeps exactly.
_DIGITS: Final = 15
# Control characters, which PostgreSQL or a text message would choke on, and lone halves of surrogate pairs.
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

YES: Final = frozenset({"yes", "y", "true", "t", "1", "on"})
NO: Final = frozenset({"no", "n", "false", "f", "0", "off"})
"""The words that files and forms write for a boolean."""


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"


class Operator(StrEnum):
    """What may be asked of a field; which of them depends on its kind."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    GREATER_THAN = "greater_than"
    AT_LEAST = "at_least"
    LESS_THAN = "less_than"
    AT_MOST = "at_most"
    BETWEEN = "between"
    ON = "on"
    BEFORE = "before"
    AFTER = "after"
    IN_LAST_DAYS = "in_last_days"
    IS_TRUE = "is_true"
    IS_FALSE = "is_false"
    IS_SET = "is_set"
    IS_NOT_SET = "is_not_set"


OPERATORS: Final[Mapping[Kind, tuple[Operator, ...]]] = {
    Kind.TEXT: (Operator.IS, Operator.IS_NOT, Operator.CONTAINS, Operator.STARTS_WITH,
                Operator.IS_SET, Operator.IS_NOT_SET),
    Kind.NUMBER: (Operator.IS, Operator.IS_NOT, Operator.GREATER_THAN, Operator.AT_LEAST, Operator.LESS_THAN,
                  Operator.AT_MOST, Operator.BETWEEN, Operator.IS_SET, Operator.IS_NOT_SET),
    Kind.DATE: (Operator.ON, Operator.BEFORE, Operator.AFTER, Operator.BETWEEN, Operator.IN_LAST_DAYS,
                Operator.IS_SET, Operator.IS_NOT_SET),
    Kind.BOOLEAN: (Operator.IS_TRUE, Operator.IS_FALSE, Operator.IS_SET, Operator.IS_NOT_SET),
}  # fmt: skip

WORDS: Final[Mapping[Operator, str]] = {
    Operator.IS: "is",
    Operator.IS_NOT: "is not",
    Operator.CONTAINS: "contains",
    Operator.STARTS_WITH: "starts with",
    Operator.GREATER_THAN: "is more than",
    Operator.AT_LEAST: "is at least",
    Operator.LESS_THAN: "is less than",
    Operator.AT_MOST: "is at most",
    Operator.BETWEEN: "is between",
    Operator.ON: "is on",
    Operator.BEFORE: "is before",
    Operator.AFTER: "is after",
    Operator.IN_LAST_DAYS: "is in the last days",
    Operator.IS_TRUE: "is yes",
    Operator.IS_FALSE: "is no",
    Operator.IS_SET: "is known",
    Operator.IS_NOT_SET: "is not known",
}
"""How each operator stands in the builder's list."""

WITHOUT_VALUE: Final = frozenset({Operator.IS_TRUE, Operator.IS_FALSE, Operator.IS_SET, Operator.IS_NOT_SET})

Value: TypeAlias = str | int | Decimal | dt.date | tuple[Decimal, Decimal] | tuple[dt.date, dt.date] | None
"""A condition's value: text, a number, a date, a count of days, the two ends of a range, or none."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something that may be known of a customer."""

    key: str
    label: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Condition:
    """One question about one field."""

    field: Field
    operator: Operator
    value: Value = None


@dataclass(frozen=True, slots=True)
class Group:
    """All of the parts, or any of them. A group of all without parts matches everybody."""

    all: bool
    parts: "tuple[Condition | Group, ...]"


EVERYBODY: Final = Group(all=True, parts=())


class RuleError(ValueError):
    """The rule cannot be asked. ``str()`` is a sentence, ``path`` the places that lead to the part."""

    def __init__(self, sentence: str, path: tuple[int, ...] = ()) -> None:
        super().__init__(sentence)
        self.path = path


def parse(rule: object, fields: Mapping[str, Field]) -> Group:
    """The rule as a tree. Raises RuleError for whatever is not of the grammar or not in `fields`."""
    if rule == {}:
        return EVERYBODY
    group = _group(rule, fields, path=())
    if _size(group) > MAX_CONDITIONS:
        raise RuleError(f"A rule may have {MAX_CONDITIONS} conditions. Split this one into two segments.")
    return group


def parse_condition(raw: object, fields: Mapping[str, Field], path: tuple[int, ...] = ()) -> Condition:
    """One condition. Raises RuleError."""
    if not isinstance(raw, Mapping) or not {"field", "operator"} <= raw.keys() <= {
        "field",
        "operator",
        "value",
    }:
        raise RuleError("A condition has a field, an operator and a value, and nothing else.", path)
    field = _field(raw["field"], fields, path)
    operator = _operator(raw["operator"], field, path)
    value = raw.get("value")
    if operator in WITHOUT_VALUE:
        return Condition(field, operator)
    try:
        return Condition(field, operator, _value(value, field.kind, operator))
    except ValueError as error:
        raise RuleError(f"{field.label}: {error}", path) from None


def dump(group: Group) -> dict[str, object]:
    """The rule as it is stored, in JSON's types. `parse` reads it back to an equal tree."""
    if not group.parts:
        return {}
    parts = [dump(part) if isinstance(part, Group) else _dump_condition(part) for part in group.parts]
    return {"all" if group.all else "any": parts}


def describe(group: Group) -> str:
    """The rule as an English sentence."""
    if not group.parts:
        return "All customers."
    return f"Customers where {_phrase(group)}."


def fields_of(group: Group) -> frozenset[str]:
    """The keys of the fields that the rule asks about."""
    keys: set[str] = set()
    for part in group.parts:
        keys |= fields_of(part) if isinstance(part, Group) else {part.field.key}
    return frozenset(keys)


def plain(value: object) -> object:
    """A value in JSON's types. A number that `read_number` let through stays exact."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def read_number(raw: object) -> Decimal:
    """A number as people or programs give it. Raises ValueError with a sentence."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
        raise ValueError("write a number, such as 12 or 12.5.")
    try:
        number = Decimal(str(raw).strip().replace(",", ""))
    except InvalidOperation:
        raise ValueError(f"“{_short(raw)}” is not a number. Write digits, such as 12 or 12.5.") from None
    if not number.is_finite() or len(number.as_tuple().digits) > _DIGITS or abs(number.adjusted()) > _DIGITS:
        raise ValueError(f"“{_short(raw)}” has more digits than can be kept. Write {_DIGITS} at most.")
    return number


def read_boolean(raw: object) -> bool:
    """Yes or no, in JSON or in words. Raises ValueError with a sentence."""
    word = str(raw).strip().casefold()
    if word not in YES | NO:
        raise ValueError(f"“{_short(raw)}” is neither yes nor no.")
    return word in YES


def read_date(raw: object) -> dt.date:
    """A date as YYYY-MM-DD. Raises ValueError with a sentence."""
    if isinstance(raw, dt.date):
        return raw
    text = raw.strip() if isinstance(raw, str) else ""
    try:
        if len(text) != len("2025-01-31"):
            raise ValueError
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{_short(raw)}” is not a date. Write it as 2025-01-31.") from None


def read_text(raw: object) -> str:
    """A text without blanks around it and without control characters. Raises ValueError with a sentence."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise ValueError("write a text.")
    text = str(raw).strip()
    if not text:
        raise ValueError("write a value.")
    if len(text) > MAX_TEXT:
        raise ValueError(f"this has {len(text)} characters. Write {MAX_TEXT} at most.")
    if _UNPRINTABLE.search(text):
        raise ValueError("this holds a character that cannot be printed. Write it without.")
    return text


# --- Reading ---------------------------------------------------------------------------------


def _group(raw: object, fields: Mapping[str, Field], path: tuple[int, ...]) -> Group:
    if len(path) >= MAX_DEPTH:
        raise RuleError(f"Groups may stand in one another {MAX_DEPTH} deep. Make this rule flatter.", path)
    if not isinstance(raw, Mapping) or len(raw) != 1 or not raw.keys() <= {"all", "any"}:
        raise RuleError("A group is “all” or “any” of a list of conditions.", path)
    (joiner, items), *_ = raw.items()
    if not isinstance(items, Sequence) or isinstance(items, str) or not items:
        raise RuleError("A group needs at least one condition.", path)
    if len(items) > MAX_CONDITIONS:
        raise RuleError(f"A group may have {MAX_CONDITIONS} conditions.", path)
    return Group(
        all=joiner == "all",
        parts=tuple(_part(item, fields, (*path, at)) for at, item in enumerate(items)),
    )


def _part(raw: object, fields: Mapping[str, Field], path: tuple[int, ...]) -> Condition | Group:
    if isinstance(raw, Mapping) and "field" in raw:
        return parse_condition(raw, fields, path)
    return _group(raw, fields, path)


def _size(group: Group) -> int:
    return sum(_size(part) if isinstance(part, Group) else 1 for part in group.parts)


def _field(raw: object, fields: Mapping[str, Field], path: tuple[int, ...]) -> Field:
    key = raw if isinstance(raw, str) else ""
    if key in fields:
        return fields[key]
    if not key:
        raise RuleError("Choose a field.", path)
    known = {name.casefold(): field.key for field in fields.values() for name in (field.label, field.key)}
    near = difflib.get_close_matches(key.casefold(), known, n=1)
    hint = f" Did you mean “{known[near[0]]}”?" if near else " Choose one of the list."
    raise RuleError(f"There is no field “{_short(key)}”.{hint}", path)


def _operator(raw: object, field: Field, path: tuple[int, ...]) -> Operator:
    allowed = OPERATORS[field.kind]
    for operator in allowed:
        if raw == operator:
            return operator
    choices = ", ".join(allowed)
    raise RuleError(f"{field.label} is a {field.kind}: it cannot be asked “{_short(raw)}”, only {choices}.", path)


def _value(raw: object, kind: Kind, operator: Operator) -> Value:
    if operator is Operator.IN_LAST_DAYS:
        return _days(raw)
    if operator is Operator.BETWEEN:
        return _range(raw, kind)
    if kind is Kind.NUMBER:
        return read_number(raw)
    if kind is Kind.DATE:
        return read_date(raw)
    return read_text(raw)


def _days(raw: object) -> int:
    days = read_number(raw)
    if days != math.floor(days) or not 1 <= days <= MAX_DAYS:
        raise ValueError(f"write a whole number of days, from 1 to {MAX_DAYS}.")
    return int(days)


def _range(raw: object, kind: Kind) -> Value:
    if not isinstance(raw, list | tuple) or len(raw) != 2:
        raise ValueError("write both ends of the range.")
    if kind is Kind.DATE:
        first, last = read_date(raw[0]), read_date(raw[1])
        if first > last:
            raise ValueError("the range begins after its end. Swap the two.")
        return first, last
    low, high = read_number(raw[0]), read_number(raw[1])
    if low > high:
        raise ValueError("the range begins after its end. Swap the two.")
    return low, high


# --- Writing ---------------------------------------------------------------------------------


def _dump_condition(condition: Condition) -> dict[str, object]:
    dumped: dict[str, object] = {"field": condition.field.key, "operator": condition.operator.value}
    if condition.operator not in WITHOUT_VALUE:
        dumped["value"] = plain(condition.value)
    return dumped


def _phrase(group: Group) -> str:
    phrases = []
    for part in group.parts:
        if isinstance(part, Condition):
            phrases.append(_condition_phrase(part))
        else:
            phrases.append(f"({_phrase(part)})" if len(part.parts) > 1 else _phrase(part))
    return (" and " if group.all else " or ").join(phrases)


def _condition_phrase(condition: Condition) -> str:
    label, words, value = condition.field.label, WORDS[condition.operator], condition.value
    if condition.operator is Operator.IN_LAST_DAYS:
        return f"{label} is in the last {'day' if value == 1 else f'{value} days'}"
    if condition.operator in WITHOUT_VALUE:
        return f"{label} {words}"
    if isinstance(value, tuple):
        return f"{label} {words} {_shown(value[0])} and {_shown(value[1])}"
    return f"{label} {words} {_shown(value)}"


def _shown(value: object) -> str:
    if isinstance(value, dt.date):
        return f"{value:%B} {value.day}, {value.year}"
    return f"“{value}”" if isinstance(value, str) else f"{plain(value):,}"


def _short(raw: object) -> str:
    text = str(raw)
    return text if len(text) <= 40 else f"{text[:39]}…"
