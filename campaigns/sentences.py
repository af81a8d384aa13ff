"""A segment's rule as an English sentence: ``People in TX whose Points is at least 100 and who were sent “Spring”.``"""

import datetime as dt

from campaigns.rules import WITHOUT_VALUE, WORDS, Condition, Field, Group, Happening, Kind, Operator
from campaigns.values import plain

_PLACED = frozenset({Operator.IS, Operator.IS_ANY_OF})


def describe(group: Group) -> str:
    """Whom the rule means, as a sentence."""
    if not group.parts:
        return "All customers."
    places = [part for part in group.parts if isinstance(part, Condition) and _is_where(part)]
    if not group.all and len(group.parts) > 1:
        places = []
    rest = Group(group.all, tuple(part for part in group.parts if part not in places))
    where = "".join(f" {_where(place)}" for place in places)
    return f"People{where}{' ' if rest.parts else ''}{_clauses(rest)}."


def _clauses(group: Group) -> str:
    phrases = []
    for part in group.parts:
        if isinstance(part, Condition):
            phrases.append(_clause(part))
        else:
            phrases.append(f"({_clauses(part)})" if len(part.parts) > 1 else _clauses(part))
    return (" and " if group.all else " or ").join(phrases)


def _clause(condition: Condition) -> str:
    """What is asked of a person, after the word “people”."""
    field, value = condition.field, condition.value
    match condition.operator:
        case Operator.IS_IN | Operator.IS_NOT_IN | Operator.WAS_SENT | Operator.DID_NOT_GET:
            words = WORDS[condition.operator].removeprefix("they ")
            return f"who {words} “{field.choices.get(str(value), value)}”"
        case Operator.HAPPENED | Operator.DID_NOT_HAPPEN if isinstance(value, Happening):
            had = "had" if condition.operator is Operator.HAPPENED else "did not have"
            return f"who {had} “{value.event}” {_last_days(value.days)}"
        case Operator.IN_LAST_DAYS if isinstance(value, int):
            return f"whose {field.label} is {_last_days(value)}"
    if _is_where(condition):
        return f"who are {_where(condition)}"
    words = f"whose {field.label} {WORDS[condition.operator]}"
    return words if condition.operator in WITHOUT_VALUE else f"{words} {_values(condition)}"


def _is_where(condition: Condition) -> bool:
    return condition.field.is_place and condition.operator in _PLACED


def _where(condition: Condition) -> str:
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    return f"in {_listed([str(value) for value in values], 'or')}"


def _values(condition: Condition) -> str:
    field, value = condition.field, condition.value
    if not isinstance(value, tuple):
        return _shown(value, field)
    word = "and" if condition.operator is Operator.BETWEEN else "or"
    return _listed([_shown(item, field) for item in value], word)


def _listed(items: list[str], word: str) -> str:
    *most, last = items
    return f"{', '.join(most)} {word} {last}" if most else last


def _last_days(days: int) -> str:
    return f"in the last {'day' if days == 1 else f'{days:,} days'}"


def _shown(value: object, field: Field) -> str:
    if isinstance(value, dt.date):
        return f"{value:%B} {value.day}, {value.year}"
    if isinstance(value, str):
        return f"“{field.choices.get(value, value) if field.kind is Kind.CHOICE else value}”"
    return f"{plain(value):,}"
