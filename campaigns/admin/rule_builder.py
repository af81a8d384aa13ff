"""A segment's rule as rows of a form: field, operator, value, with and/or groups one level deep.

Every row has a number of its own: `rule-row` lists the numbers in their order, and `rule-3-in`, `rule-3-field`,
`rule-3-operator`, `rule-3-value` and `rule-3-to` are its group and its cells. `rule-group` lists the inner groups.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import QueryDict

from campaigns.rules import MAX_CONDITIONS, OPERATORS, WITHOUT_VALUE, Field, Kind, Operator, RuleError, parse
from campaigns.rules import parse_condition as check

OUTER: Final = "0"
_MAX_GROUPS: Final = 20
_SEVERAL: Final = (Operator.IS_ANY_OF, Operator.IS_NONE_OF)


@dataclass(frozen=True, slots=True)
class Row:
    """One condition as it was typed. `values` are one, or for a choice of several as many as were ticked."""

    number: int
    field: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()
    to: str = ""
    problem: str = ""

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    def is_blank(self) -> bool:
        """Whether it still waits for a value, or for the second of two."""
        needs_both = self.operator in (Operator.BETWEEN, Operator.HAPPENED, Operator.DID_NOT_HAPPEN)
        return self.operator not in WITHOUT_VALUE and not (self.value.strip() and (self.to.strip() or not needs_both))

    def condition(self, kind: Kind | None) -> dict[str, object]:
        asked: dict[str, object] = {"field": self.field, "operator": self.operator}
        if self.operator in WITHOUT_VALUE:
            return asked
        if self.operator == Operator.BETWEEN:
            return {**asked, "value": [self.value, self.to]}
        if self.operator in _SEVERAL:
            commas = kind is Kind.TEXT
            written = [item.strip() for item in self.value.split(",")] if commas else self.values
            return {**asked, "value": [item for item in written if item]}
        if kind is Kind.EVENT:
            return {**asked, "value": {"event": self.value, "days": self.to}}
        return {**asked, "value": self.value}


@dataclass(frozen=True, slots=True)
class Rows:
    """A group of rows, joined by “all” or “any”."""

    number: str = OUTER
    joiner: str = "all"
    rows: Sequence[Row] = ()

    @property
    def is_inner(self) -> bool:
        return self.number != OUTER


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole form: the outer rows, then the inner groups."""

    vocabulary: Mapping[str, Field]
    groups: Sequence[Rows] = (Rows(),)
    problem: str = ""
    focus: str = ""

    @property
    def rows(self) -> Iterator[Row]:
        return (row for group in self.groups for row in group.rows)

    @property
    def problems(self) -> Mapping[int, str]:
        """What is wrong, by the number of the row."""
        return {row.number: row.problem for row in self.rows if row.problem}

    @property
    def waiting(self) -> Collection[int]:
        """The rows that wait for a value: no mistake while somebody is still typing."""
        return {row.number for row in self.rows if row.field and row.is_blank()}

    def rule(self) -> dict[str, object]:
        """The rule that the rows say; rows without a field say nothing."""
        outer, *inner = [(group.joiner, self._conditions(group)) for group in self.groups]
        parts = [*outer[1], *({joiner: conditions} for joiner, conditions in inner if conditions)]
        return {outer[0]: parts} if parts else {}

    def checked(self) -> "Draft":
        """The same with what is wrong said in its rows, or of the whole."""
        groups = [replace(group, rows=[self._checked(row) for row in group.rows]) for group in self.groups]
        draft = replace(self, groups=groups)
        if draft.problems:
            return draft
        try:
            parse(draft.rule(), self.vocabulary)
        except RuleError as error:
            return replace(draft, problem=error.placed)
        return draft

    def done(self, act: str) -> "Draft":
        """The draft after a button was pressed: `add:0`, `remove:3`, `group`, `ungroup:1`; `focus` is what comes next.

        Whatever was pressed, each row has an operator that goes with its field.
        """
        verb, _, what = act.partition(":")
        new = Row(max((row.number for row in self.rows), default=0) + 1)
        groups = [replace(group, rows=[self._fitted(row) for row in group.rows]) for group in self.groups]
        match verb:
            case "add" if new.number <= 4 * MAX_CONDITIONS:
                found = [replace(each, rows=[*each.rows, new]) if each.number == what else each for each in groups]
                return replace(self, groups=found, focus=f"{new.number}-field")
            case "group" if len(groups) <= _MAX_GROUPS:
                number = str(max(int(group.number) for group in groups) + 1)
                return replace(self, groups=[*groups, Rows(number, "any", [new])], focus=f"{new.number}-field")
            case "remove":
                left = [replace(each, rows=[row for row in each.rows if str(row.number) != what]) for each in groups]
                return replace(self, groups=left, focus=self._beside(what))
            case "ungroup":
                return replace(self, groups=[each for each in groups if each.number != what], focus="group")
        return replace(self, groups=groups)

    def _conditions(self, group: Rows) -> list[dict[str, object]]:
        return [row.condition(self._kind(row)) for row in group.rows if row.field]

    def _kind(self, row: Row) -> Kind | None:
        return self.vocabulary[row.field].kind if row.field in self.vocabulary else None

    def _checked(self, row: Row) -> Row:
        if row.field:
            try:
                check(row.condition(self._kind(row)), self.vocabulary)
            except RuleError as error:
                return replace(row, problem=str(error))
        return row

    def _fitted(self, row: Row) -> Row:
        kind = self._kind(row)
        if kind is None or row.operator in OPERATORS[kind]:
            return row
        return replace(row, operator=OPERATORS[kind][0], to="30" if kind is Kind.EVENT else "")

    def _beside(self, number: str) -> str:
        """Where the hand goes when a row is gone: the row after it in its group, or before it, else the button."""
        for group in self.groups:
            numbers = [str(row.number) for row in group.rows]
            if number in numbers:
                at = numbers.index(number)
                near = [*numbers[at + 1 :], *reversed(numbers[:at])]
                return f"{near[0]}-remove" if near else f"add-{group.number}"
        return ""


def draft_of(rule: Mapping[str, Any], vocabulary: Mapping[str, Field]) -> Draft:
    """A stored rule as rows; an empty one has one that waits for its field."""
    (joiner, parts), *_ = rule.items() or [("all", [])]
    numbers = iter(range(1, 10_000))
    outer = [_row(next(numbers), part) for part in parts if "field" in part] or [Row(next(numbers))]
    groups = [Rows(OUTER, joiner, outer)]
    for inner in (part for part in parts if "field" not in part):
        (inner_joiner, conditions), *_ = inner.items()
        groups.append(Rows(str(len(groups)), inner_joiner, [_row(next(numbers), each) for each in conditions]))
    return Draft(vocabulary, groups)


def read(data: QueryDict, name: str, vocabulary: Mapping[str, Field]) -> Draft:
    """What was posted, as it was typed."""
    posted = [number for number in data.getlist(f"{name}-group") if number.isdecimal() and number != OUTER]
    numbers = [OUTER, *dict.fromkeys(posted[:_MAX_GROUPS])]
    listed = [int(number) for number in data.getlist(f"{name}-row") if number.isdecimal()]
    rows = [(data.get(f"{name}-{number}-in", OUTER), _posted(data, name, number)) for number in dict.fromkeys(listed)]
    groups = [
        Rows(
            number,
            "any" if data.get(f"{name}-{number}-joiner") == "any" else "all",
            [row for group, row in rows if group == number],
        )
        for number in numbers
    ]
    return Draft(vocabulary, groups)


def _posted(data: QueryDict, name: str, number: int) -> Row:
    prefix = f"{name}-{number}"
    field, operator, to = (data.get(f"{prefix}-{cell}", "") for cell in ("field", "operator", "to"))
    return Row(number, field, operator, tuple(data.getlist(f"{prefix}-value")), to)


def _row(number: int, condition: Mapping[str, Any]) -> Row:
    value, operator = condition.get("value", ""), condition["operator"]
    values: tuple[str, ...] = (str(value),)
    to = ""
    if operator == Operator.BETWEEN:
        values, to = (str(value[0]),), str(value[1])
    elif operator in _SEVERAL:
        values = tuple(map(str, value))
    elif isinstance(value, Mapping):
        values, to = (str(value["event"]),), str(value["days"])
    return Row(number, condition["field"], operator, values, to)
