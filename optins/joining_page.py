"""`/c/<slug>`: the permalink of an opt-in campaign, where a person joins by a code (`optins.two_steps`).

The page never tells whether a number is known to us, neither by what it says nor by when.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django import forms
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaigns.lifecycle import CLOSED, Kind, State
from campaigns.models import Campaign
from campaigns.refusals import Refused
from optins import queries
from optins.actions.asking import request_code
from optins.actions.confirming import Outcome, confirm_code
from optins.disclosure import disclosure
from optins.models import OptInCampaign
from optins.two_steps import NO_MATCH, Token, asker, begun_anew, opened, sealed

_PAGE: Final = "permalink"
_GONE: Final = 410
_OF_THE_NUMBER: Final = frozenset({"invalid_phone_number", "country_not_allowed"})
_OF_THE_CODE: Final = frozenset({"invalid_code", "code_not_found", "code_expired", "too_many_attempts"})
_NOT_YOU: Final = _("Sorry, you cannot join this programme.")


class JoinForm(forms.Form):
    """What a person tells us. The box is never ticked for them."""

    first_name = forms.CharField(max_length=150)
    last_name = forms.CharField(max_length=150, required=False)
    phone = forms.CharField(max_length=40)
    agree = forms.BooleanField(error_messages={"required": _("Tick the box if you agree: we need your consent.")})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def permalink(request: HttpRequest, slug: str) -> HttpResponse:
    """The sign-up page of an opt-in campaign, or for staff the page of a messaging campaign."""
    campaign = Campaign.objects.filter(slug=slug).first()
    if campaign is None or campaign.kind == Kind.GLOBAL:
        return _missing(request)
    if campaign.kind == Kind.MESSAGING:
        return _for_staff(request, campaign)
    programme = queries.live_programme(campaign.pk)
    if programme is None or queries.global_options() is None:
        return _closed(request, campaign)
    if request.method != "POST":
        return _details_page(request, programme, JoinForm())
    step = _STEPS.get(request.POST.get("step", ""), _take_details)
    return step(request, programme)


# --- The steps -------------------------------------------------------------------------------


def _take_details(request: HttpRequest, programme: OptInCampaign) -> HttpResponse:
    form = JoinForm(request.POST)
    if not form.is_valid():
        return _details_page(request, programme, form)
    token = {name: str(form.cleaned_data[name]) for name in ("first_name", "last_name", "phone")}
    token |= {"campaign": str(programme.pk), "wording": _wording(programme)}
    problem = _ask(request, programme, token)
    if problem is None:
        return _code_page(request, programme, token)
    form.add_error("phone" if problem.code in _OF_THE_NUMBER else None, problem.sentence)
    return _details_page(request, programme, form)


def _ask_again(request: HttpRequest, programme: OptInCampaign) -> HttpResponse:
    token = _token(request, programme)
    if token is None:
        return _started_over(request, programme)
    problem = _ask(request, programme, token)
    if problem is None:
        note = gettext("We sent a new code. The one before no longer works.")
        return _code_page(request, programme, token, note=note)
    return _code_page(request, programme, token, problem=problem.sentence)


def _take_code(request: HttpRequest, programme: OptInCampaign) -> HttpResponse:
    token = _token(request, programme)
    if token is None:
        return _started_over(request, programme)
    try:
        outcome = confirm_code(
            asker=asker(request, token),
            to_phone_number=token["phone"],
            code=request.POST.get("code", ""),
            campaign_id=programme.pk,
        )
    except Refused as refused:
        return _code_page(request, programme, token, problem=_public(refused))
    context = {"programme": programme, "joined": outcome is not Outcome.OTHER_NUMBER}
    return render(request, "permalink/done.html", context)


_STEPS: Final[Mapping[str, Callable[[HttpRequest, OptInCampaign], HttpResponse]]] = {
    "details": _take_details,
    "again": _ask_again,
    "code": _take_code,
}


def _ask(request: HttpRequest, programme: OptInCampaign, token: Token) -> Refused | None:
    """Ask for a code. Who opted out sees what everybody sees: the page says how to come back to all of them."""
    try:
        request_code(asker=asker(request, token), to_phone_number=token["phone"], campaign_id=programme.pk)
    except Refused as refused:
        return None if refused.code == "opted_out" else refused
    return None


def _token(request: HttpRequest, programme: OptInCampaign) -> Token | None:
    """What the person typed at the first step; None too when it was about another campaign."""
    token = opened(request, page=_PAGE)
    return token if token is not None and token["campaign"] == str(programme.pk) else None


def _public(refused: Refused) -> str:
    """A refusal in words for the public. All that may be wrong with a code reads alike."""
    if refused.code in _OF_THE_CODE:
        return str(NO_MATCH)
    return str(_NOT_YOU) if refused.code == "not_available" else refused.sentence


# --- The pages -------------------------------------------------------------------------------


def _wording(programme: OptInCampaign) -> str:
    welcome = queries.welcome_text(programme, queries.global_options())
    return disclosure(programme=programme.name, welcome=welcome)


def _details_page(request: HttpRequest, programme: OptInCampaign, form: JoinForm) -> HttpResponse:
    context: dict[str, Any] = {"programme": programme, "form": form, "wording": _wording(programme)}
    return render(request, "permalink/details.html", context)


def _started_over(request: HttpRequest, programme: OptInCampaign) -> HttpResponse:
    return _details_page(request, programme, begun_anew(JoinForm({})))


def _code_page(
    request: HttpRequest, programme: OptInCampaign, token: Token, *, problem: str = "", note: str = ""
) -> HttpResponse:
    sender = programme.options.sender
    context = {
        "programme": programme,
        "number": token["phone"],
        "token": sealed(token, page=_PAGE),
        "restart_at": queries.restart_address(sender) if sender else "",
        "problem": problem,
        "note": note,
    }
    return render(request, "permalink/code.html", context)


def _closed(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    is_over = State(campaign.state) in CLOSED
    context = {"campaign": campaign, "is_over": is_over}
    return render(request, "permalink/closed.html", context, status=_GONE if is_over else None)


def _missing(request: HttpRequest) -> HttpResponse:
    return render(request, "permalink/missing.html", status=404)


def _for_staff(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    user: User | AnonymousUser = request.user
    if not (user.is_staff and user.has_perm("messaging.view_messagingcampaign")):
        return _missing(request)
    return HttpResponseRedirect(reverse("admin:messaging_messagingcampaign_change", args=[campaign.pk]))
