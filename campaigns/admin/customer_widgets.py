"""The two tables on a customer's page that are edited as a whole: phone numbers, and attributes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from campaigns import profile
from campaigns.admin.forms import TemplateWidget
from campaigns.models import Attribute, Customer, PhoneNumber
from campaigns.rules import Kind
from campaigns.seeing import number_shown

_NEW_ROWS = 2


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number on file, and whether it is to stay."""

    number: str
    shown: str
    verified_at: object
    keep: bool = True


def number_rows(held: Iterable[PhoneNumber], wanted: Sequence[str] | None = None) -> list[NumberRow]:
    """Rows for numbers on file; those that are not among the `wanted` ones are not to stay."""
    return [
        NumberRow(phone.number, number_shown(phone.number), phone.verified_at, wanted is None or phone.number in wanted)
        for phone in held
    ]


class NumbersWidget(TemplateWidget):
    """The numbers on file, each with its verified mark and a box to keep it, and room for new ones."""

    template_name = "admin/campaigns/customer/numbers.html"
    held: Sequence[PhoneNumber] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        rows = number_rows(self.held, value)
        new = [text for text in value or () if text not in {row.number for row in rows}]
        context = super().get_context(name, value, attrs)
        return {**context, "rows": rows, "new": [*new, *[""] * max(1, _NEW_ROWS - len(new))]}

    def value_from_datadict(self, data: Any, files: object, name: str) -> list[str]:
        new = [text.strip() for text in data.getlist(f"{name}-new") if text.strip()]
        return [*data.getlist(f"{name}-keep"), *new]

    def value_omitted_from_data(self, data: Any, files: object, name: str) -> bool:
        return f"{name}-new" not in data


class NumbersField(forms.Field):
    """Cleans to the whole list of numbers, as they were typed; the verb parses them."""

    widget = NumbersWidget

    def has_changed(self, initial: object, data: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """One word of the vocabulary with this customer's value."""

    key: str
    label: str
    kind: str
    value: object
    problem: str = ""
    choices: Sequence[str] = ()


class AttributesWidget(TemplateWidget):
    """A row for each attribute of the vocabulary, with an input of its kind."""

    template_name = "admin/campaigns/customer/attributes.html"
    problems: Mapping[str, str] = {}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        values = value or {}
        rows = [
            AttributeRow(row.key, str(row), row.type, values.get(row.key), self.problems.get(row.key, ""), row.choices)
            for row in Attribute.objects.all()
        ]
        return {**super().get_context(name, value, attrs), "rows": rows}

    def value_from_datadict(self, data: Any, files: object, name: str) -> dict[str, str]:
        prefix = f"{name}-"
        return {key.removeprefix(prefix): data[key] for key in data if key.startswith(prefix)}

    def value_omitted_from_data(self, data: Any, files: object, name: str) -> bool:
        return False


class AttributesField(forms.Field):
    """Cleans to the values that changes are made of: blank is None, which takes the attribute away."""

    widget = AttributesWidget

    def clean(self, value: Any) -> dict[str, object]:
        kinds = {row.key: Kind(row.type) for row in Attribute.objects.all()}
        cleaned: dict[str, object] = {}
        problems: dict[str, str] = {}
        for key in value.keys() & kinds:
            text = value[key].strip()
            try:
                cleaned[key] = profile.read_attribute(kinds[key], text) if text else None
            except ValueError as error:
                problems[key] = str(error)
        self.widget.problems = problems
        if problems:
            raise forms.ValidationError(_("Mend the values that are marked."))
        return cleaned

    def has_changed(self, initial: object, data: object) -> bool:
        return True


def attribute_facts(customer: Customer) -> list[tuple[str, object]]:
    """Label and value of what is known of a customer, to read."""
    labels = {row.key: str(row) for row in Attribute.objects.all()}
    return [(labels[key], value) for key, value in customer.attributes.items() if key in labels]
