"""Campaigns & Content: the list of all campaigns with their progress, and the page of a messaging campaign."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter

from campaigns.actions.moves import why_not
from campaigns.admin.campaigns import chooser_urls
from campaigns.admin.kept_filters import KeepsFilters, onward
from campaigns.admin.lists import Empty
from campaigns.admin.shell import CampaignPage
from campaigns.admin.verbs import actor
from campaigns.lifecycle import CLOSED, Kind, Move
from campaigns.models import Campaign
from messaging.actions import campaigns as verbs
from messaging.actions.drafts import duplicate_campaign
from messaging.actions.messages import missing
from messaging.admin.report import recipients_of, report_of
from messaging.admin.review import review_page, review_piece
from messaging.admin.words import bar, moment, when
from messaging.launch.approvals import unapproved_messages
from messaging.models import MessagingCampaign, Run, SmsMessage
from messaging.pages import page_of
from messaging.reports.figures import Progress, progress_of_campaigns, progress_of_messages
from messaging.states import State
from optins.admin.readonly import badge


@admin.register(Campaign)
class CampaignAdmin(KeepsFilters):
    """All campaigns of the three kinds. They are made by Create Campaign and changed on the pages of their kind."""

    list_display = ("named", "kind_shown", "state_shown", "runtime", "target", "progress")
    list_display_links = None
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("starts_at", RangeDateFilter),
    )
    list_filter_submit = True
    list_select_related = ("audience",)
    list_per_page = 50
    search_fields = ("name", "slug")
    search_help_text = _("A campaign's name or permalink.")
    change_list_template = "admin/messaging/campaigns.html"
    empty = Empty(
        "campaign",
        _("No campaign yet"),
        _(
            "Begin with the Global SMS Opt-In, which holds the answers to STOP and HELP. Then create an SMS Opt-In "
            "that people join, and a Messaging campaign that texts them."
        ),
    )
    actions = None

    def get_urls(self) -> list[URLPattern]:
        return [*chooser_urls(), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        may_create: Any = actor(request).may("campaigns.add_campaign")
        return super().changelist_view(request, {"may_create": may_create})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A campaign is seen on the page of its kind."""
        return redirect(page_of(get_object_or_404(Campaign, pk=int(object_id) if object_id.isdecimal() else 0)))

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Asks for the progress of all campaigns of a page at once."""
        shown = super().get_changelist_instance(request)
        found = progress_of_campaigns([campaign.pk for campaign in shown.result_list])
        for campaign in shown.result_list:
            vars(campaign)["progress"] = found.get(campaign.pk)
        return shown

    @admin.display(description=_("Name"), ordering="name")
    def named(self, campaign: Campaign) -> SafeString:
        return format_html('<a class="ol-link" href="{}">{}</a>', onward(page_of(campaign), campaign), campaign.name)

    @admin.display(description=_("Kind"), ordering="kind")
    def kind_shown(self, campaign: Campaign) -> str:
        return campaign.get_kind_display()

    @admin.display(description=_("State"), ordering="state")
    def state_shown(self, campaign: Campaign) -> str:
        return badge(campaign.state, campaign.get_state_display())

    @admin.display(description=_("Runtime"), ordering="starts_at")
    def runtime(self, campaign: Campaign) -> str:
        if campaign.kind == Kind.GLOBAL:
            return gettext("Always")
        begins = moment(campaign.starts_at) if campaign.starts_at else gettext("From launch")
        ends = moment(campaign.ends_at) if campaign.ends_at else gettext("no end")
        return f"{begins} – {ends}"

    @admin.display(description=_("Audience"))
    def target(self, campaign: Campaign) -> str:
        return str(campaign.audience or gettext("All customers"))

    @admin.display(description=_("Progress"))
    def progress(self, campaign: Campaign) -> SafeString:
        return bar(vars(campaign)["progress"])


@admin.register(MessagingCampaign)
class MessagingCampaignAdmin(CampaignPage):
    """A messaging campaign: its shell, its messages with their progress, and its state."""

    page_template = "admin/messaging/campaign.html"
    duplicate = staticmethod(duplicate_campaign)
    verbs: ClassVar[Mapping[Move, Callable[..., None]]] = {
        Move.LAUNCH: verbs.launch,
        Move.PAUSE: verbs.pause,
        Move.RESUME: verbs.resume,
        Move.END: verbs.end,
        Move.CANCEL: verbs.cancel,
    }

    def get_urls(self) -> list[URLPattern]:
        def at(place: str, name: str, view: Callable[[HttpRequest, Campaign], HttpResponseBase]) -> URLPattern:
            def found(request: HttpRequest, campaign_id: str) -> HttpResponseBase:
                return view(request, self.campaign(request, campaign_id))

            return path(f"<str:campaign_id>/{place}", self.admin_site.admin_view(found), name=name)

        figures = at("launch/confirm/figures/", "messaging_messagingcampaign_figures", self._review_piece)
        report = at("report/", "messaging_messagingcampaign_report", report_of)
        recipients = at("recipients.csv", "messaging_messagingcampaign_recipients", recipients_of)
        return [figures, report, recipients, *super().get_urls()]

    def cards(self, request: HttpRequest, campaign: Campaign) -> Mapping[str, Any]:
        messages = list(_messages(campaign))
        found = progress_of_messages([message.pk for message in messages])
        waiting = {each.message.pk: each for each in unapproved_messages(Q(campaign=campaign.pk))}
        rows = [
            {
                "message": message,
                "unapproved": waiting.get(message.pk),
                "when": when(message),
                "lacks": missing(message) if message.state == SmsMessage.State.DRAFT else (),
                "progress": found.get(message.pk),
            }
            for message in messages
        ]
        may_add = campaign.state not in CLOSED and actor(request).may("messaging.add_smsmessage")
        return {"rows": rows, "may_add": may_add}

    def move_view(self, request: HttpRequest, campaign_id: int, move: str) -> HttpResponse:
        """A launch is reviewed on a page of its own."""
        campaign = self.campaign(request, str(campaign_id))
        if move != Move.LAUNCH or why_not(campaign, Move.LAUNCH):
            return super().move_view(request, campaign_id, move)
        return review_page(request, _of_kind(campaign))

    def _review_piece(self, request: HttpRequest, campaign: Campaign) -> HttpResponse:
        return review_piece(request, _of_kind(campaign))

    def consequences(self, move: Move, campaign: Campaign) -> list[str]:
        progress = progress_of_campaigns([campaign.pk]).get(campaign.pk, Progress())
        coming = _yet_to_come(move, campaign)
        # Who is not counted yet does not wait: a message that is due later is told of by its name.
        waits = [] if coming and not progress.waiting else [_waiting(move, progress.waiting)]
        arrives = [] if move is Move.RESUME else [_on_their_way(progress)]
        return [*waits, *coming, *arrives, *([str(_FINAL[move])] if move in _FINAL else [])]


def _of_kind(campaign: Campaign) -> MessagingCampaign:
    assert isinstance(campaign, MessagingCampaign)
    return campaign


def _messages(campaign: Campaign) -> QuerySet[SmsMessage]:
    related = ("campaign__audience", "sender__pool", "programme__audience", "segment_in", "segment_out")
    return SmsMessage.objects.filter(campaign=campaign.pk).select_related(*related).order_by("pk")


def _waiting(move: Move, number: int) -> str:
    """What a move means for the texts that wait."""
    what = str(_WAITING[move])
    if number == 0:
        return gettext("No text waiting: %(what)s") % {"what": what}
    said = ngettext("%(texts)s text waiting: %(what)s", "%(texts)s texts waiting: %(what)s", number)
    return said % {"texts": intcomma(number), "what": what}


def _on_their_way(progress: Progress) -> str:
    moving = progress.of(State.SENDING, State.ACCEPTED, State.SENT, State.UNCERTAIN)
    if not moving:
        return gettext("Nothing is on its way.")
    said = ngettext(
        "%(texts)s text already handed over may still arrive.",
        "%(texts)s texts already handed over may still arrive.",
        moving,
    )
    return said % {"texts": intcomma(moving)}


def _yet_to_come(move: Move, campaign: Campaign) -> list[str]:
    """What a move means for launched messages whose people are counted later: at their time, or at an event."""
    launched = _messages(campaign).filter(state=SmsMessage.State.LAUNCHED)
    later = launched.filter(delivery=SmsMessage.Delivery.SCHEDULED, runs=None)
    listening = launched.filter(delivery=SmsMessage.Delivery.TRIGGERED, runs__state=Run.State.OPEN)
    return [
        *(str(_LATER[move]) % {"name": message.name, "when": when(message)} for message in later),
        *(str(_LISTENING[move]) % {"name": message.name} for message in listening),
    ]


_WAITING: Mapping[Move, StrOrPromise] = {
    Move.PAUSE: _("nothing more leaves until somebody resumes the campaign."),
    Move.RESUME: _("sending goes on at once."),
    Move.END: _("they never leave."),
    Move.CANCEL: _("they never leave."),
}
_NEVER_GOES_OUT = _("“%(name)s”, due on %(when)s, never goes out.")
_LATER: Mapping[Move, StrOrPromise] = {
    Move.PAUSE: _("“%(name)s”, due on %(when)s, does not go out while the campaign is paused."),
    Move.RESUME: _("“%(name)s”, due on %(when)s, goes out then, or at once when that time is over."),
    Move.END: _NEVER_GOES_OUT,
    Move.CANCEL: _NEVER_GOES_OUT,
}
_LISTENS_NO_MORE = _("“%(name)s” listens no more.")
_LISTENING: Mapping[Move, StrOrPromise] = {
    Move.PAUSE: _(
        "“%(name)s” hears of no event while the campaign is paused: what happens meanwhile is never texted about."
    ),
    Move.RESUME: _("“%(name)s” listens again for its event."),
    Move.END: _LISTENS_NO_MORE,
    Move.CANCEL: _LISTENS_NO_MORE,
}
_FINAL: Mapping[Move, StrOrPromise] = {
    Move.END: _("A campaign that has ended cannot be started again."),
    Move.CANCEL: _("A cancelled campaign cannot be started again."),
}
