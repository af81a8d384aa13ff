"""The Global SMS Opt-In: its page, which says what is missing until it is live, and its options."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.admin.forms import disable
from campaigns.admin.shell import CampaignPage
from campaigns.admin.verbs import actor, attempt
from campaigns.models import Campaign
from optins import queries, wording
from optins.actions.campaigns import (
    CHANGE_GLOBAL,
    GLOBAL_MESSAGES,
    create_global,
    refuse_ambiguous_words,
    refuse_unsendable,
    save_global_options,
)
from optins.admin.fields import AnswerWordsField, SenderForm, message_boxes
from optins.keywords import DEFAULT_HELP_WORDS, DEFAULT_OPT_OUT_WORDS
from optins.models import GlobalCampaign, GlobalOptions

NAME = "Global SMS Opt-In"
_MESSAGES = {
    "welcome_message": _("Welcome message"),
    "opt_out_message": _("Global Opt-Out message"),
    "help_message": _("Help message"),
    "no_match_message": _("No Match message"),
}


class GlobalOptionsForm(SenderForm):
    """The words and the four messages that hold on every number."""

    opt_in_keywords = AnswerWordsField(label=_("Global Opt-In Keywords"), fixed=["YES"])
    opt_out_keywords = AnswerWordsField(label=_("Global Opt-Out Keywords"), fixed=DEFAULT_OPT_OUT_WORDS)
    help_keywords = AnswerWordsField(label=_("Help Keywords"), fixed=DEFAULT_HELP_WORDS)

    class Meta:
        model = GlobalOptions
        fields = ("brand", "sender", "opt_in_keywords", "welcome_message", "opt_out_keywords", "opt_out_message",
                  "help_keywords", "help_message", "no_match_message")  # fmt: skip
        labels = _MESSAGES
        widgets = {"brand": UnfoldAdminTextInputWidget, **message_boxes(GLOBAL_MESSAGES)}

    def checks(self) -> list[Callable[[], object]]:
        return [partial(refuse_unsendable, self.instance), partial(refuse_ambiguous_words, self.instance)]


@admin.register(GlobalCampaign)
class GlobalCampaignAdmin(CampaignPage):
    """There is one, it has no runtime, and it is live as soon as its options are complete."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.options_view)
        return [path("<str:object_id>/options/", view, name="optins_globalcampaign_options"), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The chooser's card posts here. Two clicks at the same moment lead to the same campaign."""
        if request.method != "POST":
            return redirect("admin:campaigns_campaign_create")
        return redirect(self.url_of(create_global(name=NAME, by=actor(request))))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        campaign = self.campaign(request, object_id)
        options = self._options(campaign)
        return self.page(
            request,
            "admin/optins/global_campaign.html",
            campaign,
            options=options,
            options_url=reverse("admin:optins_globalcampaign_options", args=[campaign.pk]),
            may_change=actor(request).may(CHANGE_GLOBAL),
            missing=[] if options.is_complete else _missing(options),
            messages_shown=[
                (_MESSAGES[name], text := getattr(options, name), queries.lint(kind, text, campaign=None))
                for name, kind in GLOBAL_MESSAGES.items()
            ],
        )

    def options_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign = self.campaign(request, object_id)
        options = self._options(campaign)
        may_change = actor(request).may(CHANGE_GLOBAL)
        form = GlobalOptionsForm(request.POST or None, instance=options)
        if not may_change:
            disable(form)
        if request.method == "POST":
            if not may_change:
                raise PermissionDenied
            if attempt(form, lambda: save_global_options(options=form.instance, by=actor(request))):
                messages.success(request, _saved(_missing(form.instance)))
                return HttpResponseRedirect(self.url_of(campaign))
        context = {"form": form, "may_change": may_change, "samples": _samples(form.instance)}
        return self.page(request, "admin/optins/global_options.html", campaign, **context)

    def _options(self, campaign: Campaign) -> GlobalOptions:
        return GlobalOptions.objects.select_related("sender__provider", "sender__pool").get(campaign=campaign)


def _missing(options: GlobalOptions) -> list[str]:
    """What keeps the Global SMS Opt-In from being live."""
    missing = [str(label) for name, label in _MESSAGES.items() if not getattr(options, name).strip()]
    return missing if options.sender_id else [gettext("Message Provider and Target Phone Number"), *missing]


def _saved(lacks: list[str]) -> str:
    if not lacks:
        return gettext("The global SMS opt-in options were saved.")
    said = gettext("The global SMS opt-in options were saved. Still missing before it is live: %(missing)s.")
    return said % {"missing": ", ".join(lacks)}


def _samples(options: GlobalOptions) -> dict[str, str]:
    return {
        "welcome": wording.WELCOME,
        "opt_out": wording.OPT_OUT,
        "help": wording.HELP,
        "no_match": wording.no_match_sample(list(options.opt_out_keywords)),
    }
