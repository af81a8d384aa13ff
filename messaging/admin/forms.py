"""Forms that end in a verb: valid when the verb went through, so that a refusal keeps everything that was typed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from campaigns.actors import Actor
from campaigns.admin.verbs import actor
from campaigns.refusals import Refused

M = TypeVar("M", bound=Model)


@contextmanager
def told_by(form: forms.BaseForm) -> Iterator[None]:
    """Turn what a verb refuses into errors of `form`: beside the field when the form has it, else on top."""
    try:
        yield
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            form.add_error(None, error)
            return
        for field, problems in error.error_dict.items():
            form.add_error(field if field in form.fields else None, problems)


class VerbForm(forms.ModelForm[M]):
    """The last validation is the verb itself. `VerbAdmin` says who acts."""

    by: ClassVar[Actor]

    def act(self) -> None:
        """Call the verb on `self.instance`. Runs once, when all else about the form is valid."""
        raise NotImplementedError

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and not self.errors:
            with told_by(self):
                self.act()


class VerbAdmin(ModelAdmin):
    """A page whose form is a `VerbForm`."""

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"by": actor(request)})

    def save_model(self, request: HttpRequest, obj: Model, form: object, change: bool) -> None:
        """Nothing is left to do: the form's verb has saved it."""
