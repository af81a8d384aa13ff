"""The page of a campaign, whatever its kind: its shell, its state, and the buttons that move it.

An app that owns a kind subclasses `CampaignPage`, says which verb makes each move, and adds its own cards.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_stubs_ext import StrOrPromise
from unfold.admin import ModelAdmin

from campaigns.actions.moves import LAUNCH_PERMISSION, why_not
from campaigns.actions.shell import save_campaign
from campaigns.admin.shell_form import ShellForm
from campaigns.admin.verbs import actor, attempt, tell
from campaigns.lifecycle import CLOSED, LAUNCHED, Move, State, moves_from
from campaigns.models import Campaign
from campaigns.refusals import Refused

LABELS: Mapping[Move, StrOrPromise] = {
    Move.LAUNCH: gettext_lazy("Launch"),
    Move.PAUSE: gettext_lazy("Pause"),
    Move.RESUME: gettext_lazy("Resume"),
    Move.END: pgettext_lazy("campaign", "End"),
    Move.CANCEL: gettext_lazy("Cancel campaign"),
}
_DONE: Mapping[Move, StrOrPromise] = {
    Move.LAUNCH: gettext_lazy("“%(name)s” was launched."),
    Move.PAUSE: gettext_lazy("“%(name)s” was paused."),
    Move.RESUME: gettext_lazy("“%(name)s” was resumed."),
    Move.END: gettext_lazy("“%(name)s” was ended."),
    Move.CANCEL: gettext_lazy("“%(name)s” was cancelled."),
}
_KINDS_OF_BUTTON: Mapping[Move, str] = {
    Move.LAUNCH: "primary",
    Move.RESUME: "primary",
    Move.CANCEL: "quiet-danger",
}


class CampaignPage(ModelAdmin):
    """The page of one kind of campaign, on its proxy model."""

    page_template: ClassVar[str]
    verbs: ClassVar[Mapping[Move, Callable[..., None]]] = {}
    duplicate: ClassVar[Callable[..., Campaign] | None] = None

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_move"
        moving = path("<int:campaign_id>/<str:move>/confirm/", self.admin_site.admin_view(self.move_view), name=name)
        copying = path(
            "<int:campaign_id>/duplicate/",
            self.admin_site.admin_view(self.duplicate_view),
            name=f"{self.opts.app_label}_{self.opts.model_name}_duplicate",
        )
        return [moving, copying, *super().get_urls()]

    def has_delete_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        """A campaign is cancelled, never deleted: consent and texts refer to it."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """All campaigns stand in one list, which is elsewhere."""
        return redirect("admin:campaigns_campaign_changelist")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("admin:campaigns_campaign_create")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        campaign = self.campaign(request, object_id)
        may_change = self.has_change_permission(request, campaign)
        form = ShellForm(request.POST or None, instance=campaign, may_change=may_change)
        if request.method == "POST":
            if not may_change:
                raise PermissionDenied
            if attempt(form, lambda: save_campaign(campaign=form.instance, by=actor(request))):
                messages.success(request, _("“%(name)s” was saved.") % {"name": campaign.name})
                return HttpResponseRedirect(request.path)
        # The form has written into `campaign`, also what was refused; the page tells what is stored.
        stored = self.campaign(request, object_id)
        context = {"form": form, "may_change": may_change, "buttons": self.buttons(request, stored)}
        if type(self).duplicate is not None and actor(request).may("campaigns.add_campaign"):
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_duplicate"
            context["duplicate_url"] = reverse(name, args=[stored.pk])
        return self.page(request, self.page_template, stored, **context, **self.cards(request, stored))

    def move_view(self, request: HttpRequest, campaign_id: int, move: str) -> HttpResponse:
        """Asks in whole words, and does it when confirmed. What is missing is said instead of asked about."""
        campaign = self.campaign(request, str(campaign_id))
        if move not in self.verbs:
            raise Http404
        if not actor(request).may(LAUNCH_PERMISSION):
            raise PermissionDenied
        chosen = Move(move)
        impossible = why_not(campaign, chosen)
        if impossible:
            messages.error(request, impossible)
            return HttpResponseRedirect(self.url_of(campaign))
        if request.method == "POST":
            verb = self.verbs[chosen]
            done = _DONE[chosen] % {"name": campaign.name}
            tell(request, lambda: verb(campaign=campaign, by=actor(request)), done=done)
            return HttpResponseRedirect(self.url_of(campaign))
        lacks = self.lacks(campaign) if chosen is Move.LAUNCH else []
        return self.page(
            request,
            "admin/campaigns/campaign/confirm.html",
            campaign,
            question=f"{LABELS[chosen]}: {campaign.name}",
            lacks=lacks,
            sentences=[] if lacks else self.consequences(chosen, campaign),
            label=LABELS[chosen],
            back=self.url_of(campaign),
            danger=chosen in (Move.END, Move.CANCEL),
        )

    def duplicate_view(self, request: HttpRequest, campaign_id: int) -> HttpResponse:
        """Copies a campaign and opens the copy."""
        campaign = self.campaign(request, str(campaign_id))
        verb = type(self).duplicate
        if verb is None:
            raise Http404
        if request.method != "POST":
            return redirect(self.url_of(campaign))
        try:
            draft = verb(campaign=campaign, by=actor(request))
        except Refused as refused:
            messages.error(request, refused.sentence)
            return redirect(self.url_of(campaign))
        messages.success(request, _("This is the copy, as a draft."))
        return redirect(self.url_of(draft))

    def cards(self, request: HttpRequest, campaign: Campaign) -> Mapping[str, Any]:
        """What the kind's own cards show: for subclasses."""
        return {}

    def lacks(self, campaign: Campaign) -> Sequence[str]:
        """What keeps a draft from being launched, in sentences: for subclasses."""
        return []

    def consequences(self, move: Move, campaign: Campaign) -> list[str]:
        """What a move means, in sentences: for subclasses."""
        return []

    def campaign(self, request: HttpRequest, object_id: str) -> Campaign:
        """The campaign of this kind, for somebody who may see it."""
        rows = self.get_queryset(request).select_related("audience")
        campaign: Campaign = get_object_or_404(rows, pk=object_id if object_id.isdigit() else 0)
        if not self.has_view_permission(request, campaign):
            raise PermissionDenied
        return campaign

    def page(self, request: HttpRequest, template: str, campaign: Campaign, **context: Any) -> TemplateResponse:
        shown = {
            **self.admin_site.each_context(request),
            "title": campaign.name,
            "campaign": campaign,
            "page_url": self.url_of(campaign),
            "fixed": fixed_sentence(campaign),
            "time_zone": settings.TIME_ZONE,
        }
        return TemplateResponse(request, template, {**shown, **context})

    def url_of(self, campaign: Campaign) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[campaign.pk])

    def buttons(self, request: HttpRequest, campaign: Campaign) -> list[dict[str, StrOrPromise]]:
        """The moves that this state allows, for those who may make them."""
        if not actor(request).may(LAUNCH_PERMISSION):
            return []
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_move"
        return [
            {
                "label": LABELS[move],
                "kind": _KINDS_OF_BUTTON.get(move, ""),
                "url": reverse(name, args=[campaign.pk, move]),
            }
            for move in moves_from(State(campaign.state))
            if move in self.verbs
        ]


def fixed_sentence(campaign: Campaign) -> str:
    """Why parts of a campaign's page cannot be edited; empty while they can."""
    state = campaign.get_state_display().lower()
    if campaign.state in CLOSED:
        return _("This campaign is %(state)s. Only its notes can still change.") % {"state": state}
    if campaign.state in LAUNCHED:
        return _(
            "This campaign is %(state)s. What is greyed out can no longer change, because people were counted, "
            "asked or texted under it. To change it, create another campaign."
        ) % {"state": state}
    return ""
