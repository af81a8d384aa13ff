"""Forms that end in a verb, and pages that show them: valid when the verb went through.

So a refusal keeps everything that was typed, and stands beside the field it is about.
"""

from typing import Any, ClassVar, TypeVar

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from campaigns.actors import Actor
from campaigns.admin.kept_filters import KeepsFilters
from campaigns.admin.verbs import actor, attempt
from campaigns.refusals import Refused

M = TypeVar("M", bound=Model)


class VerbForm(forms.ModelForm[M]):
    """The last validation is the verb itself. `VerbAdmin` says who acts."""

    by: ClassVar[Actor]

    def act(self) -> M:
        """Call the verb with what was typed; returns the row that it saved. Runs once, when all else is valid."""
        raise NotImplementedError

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and not self.errors:
            attempt(self, self._act)

    def _act(self) -> None:
        self.instance = self.act()


class VerbAdmin(KeepsFilters):
    """A page whose form is a `VerbForm`. Its history is the audit trail's."""

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"by": actor(request)})

    def save_model(self, request: HttpRequest, obj: Model, form: object, change: bool) -> None:
        """Nothing is left to do: the form's verb has saved it."""

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What the verb behind `delete_model` refuses stands on the page that one came from."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refused as refused:
            messages.error(request, refused.sentence)
            page = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
            return HttpResponseRedirect(reverse(page, args=[object_id]))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: object = None) -> HttpResponse:
        trail = reverse("admin:campaigns_auditentry_changelist")
        query = {"object_type": self.opts.label_lower, "object_id": object_id}
        return HttpResponseRedirect(f"{trail}?{urlencode(query)}")


def disable(form: forms.BaseForm) -> None:
    """Show a form to somebody who may look and not write."""
    for field in form.fields.values():
        field.disabled = True


class TemplateWidget(forms.Widget):
    """A widget drawn by a template of the project."""

    def _render(self, template_name: str, context: dict[str, Any], renderer: object = None) -> SafeString:
        return mark_safe(render_to_string(template_name, context))  # noqa: S308  an auto-escaped template
