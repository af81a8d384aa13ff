"""Calling a verb from a screen: its refusal stands beside the field it is about, or at the top of the page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest

from campaigns.actors import Actor
from campaigns.refusals import Refused


def actor(request: HttpRequest) -> Actor:
    """The member of staff behind a request of the dashboard, which lets nobody else in."""
    assert isinstance(request.user, User)
    return Actor.staff(request.user)


def attempt(form: BaseForm, verb: Callable[[], object]) -> bool:
    """Whether the form is valid and `verb` did what it asks for; what was refused stands in the form's errors."""
    if not form.is_valid():
        return False
    with told_by(form):
        verb()
    return not form.errors


@contextmanager
def told_by(form: BaseForm) -> Iterator[None]:
    """Turn what is refused inside into errors of `form`: beside the field when the form has it, else on top."""
    try:
        yield
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
    except ValidationError as problem:
        for field, sentences in _by_field(problem).items():
            form.add_error(field if field in form.fields else None, sentences)


def tell(request: HttpRequest, verb: Callable[[], object], *, done: str) -> bool:
    """Whether `verb` did its work. The next page says `done` at its top, or why it was refused."""
    try:
        verb()
    except Refused as refused:
        messages.error(request, refused.sentence)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, done)
        return True
    return False


def _by_field(problem: ValidationError) -> dict[str, list[str]]:
    return problem.message_dict if hasattr(problem, "error_dict") else {"": problem.messages}
