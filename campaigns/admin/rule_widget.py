"""The builder of a segment's rule as it is shown: each row with the inputs that go with its field and operator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from campaigns.admin.forms import TemplateWidget
from campaigns.admin.rule_builder import Draft, Row, Rows, draft_of, read
from campaigns.rules import OPERATORS, WITHOUT_VALUE, WORDS, Field, Kind, Operator
from campaigns.vocabulary import fields

_MOST_CHOICES: Final = 300
"""Of thousands of messages the newest are offered."""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row with what it may ask and how its value is given.

    `shape` is a word of `row.html`: none, line, range, days, event, pick, or ticks.
    """

    row: Row
    place: str
    operators: Sequence[tuple[str, str]]
    shape: str
    kind: str
    choices: Sequence[tuple[str, str]]
    shown: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group with its rows as they are shown."""

    rows: Rows
    shown: Sequence[ShownRow]


def rows_of(draft: Draft, name: str) -> SafeString:
    """The rows and their buttons, without what they mean."""
    listed = sorted(draft.vocabulary.values(), key=lambda field: field.label.casefold())
    beyond = (Kind.SEGMENT, Kind.EVENT, Kind.MESSAGE)
    context = {
        "name": name,
        "groups": _groups(draft),
        "known": [field for field in listed if field.kind not in beyond],
        "beyond": [field for field in listed if field.kind in beyond],
        "focus": draft.focus,
    }
    return render_to_string("admin/campaigns/segment/rows.html", context)


def _groups(draft: Draft) -> Sequence[ShownGroup]:
    shown, outer = [], 0
    for at, rows in enumerate(draft.groups):
        said = [_shown(row, f"{outer + at}.{place}" if rows.is_inner else str(place), draft.vocabulary)
                for place, row in enumerate(rows.rows, start=1)]  # fmt: skip
        shown.append(ShownGroup(rows, said))
        outer = outer or len(rows.rows)
    return shown


def _shown(row: Row, place: str, vocabulary: Mapping[str, Field]) -> ShownRow:
    field = vocabulary.get(row.field)
    if field is None:
        return ShownRow(row, place, (), "none", "", (), "")
    operators = [(operator.value, str(WORDS[operator])) for operator in OPERATORS[field.kind]]
    shape = _shape(field.kind, row.operator)
    shown = ", ".join(row.values) if shape == "line" else row.value
    return ShownRow(row, place, operators, shape, field.kind.value, _offered(field, row), shown)


def _shape(kind: Kind, operator: str) -> str:
    if operator in WITHOUT_VALUE:
        return "none"
    if operator == Operator.BETWEEN:
        return "range"
    if operator == Operator.IN_LAST_DAYS:
        return "days"
    match kind:
        case Kind.EVENT:
            return "event"
        case Kind.CHOICE if operator in (Operator.IS_ANY_OF, Operator.IS_NONE_OF):
            return "ticks"
        case Kind.CHOICE | Kind.SEGMENT | Kind.MESSAGE:
            return "pick"
    return "line"


def _offered(field: Field, row: Row) -> Sequence[tuple[str, str]]:
    """The choices, the newest of many, and always what is chosen already."""
    offered = dict(islice(field.choices.items(), _MOST_CHOICES))
    return list({**{key: field.choices[key] for key in row.values if key in field.choices}, **offered}.items())


class RuleWidget(TemplateWidget):
    """The rows with their buttons, and under them the rule in words, how many people it means, and some of them."""

    template_name = "admin/campaigns/segment/builder.html"

    class Media:
        js = ("optline/ask.js", "optline/segment_builder.js")
        css = {"all": ("optline/audience.css",)}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        draft = value if isinstance(value, Draft) else draft_of(value or {}, fields())
        return {**super().get_context(name, None, attrs), "name": name, "rows": rows_of(draft, name)}

    def value_from_datadict(self, data: Any, files: object, name: str) -> Draft:
        return read(data, name, fields()).checked()

    def value_omitted_from_data(self, data: Any, files: object, name: str) -> bool:
        return f"{name}-row" not in data


class RuleField(forms.Field):
    """Cleans to a rule of `campaigns.rules`."""

    widget = RuleWidget

    def clean(self, value: Any) -> dict[str, object]:
        assert isinstance(value, Draft)
        if value.problem:
            raise forms.ValidationError(value.problem)
        if value.problems:
            raise forms.ValidationError(_("Mend the conditions that are marked."))
        return value.rule()

    def has_changed(self, initial: object, data: object) -> bool:
        return True
