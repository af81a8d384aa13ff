"""`/stop`: whoever holds a number ends its texts, by a code that is texted to it (`optins.two_steps`).

The page never tells whether a number is known, subscribed or opted out already, neither by what it says nor by when.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaigns.refusals import Refused
from optins import queries
from optins.actions.leaving import ask_to_leave, leave
from optins.two_steps import NO_MATCH, Token, asker, begun_anew, opened, sealed

_PAGE: Final = "stop"
# More numbers than these nobody compares with those in their phone.
_NUMBERS_SHOWN: Final = 4


class StopForm(forms.Form):
    """Whose texts end."""

    phone = forms.CharField(max_length=40, error_messages={"required": _("Write the mobile number that we text.")})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest) -> HttpResponse:
    """The page; while the global options are not complete nothing can be texted, so that only the other way stands."""
    if queries.global_options() is None or request.method != "POST":
        return _number_page(request, StopForm())
    step = _STEPS.get(request.POST.get("step", ""), _take_number)
    return step(request)


# --- The steps -------------------------------------------------------------------------------


def _take_number(request: HttpRequest) -> HttpResponse:
    form = StopForm(request.POST)
    if not form.is_valid():
        return _number_page(request, form)
    token: Token = {"phone": form.cleaned_data["phone"], "wording": _wording()}
    problem = _ask(request, token)
    if problem is None:
        return _code_page(request, token)
    form.add_error("phone" if problem.field else None, problem.sentence)
    return _number_page(request, form)


def _ask_again(request: HttpRequest) -> HttpResponse:
    token = opened(request, page=_PAGE)
    if token is None:
        return _started_over(request)
    problem = _ask(request, token)
    if problem is None:
        return _code_page(request, token, note=gettext("The code before no longer works. Enter the new one."))
    return _code_page(request, token, problem=problem.sentence)


def _take_code(request: HttpRequest) -> HttpResponse:
    token = opened(request, page=_PAGE)
    if token is None:
        return _started_over(request)
    try:
        leave(asker=asker(request, token), phone_number=token["phone"], code=request.POST.get("code", ""))
    except Refused:
        return _code_page(request, token, problem=str(NO_MATCH))
    options = queries.global_options()
    sender = options.sender if options else None
    context = {
        "number": token["phone"],
        "may_come_back": sender is not None,
        "restart_at": queries.restart_address(sender) if sender else "",
    }
    return render(request, "stop/done.html", context)


_STEPS: Final[Mapping[str, Callable[[HttpRequest], HttpResponse]]] = {
    "number": _take_number,
    "again": _ask_again,
    "code": _take_code,
}


def _ask(request: HttpRequest, token: Token) -> Refused | None:
    try:
        ask_to_leave(asker=asker(request, token), phone_number=token["phone"])
    except Refused as refused:
        return refused
    return None


def _wording() -> str:
    company = queries.company_name()
    return (
        f"By entering the code I ask {company or 'you'} to send no text to this number any more, "
        "from any programme and from any number."
    )


# --- The pages -------------------------------------------------------------------------------


def _number_page(request: HttpRequest, form: StopForm) -> HttpResponse:
    numbers = queries.numbers_of_ours()
    context = {
        "form": form,
        "is_open": queries.global_options() is not None,
        "company": queries.company_name(),
        "numbers": _listed(numbers) if len(numbers) <= _NUMBERS_SHOWN else "",
    }
    return render(request, "stop/number.html", context)


def _listed(numbers: Sequence[str]) -> SafeString:
    shown: list[str] = [format_html("<strong>{}</strong>", number) for number in numbers]
    return mark_safe(get_text_list(shown, gettext("and")))  # noqa: S308  each is escaped


def _started_over(request: HttpRequest) -> HttpResponse:
    return _number_page(request, begun_anew(StopForm({})))


def _code_page(request: HttpRequest, token: Token, *, problem: str = "", note: str = "") -> HttpResponse:
    context = {
        "number": token["phone"],
        "wording": token["wording"],
        "token": sealed(token, page=_PAGE),
        "problem": problem,
        "note": note,
    }
    return render(request, "stop/code.html", context)
