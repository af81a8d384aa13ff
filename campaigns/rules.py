"""The grammar of segments: what a rule may say and what it means.

A rule is ``{}``, which means everybody, or a group: ``{"all": [...]}`` or ``{"any": [...]}`` of conditions
and further groups. A condition is ``{"field": "state", "operator": "is", "value": "TX"}``. Beside what is known of a
customer, three fields ask what else is true of them: ``@segment`` whether they are in another segment (``is_in``,
``is_not_in``; the value is its number or name), ``@event`` whether they did something (``happened``,
``did_not_happen``; the value is ``{"event": "order_shipped", "days": 30}``), and ``@message`` whether they had a text
(``was_sent``, ``did_not_get``; the value is the message's number).

Unknown counts as no. A customer whose value is missing, or is not of the field's kind, matches no condition
on that field but ``is_not_set``: ``is_not`` and ``is_none_of`` too ask for a value that is there and differs. Texts are
compared without regard to case. ``between`` includes both ends; ``in_last_days`` counts today as a day, while the days
of an event are 24 hours each. Who did not get a message is whoever was not sent it: nobody is neither.
"""

import dataclasses
import datetime as dt
import difflib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeAlias

from campaigns.language import StrOrPromise, gettext_lazy
from campaigns.language import gettext as _
from campaigns.values import plain, read_date, read_number, read_text, shortened

MAX_CONDITIONS: Final = 50
MAX_DEPTH: Final = 2
MAX_VALUES: Final = 50
MAX_DAYS: Final = 36_500
_MAX_EVENT: Final = 100

SEGMENT, EVENT, MESSAGE = "@segment", "@event", "@message"
"""The keys of the fields that are no values. No attribute can be called so."""


class Kind(StrEnum):
    """What a field holds, or what it asks about."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    SEGMENT = "segment"
    EVENT = "event"
    MESSAGE = "message"


class Operator(StrEnum):
    """What may be asked of a field; which of them depends on its kind."""

    IS = "is"
    IS_NOT = "is_not"
    IS_ANY_OF = "is_any_of"
    IS_NONE_OF = "is_none_of"
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
    IS_IN = "is_in"
    IS_NOT_IN = "is_not_in"
    HAPPENED = "happened"
    DID_NOT_HAPPEN = "did_not_happen"
    WAS_SENT = "was_sent"
    DID_NOT_GET = "did_not_get"


_KNOWN: Final = (Operator.IS_SET, Operator.IS_NOT_SET)
_NAMED: Final = (Operator.IS, Operator.IS_NOT, Operator.IS_ANY_OF, Operator.IS_NONE_OF)

OPERATORS: Final[Mapping[Kind, tuple[Operator, ...]]] = {
    Kind.TEXT: (*_NAMED, Operator.CONTAINS, Operator.STARTS_WITH, *_KNOWN),
    Kind.NUMBER: (Operator.IS, Operator.IS_NOT, Operator.GREATER_THAN, Operator.AT_LEAST, Operator.LESS_THAN,
                  Operator.AT_MOST, Operator.BETWEEN, *_KNOWN),
    Kind.DATE: (Operator.ON, Operator.BEFORE, Operator.AFTER, Operator.BETWEEN, Operator.IN_LAST_DAYS, *_KNOWN),
    Kind.BOOLEAN: (Operator.IS_TRUE, Operator.IS_FALSE, *_KNOWN),
    Kind.CHOICE: (*_NAMED, *_KNOWN),
    Kind.SEGMENT: (Operator.IS_IN, Operator.IS_NOT_IN),
    Kind.EVENT: (Operator.HAPPENED, Operator.DID_NOT_HAPPEN),
    Kind.MESSAGE: (Operator.WAS_SENT, Operator.DID_NOT_GET),
}  # fmt: skip

WORDS: Final[Mapping[Operator, StrOrPromise]] = {
    Operator.IS: gettext_lazy("is"),
    Operator.IS_NOT: gettext_lazy("is not"),
    Operator.IS_ANY_OF: gettext_lazy("is one of"),
    Operator.IS_NONE_OF: gettext_lazy("is none of"),
    Operator.CONTAINS: gettext_lazy("contains"),
    Operator.STARTS_WITH: gettext_lazy("starts with"),
    Operator.GREATER_THAN: gettext_lazy("is more than"),
    Operator.AT_LEAST: gettext_lazy("is at least"),
    Operator.LESS_THAN: gettext_lazy("is less than"),
    Operator.AT_MOST: gettext_lazy("is at most"),
    Operator.BETWEEN: gettext_lazy("is between"),
    Operator.ON: gettext_lazy("is on"),
    Operator.BEFORE: gettext_lazy("is before"),
    Operator.AFTER: gettext_lazy("is after"),
    Operator.IN_LAST_DAYS: gettext_lazy("is in the last days"),
    Operator.IS_TRUE: gettext_lazy("is yes"),
    Operator.IS_FALSE: gettext_lazy("is no"),
    Operator.IS_SET: gettext_lazy("is known"),
    Operator.IS_NOT_SET: gettext_lazy("is not known"),
    Operator.IS_IN: gettext_lazy("they are in"),
    Operator.IS_NOT_IN: gettext_lazy("they are not in"),
    Operator.HAPPENED: gettext_lazy("happened"),
    Operator.DID_NOT_HAPPEN: gettext_lazy("did not happen"),
    Operator.WAS_SENT: gettext_lazy("they were sent"),
    Operator.DID_NOT_GET: gettext_lazy("they did not get"),
}
"""How each operator stands in the builder's list."""

WITHOUT_VALUE: Final = frozenset({Operator.IS_TRUE, Operator.IS_FALSE, *_KNOWN})
DENIALS: Final[Mapping[Operator, Operator]] = {
    Operator.IS_NOT: Operator.IS,
    Operator.IS_NONE_OF: Operator.IS_ANY_OF,
    Operator.IS_NOT_IN: Operator.IS_IN,
    Operator.DID_NOT_HAPPEN: Operator.HAPPENED,
    Operator.DID_NOT_GET: Operator.WAS_SENT,
}
"""Operators that say no to what another one asks."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event by its name, within so many times 24 hours before now."""

    event: str
    days: int


Value: TypeAlias = (
    str | int | Decimal | dt.date | Happening | tuple[str, ...] | tuple[Decimal, Decimal] | tuple[dt.date, dt.date]
    | None
)  # fmt: skip
"""A condition's value: text, a number, a date, a count of days, what happened, several texts, the two ends of a range,
the number of a segment or message, or none."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something that may be known of a customer, or true of them.

    `choices` are what a choice, a segment or a message may be, with how each is called; of an event the names in use.
    Of a place one says that people are *in* it.
    """

    key: str
    label: str
    kind: Kind
    choices: Mapping[str, str] = dataclasses.field(default_factory=dict)
    is_place: bool = False


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

    @property
    def placed(self) -> str:
        """The sentence with the part that it is about: ``Row 2: …``, ``Row 3.1: …`` for the first of a group."""
        if not self.path:
            return str(self)
        return _("Row %(row)s: %(problem)s") % {"row": ".".join(str(at + 1) for at in self.path), "problem": self}


def parse(rule: object, fields: Mapping[str, Field]) -> Group:
    """The rule as a tree. Raises RuleError for whatever is not of the grammar or not in `fields`."""
    if rule == {}:
        return EVERYBODY
    group = _group(rule, fields, path=())
    if sum(1 for _ in conditions_of(group)) > MAX_CONDITIONS:
        sentence = _("A rule may have %(most)s conditions. Split this one into two segments.")
        raise RuleError(sentence % {"most": MAX_CONDITIONS})
    return group


def parse_condition(raw: object, fields: Mapping[str, Field], path: tuple[int, ...] = ()) -> Condition:
    """One condition. Raises RuleError."""
    if not isinstance(raw, Mapping) or not {"field", "operator"} <= raw.keys() <= {
        "field",
        "operator",
        "value",
    }:
        raise RuleError(_("A condition has a field, an operator and a value, and nothing else."), path)
    field = _field(raw["field"], fields, path)
    operator = _operator(raw["operator"], field, path)
    value = raw.get("value")
    if operator in WITHOUT_VALUE:
        return Condition(field, operator)
    try:
        return Condition(field, operator, _value(value, field, operator))
    except ValueError as error:
        raise RuleError(f"{field.label}: {error}", path) from None


def dump(group: Group) -> dict[str, object]:
    """The rule as it is stored, in JSON's types. `parse` reads it back to an equal tree."""
    if not group.parts:
        return {}
    parts = [dump(part) if isinstance(part, Group) else _dump_condition(part) for part in group.parts]
    return {"all" if group.all else "any": parts}


def fields_of(group: Group) -> frozenset[str]:
    """The keys of the fields that the rule asks about."""
    return frozenset(condition.field.key for condition in conditions_of(group))


def conditions_of(group: Group) -> Iterator[Condition]:
    """Every condition of the rule, in its order."""
    for part in group.parts:
        if isinstance(part, Group):
            yield from conditions_of(part)
        else:
            yield part


# --- Reading ---------------------------------------------------------------------------------


def _group(raw: object, fields: Mapping[str, Field], path: tuple[int, ...]) -> Group:
    if len(path) >= MAX_DEPTH:
        sentence = _("Groups may stand in one another %(most)s deep. Make this rule flatter.")
        raise RuleError(sentence % {"most": MAX_DEPTH}, path)
    if not isinstance(raw, Mapping) or len(raw) != 1 or not raw.keys() <= {"all", "any"}:
        raise RuleError(_("A group is “all” or “any” of a list of conditions."), path)
    joiner, items = next(iter(raw.items()))
    if not isinstance(items, Sequence) or isinstance(items, str) or not items:
        raise RuleError(_("A group needs at least one condition."), path)
    if len(items) > MAX_CONDITIONS:
        raise RuleError(_("A group may have %(most)s conditions.") % {"most": MAX_CONDITIONS}, path)
    return Group(
        all=joiner == "all",
        parts=tuple(_part(item, fields, (*path, at)) for at, item in enumerate(items)),
    )


def _part(raw: object, fields: Mapping[str, Field], path: tuple[int, ...]) -> Condition | Group:
    if isinstance(raw, Mapping) and "field" in raw:
        return parse_condition(raw, fields, path)
    return _group(raw, fields, path)


def _field(raw: object, fields: Mapping[str, Field], path: tuple[int, ...]) -> Field:
    key = raw if isinstance(raw, str) else ""
    if key in fields:
        return fields[key]
    if not key:
        raise RuleError(_("Choose a field."), path)
    known = {name.casefold(): field.key for field in fields.values() for name in (field.label, field.key)}
    near = difflib.get_close_matches(key.casefold(), known, n=1)
    if near:
        sentence = _("There is no field “%(field)s”. Did you mean “%(near)s”?")
        raise RuleError(sentence % {"field": shortened(key), "near": known[near[0]]}, path)
    raise RuleError(_("There is no field “%(field)s”. Choose one of the list.") % {"field": shortened(key)}, path)


def _operator(raw: object, field: Field, path: tuple[int, ...]) -> Operator:
    allowed = OPERATORS[field.kind]
    for operator in allowed:
        if raw == operator:
            return operator
    choices = ", ".join(allowed)
    sentence = _("%(field)s cannot be asked “%(operator)s”, only %(choices)s.")
    raise RuleError(sentence % {"field": field.label, "operator": shortened(raw), "choices": choices}, path)


def _value(raw: object, field: Field, operator: Operator) -> Value:
    if operator is Operator.IN_LAST_DAYS:
        return _days(raw)
    if operator is Operator.BETWEEN:
        return _range(raw, field.kind)
    if operator in (Operator.IS_ANY_OF, Operator.IS_NONE_OF):
        return _several(raw, field)
    match field.kind:
        case Kind.NUMBER:
            return read_number(raw)
        case Kind.DATE:
            return read_date(raw)
        case Kind.EVENT:
            return _happening(raw)
        case Kind.SEGMENT | Kind.MESSAGE:
            return int(_choice(raw, field))
    return _name(raw, field)


def _name(raw: object, field: Field) -> str:
    return _choice(raw, field) if field.kind is Kind.CHOICE else read_text(raw)


def _choice(raw: object, field: Field) -> str:
    """The key of what is chosen, by its key or by what it is called."""
    wanted = raw.strip() if isinstance(raw, str) else str(raw) if type(raw) is int else ""
    if not wanted:
        raise ValueError(_("choose one of the list."))
    if wanted in field.choices:
        return wanted
    found = [key for key, label in field.choices.items() if wanted.casefold() in (key.casefold(), label.casefold())]
    if len(found) == 1:
        return found[0]
    if found:
        sentence = _("several are called “%(name)s”. Give the number of the one you mean.")
        raise ValueError(sentence % {"name": shortened(wanted)})
    labels = {label.casefold(): label for label in field.choices.values()}
    near = difflib.get_close_matches(wanted.casefold(), labels, n=1)
    if near:
        sentence = _("there is no “%(name)s”. Did you mean “%(near)s”?")
        raise ValueError(sentence % {"name": shortened(wanted), "near": labels[near[0]]})
    raise ValueError(_("there is no “%(name)s”. Choose one of the list.") % {"name": shortened(wanted)})


def _several(raw: object, field: Field) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple) or not raw:
        raise ValueError(_("choose at least one.") if field.kind is Kind.CHOICE else _("write at least one value."))
    if len(raw) > MAX_VALUES:
        sentence = _("these are %(number)s values. Give %(most)s at most.")
        raise ValueError(sentence % {"number": len(raw), "most": MAX_VALUES})
    return tuple(dict.fromkeys(_name(item, field) for item in raw))


def _happening(raw: object) -> Happening:
    if not isinstance(raw, Mapping) or raw.keys() != {"event", "days"}:
        raise ValueError(_("give the event's name and a number of days."))
    if not isinstance(raw["event"], str) or not raw["event"].strip():
        raise ValueError(_("write the event's name, as your app tells it."))
    name = read_text(raw["event"])
    if len(name) > _MAX_EVENT:
        raise ValueError(_("an event's name has %(most)s characters at most.") % {"most": _MAX_EVENT})
    return Happening(name, _days(raw["days"]))


def _days(raw: object) -> int:
    days = read_number(raw)
    if days != math.floor(days) or not 1 <= days <= MAX_DAYS:
        raise ValueError(_("write a whole number of days, from 1 to %(most)s.") % {"most": MAX_DAYS})
    return int(days)


def _range(raw: object, kind: Kind) -> Value:
    if not isinstance(raw, list | tuple) or len(raw) != 2:
        raise ValueError(_("write both ends of the range."))
    if kind is Kind.DATE:
        first, last = read_date(raw[0]), read_date(raw[1])
        if first > last:
            raise ValueError(_("the range begins after its end. Swap the two."))
        return first, last
    low, high = read_number(raw[0]), read_number(raw[1])
    if low > high:
        raise ValueError(_("the range begins after its end. Swap the two."))
    return low, high


# --- Writing ---------------------------------------------------------------------------------


def _dump_condition(condition: Condition) -> dict[str, object]:
    dumped: dict[str, object] = {"field": condition.field.key, "operator": condition.operator.value}
    if isinstance(condition.value, Happening):
        return {**dumped, "value": dataclasses.asdict(condition.value)}
    if condition.operator not in WITHOUT_VALUE:
        dumped["value"] = plain(condition.value)
    return dumped
