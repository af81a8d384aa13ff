"""The form of a campaign's shell: what every campaign has, whatever its kind."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from campaigns.actions.shell import fixed_fields
from campaigns.admin.forms import disable
from campaigns.lifecycle import State
from campaigns.models import Campaign, Segment
from campaigns.vocabulary import known_fields

_WANTED: Mapping[str, tuple[str, ...]] = {
    Campaign.Restriction.MINIMUM_AGE: ("minimum_age",),
    Campaign.Restriction.ATTRIBUTE: ("required_attribute", "required_value"),
}


class ShellForm(forms.ModelForm[Campaign]):
    """What every campaign has. What its state has fixed is shown and cannot be edited."""

    required_attribute = forms.ChoiceField(
        label=gettext_lazy("Attribute"), required=False, widget=UnfoldAdminSelectWidget
    )
    audience = forms.ModelChoiceField(
        Segment.objects.all(),
        label=gettext_lazy("Target audience"),
        empty_label=gettext_lazy("All customers"),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = Campaign
        fields = ("name", "starts_at", "ends_at", "audience", "restriction", "minimum_age", "required_attribute",
                  "required_value", "slug", "notes")  # fmt: skip
        labels = {
            "starts_at": gettext_lazy("From"),
            "ends_at": gettext_lazy("Until"),
            "required_value": gettext_lazy("Value"),
            "slug": gettext_lazy("Campaign permalink"),
        }
        widgets = {
            "name": UnfoldAdminTextInputWidget,
            "starts_at": forms.DateTimeInput({"type": "datetime-local", "class": "ol-input"}, "%Y-%m-%dT%H:%M"),
            "ends_at": forms.DateTimeInput({"type": "datetime-local", "class": "ol-input"}, "%Y-%m-%dT%H:%M"),
            "restriction": UnfoldAdminSelectWidget,
            "minimum_age": UnfoldAdminIntegerFieldWidget,
            "required_value": UnfoldAdminTextInputWidget,
            "slug": UnfoldAdminTextInputWidget,
            "notes": UnfoldAdminTextareaWidget({"rows": 3}),
        }

    def __init__(self, *args: Any, may_change: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {key: field.label for key, field in known_fields().items()}
        chosen = self.instance.required_attribute
        known.setdefault(chosen, chosen)
        attribute = self.fields["required_attribute"]
        assert isinstance(attribute, forms.ChoiceField)
        attribute.choices = [("", _("Choose an attribute")), *((key, label) for key, label in known.items() if key)]
        if not may_change:
            disable(self)
        for name in fixed_fields(State(self.instance.state)):
            self.fields[name.removesuffix("_id")].disabled = True

    def clean(self) -> dict[str, Any]:
        """Says beside the field what the database would refuse for the row as a whole."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in _WANTED.get(cleaned.get("restriction", ""), ()):
            if cleaned.get(name) in (None, ""):
                self.add_error(name, _("Fill this in, or choose “Not required”."))
        if self._moved_meanwhile():
            state = self.instance.get_state_display().lower()
            sentence = _("This campaign became %(state)s while you were editing. Look at it again, then save.")
            self.add_error(None, sentence % {"state": state})
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("The campaign must end after it begins."))
        return cleaned

    def _moved_meanwhile(self) -> bool:
        """Whether the page was opened in a state in which other fields could be edited than now."""
        opened = self.data.get("opened_in", "")
        return opened in list(State) and fixed_fields(State(opened)) != fixed_fields(State(self.instance.state))
