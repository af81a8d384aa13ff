"""A segment's rule as rows of a form: field, operator, value, with and/or groups one level deep.

A group's rows come as parallel lists: `rule-field`, `rule-operator`, `rule-value`, `rule-to`. Those of a nested
group carry its number, `rule-3-field`, and `rule-group` lists the numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django import forms
from django.http import QueryDict

from campaigns.admin.forms import TemplateWidget
from campaigns.audience import fields
from campaigns.rules import OPERATORS, WITHOUT_VALUE, WORDS, Field, Operator, RuleError, parse, parse_condition

_MAX_GROUPS: Final = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One condition as it was typed."""

    field: str = ""
    operator: str = ""
    value: str = ""
    to: str = ""
    problem: str = ""

    def condition(self) -> dict[str, object]:
        condition: dict[str, object] = {"field": self.field, "operator": self.operator}
        if self.operator == Operator.BETWEEN:
            return {**condition, "value": [self.value, self.to]}
        return condition if self.operator in WITHOUT_VALUE else {**condition, "value": self.value}


@dataclass(frozen=True, slots=True)
class Rows:
    """A group of rows, joined by “all” or “any”. `number` is blank for the outer one."""

    joiner: str = "all"
    rows: Sequence[Row] = ()
    number: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole form: the outer rows, then the nested groups."""

    outer: Rows = Rows()
    groups: Sequence[Rows] = ()
    problem: str = ""

    @property
    def everyone(self) -> Sequence[Rows]:
        return (self.outer, *self.groups)

    @property
    def problems(self) -> Sequence[str]:
        return [row.problem for rows in self.everyone for row in rows.rows if row.problem]

    def rule(self) -> dict[str, object]:
        """The rule that the rows say; rows without a field say nothing."""
        parts: list[object] = [row.condition() for row in self.outer.rows]
        parts += [{rows.joiner: [row.condition() for row in rows.rows]} for rows in self.groups if rows.rows]
        return {self.outer.joiner: parts} if parts else {}


def draft_of(rule: Mapping[str, Any]) -> Draft:
    """A stored rule as rows."""
    if not rule:
        return Draft()
    (joiner, parts), *_ = rule.items()
    rows = [_row(part) for part in parts if "field" in part]
    nested = [part for part in parts if "field" not in part]
    groups = [_nested(part, str(number)) for number, part in enumerate(nested, start=1)]
    return Draft(Rows(joiner, rows), groups)


def read(data: QueryDict, name: str, vocabulary: Mapping[str, Field]) -> Draft:
    """What was posted, each row with what is wrong about it."""
    numbers = [number for number in data.getlist(f"{name}-group") if number.isdecimal()][:_MAX_GROUPS]
    outer = _posted(data, name, "", vocabulary)
    groups = [_posted(data, f"{name}-{number}", number, vocabulary) for number in dict.fromkeys(numbers)]
    draft = Draft(outer, [rows for rows in groups if rows.rows])
    if draft.problems:
        return draft
    try:
        parse(draft.rule(), vocabulary)
    except RuleError as error:
        return replace(draft, problem=str(error))
    return draft


def _posted(data: QueryDict, prefix: str, number: str, vocabulary: Mapping[str, Field]) -> Rows:
    names = (f"{prefix}-{part}" for part in ("field", "operator", "value", "to"))
    columns = [data.getlist(name) for name in names]
    rows = [_checked(Row(*cells), vocabulary) for cells in zip(*columns, strict=False) if cells[0]]
    joiner = "any" if data.get(f"{prefix}-joiner") == "any" else "all"
    return Rows(joiner, rows, number)


def _checked(row: Row, vocabulary: Mapping[str, Field]) -> Row:
    try:
        parse_condition(row.condition(), vocabulary)
    except RuleError as error:
        return replace(row, problem=str(error))
    return row


def _nested(part: Mapping[str, Any], number: str) -> Rows:
    (joiner, parts), *_ = part.items()
    return Rows(joiner, [_row(condition) for condition in parts], number)


def _row(condition: Mapping[str, Any]) -> Row:
    value = condition.get("value", "")
    first, last = value if isinstance(value, list) else (value, "")
    return Row(condition["field"], condition["operator"], str(first), str(last))


class RuleWidget(TemplateWidget):
    """The rows with their buttons, and under them the rule in words and how many people it means."""

    template_name = "admin/campaigns/segment/builder.html"

    class Media:
        js = ("optline/segment_builder.js",)
        css = {"all": ("optline/audience.css",)}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        draft = value if isinstance(value, Draft) else draft_of(value or {})
        vocabulary = fields()
        operators = {
            kind.value: [(operator.value, WORDS[operator]) for operator in allowed]
            for kind, allowed in OPERATORS.items()
        }
        return {
            **super().get_context(name, None, attrs),
            "name": name,
            "draft": draft,
            "blank": Row(),
            "new_group": Rows("any", [Row()], "0"),
            "vocabulary": {
                "fields": {field.key: field.kind.value for field in vocabulary.values()},
                "operators": operators,
                "without_value": sorted(WITHOUT_VALUE),
            },
            "fields": sorted(vocabulary.values(), key=lambda field: field.label.casefold()),
            "words": WORDS,
        }

    def value_from_datadict(self, data: Any, files: object, name: str) -> Draft:
        return read(data, name, fields())

    def value_omitted_from_data(self, data: Any, files: object, name: str) -> bool:
        return f"{name}-joiner" not in data


class RuleField(forms.Field):
    """Cleans to a rule of `campaigns.rules`."""

    widget = RuleWidget

    def clean(self, value: Any) -> dict[str, object]:
        assert isinstance(value, Draft)
        if value.problem:
            raise forms.ValidationError(value.problem)
        if value.problems:
            raise forms.ValidationError("Mend the conditions that are marked.")
        return value.rule()

    def has_changed(self, initial: object, data: object) -> bool:
        return True
