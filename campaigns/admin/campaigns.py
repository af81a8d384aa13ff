"""Create Campaign: the chooser with its three cards, and the estimated size of an audience.

The list of campaigns shows their progress and therefore lives in a higher app; it hangs these pages on itself.
"""

import time
from dataclasses import dataclass

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.actions.shell import create_campaign
from campaigns.admin.verbs import actor, attempt
from campaigns.audience import estimate
from campaigns.lifecycle import Kind
from campaigns.models import Campaign, Segment
from campaigns.rules import RuleError


@dataclass(frozen=True, slots=True)
class Card:
    """One kind of campaign to choose."""

    kind: Kind
    icon: str
    title: StrOrPromise
    text: StrOrPromise
    page: str


GLOBAL = Card(
    Kind.GLOBAL,
    "settings_phone",
    gettext_lazy("Global SMS Opt-In"),
    gettext_lazy(
        "The keywords and answers that hold on every number: welcome, STOP, HELP and no match. One "
        "for the whole company."
    ),
    "optins_globalcampaign",
)
NAMED = (
    Card(
        Kind.OPT_IN,
        "how_to_reg",
        gettext_lazy("SMS Opt-In"),
        gettext_lazy(
            "Lets people join by texting a keyword, or through your app or website. It manages the "
            "messaging preference that your messages go to."
        ),
        "optins_optincampaign",
    ),
    Card(
        Kind.MESSAGING,
        "forum",
        gettext_lazy("Messaging"),
        gettext_lazy("Sends text messages, scheduled or triggered, to people who opted in."),
        "messaging_messagingcampaign",
    ),
)


class CreateForm(forms.Form):
    """The kind that was chosen and the name it is given."""

    kind = forms.ChoiceField(choices=[(card.kind.value, card.title) for card in NAMED], widget=forms.HiddenInput)
    name = forms.CharField(
        label=gettext_lazy("Name of the campaign"),
        max_length=150,
        widget=UnfoldAdminTextInputWidget({"placeholder": gettext_lazy("Spring offers")}),
        error_messages={"required": gettext_lazy("Give the campaign a name.")},
    )


def chooser_urls() -> list[URLPattern]:
    """For `get_urls` of the admin of campaigns: `campaigns_campaign_create` and `campaigns_campaign_audience`."""
    return [
        path("create/", admin.site.admin_view(chooser), name="campaigns_campaign_create"),
        path("audience/", admin.site.admin_view(audience_size), name="campaigns_campaign_audience"),
    ]


def chooser(request: HttpRequest) -> HttpResponse:
    """The three cards; with `?kind=` the name is asked for, and Create leads to the new campaign's page."""
    by = actor(request)
    by.require("campaigns.add_campaign")
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    chosen = next((card for card in NAMED if card.kind == kind), None)
    form = CreateForm(request.POST or None, initial={"kind": kind})
    if request.method == "POST" and chosen is not None:
        made: list[Campaign] = []
        verb = create_campaign
        if attempt(form, lambda: made.append(verb(kind=chosen.kind, name=form.cleaned_data["name"], by=by))):
            return HttpResponseRedirect(reverse(f"admin:{chosen.page}_change", args=[made[0].pk]))
    context = {
        **admin.site.each_context(request),
        "title": _("Create Campaign"),
        "global_card": GLOBAL,
        "global_campaign": Campaign.objects.filter(kind=Kind.GLOBAL).first(),
        "may_create_global": by.may("optins.add_globalcampaign"),
        "cards": NAMED,
        "chosen": chosen,
        "form": form,
    }
    return TemplateResponse(request, "admin/campaigns/create.html", context)


def audience_size(request: HttpRequest) -> HttpResponse:
    """A piece of a page: how many customers a segment has (`?segment=` and its id; blank is everybody)."""
    if not actor(request).may("campaigns.view_campaign"):
        raise PermissionDenied
    chosen = request.GET.get("segment", "")
    segment = get_object_or_404(Segment, pk=int(chosen)) if chosen.isdigit() else None
    began = time.monotonic()
    context: dict[str, object] = {"segment": segment, "at": timezone.localtime()}
    try:
        context["count"] = estimate(segment)
    except RuleError as problem:
        context["problem"] = str(problem)
    context["seconds"] = time.monotonic() - began
    return TemplateResponse(request, "admin/campaigns/campaign/audience.html", context)
