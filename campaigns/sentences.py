"""A segment's rule as a sentence: ``People in TX whose Points is at least 100 and who were sent “Spring”.``"""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from campaigns.language import StrOrPromise, all_of, any_of, day_in_words, gettext_lazy, ngettext
from campaigns.language import gettext as _
from campaigns.rules import WITHOUT_VALUE, WORDS, Condition, Field, Group, Happening, Kind, Operator
from campaigns.values import plain

_PLACED: Final = frozenset({Operator.IS, Operator.IS_ANY_OF})
_NAMED: Final[Mapping[Operator, StrOrPromise]] = {
    Operator.IS_IN: gettext_lazy("who are in “%(name)s”"),
    Operator.IS_NOT_IN: gettext_lazy("who are not in “%(name)s”"),
    Operator.WAS_SENT: gettext_lazy("who were sent “%(name)s”"),
    Operator.DID_NOT_GET: gettext_lazy("who did not get “%(name)s”"),
}
_HAD: Final[Mapping[Operator, StrOrPromise]] = {
    Operator.HAPPENED: gettext_lazy("who had “%(event)s” %(when)s"),
    Operator.DID_NOT_HAPPEN: gettext_lazy("who did not have “%(event)s” %(when)s"),
}


def describe(group: Group) -> str:
    """Whom the rule means, as a sentence."""
    if not group.parts:
        return _("All customers.")
    places = [part for part in group.parts if isinstance(part, Condition) and _is_where(part)]
    if not group.all and len(group.parts) > 1:
        places = []
    rest = Group(group.all, tuple(part for part in group.parts if part not in places))
    phrases = [*map(_where, places), *([_clauses(rest)] if rest.parts else [])]
    return _("People %(whom)s.") % {"whom": " ".join(phrases)}


def _clauses(group: Group) -> str:
    phrases = []
    for part in group.parts:
        if isinstance(part, Condition):
            phrases.append(_clause(part))
        else:
            phrases.append(f"({_clauses(part)})" if len(part.parts) > 1 else _clauses(part))
    joiner = _("and") if group.all else _("or")
    return f" {joiner} ".join(phrases)


def _clause(condition: Condition) -> str:
    """What is asked of a person, after the word “people”."""
    field, operator, value = condition.field, condition.operator, condition.value
    if operator in _NAMED:
        return str(_NAMED[operator] % {"name": field.choices.get(str(value), value)})
    if isinstance(value, Happening):
        return str(_HAD[operator] % {"event": value.event, "when": _last_days(value.days)})
    if operator is Operator.IN_LAST_DAYS and isinstance(value, int):
        return _("whose %(field)s is %(when)s") % {"field": field.label, "when": _last_days(value)}
    if _is_where(condition):
        return _("who are %(where)s") % {"where": _where(condition)}
    words = {"field": field.label, "words": WORDS[operator]}
    if operator in WITHOUT_VALUE:
        return _("whose %(field)s %(words)s") % words
    return _("whose %(field)s %(words)s %(value)s") % {**words, "value": _values(condition)}


def _is_where(condition: Condition) -> bool:
    return condition.field.is_place and condition.operator in _PLACED


def _where(condition: Condition) -> str:
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    return _("in %(places)s") % {"places": any_of([str(value) for value in values])}


def _values(condition: Condition) -> str:
    field, value = condition.field, condition.value
    if not isinstance(value, tuple):
        return _shown(value, field)
    shown = [_shown(item, field) for item in value]
    return all_of(shown) if condition.operator is Operator.BETWEEN else any_of(shown)


def _last_days(days: int) -> str:
    return ngettext("in the last day", "in the last %(days)s days", days) % {"days": f"{days:,}"}


def _shown(value: object, field: Field) -> str:
    if isinstance(value, dt.date):
        return day_in_words(value)
    if isinstance(value, str):
        return f"“{field.choices.get(value, value) if field.kind is Kind.CHOICE else value}”"
    return f"{plain(value):,}"
