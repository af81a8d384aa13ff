"""The page of an SMS message: Setup, Creative, Targeting, Notes."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from campaigns.actions.moves import LAUNCH_PERMISSION
from campaigns.actors import Actor
from campaigns.admin.verbs import actor, attempt
from campaigns.lifecycle import CLOSED, LAUNCHED
from campaigns.lifecycle import State as CampaignState
from messaging.actions.messages import missing, save_message, save_notes
from messaging.actions.testing import TEST_PERMISSION
from messaging.admin import calendar, preview
from messaging.admin.audience import audience_of, audience_of_new, census_start, people_list
from messaging.admin.message_form import WAVE, NotesForm, SmsMessageForm
from messaging.admin.message_steps import discard, duplicate
from messaging.admin.report import certificate_of, recipients_of, report_of
from messaging.admin.review import review_page, review_piece
from messaging.admin.testing import test_of, tests_sent
from messaging.admin.why import why_of
from messaging.admin.words import when
from messaging.launch.approvals import unapproved_of
from messaging.models import MessagingCampaign, Run, SmsMessage
from messaging.queries import merge_fields
from messaging.reports.figures import progress_of_messages
from messaging.reports.results import foreseen
from messaging.reports.running import running
from messaging.reports.taken import TAKEN
from messaging.reports.waves import shown_wave

TABS: Final[Mapping[str, tuple[str, ...]]] = {
    "setup": (
        "delivery", "scheduled_for", "time_zone", "event_name", "window_from", "window_until", "delay_amount",
        "delay_unit", "limit_count", "limit_days", "outside_hours", "late_after_hours", *WAVE,
    ),
    "creative": ("provider", "sender", "programme", "opening", "body", "closing"),
    "targeting": ("segment_in", "segment_out"),
    "notes": ("notes",),
}  # fmt: skip
Page = Callable[[HttpRequest, SmsMessage], HttpResponseBase]


@admin.register(SmsMessage)
class SmsMessageAdmin(ModelAdmin):
    """Reached from its campaign's page; it has no list of its own."""

    def get_urls(self) -> list[URLPattern]:
        def at(name: str, view: Page) -> URLPattern:
            return path(f"<int:message_id>/{name}/", self._of_message(view), name=f"messaging_smsmessage_{name}")

        week = path("calendar/", self.admin_site.admin_view(calendar.calendar), name="messaging_calendar")
        asked = [at("launch", review_page), at("move", calendar.move)]
        asked += [at("test", test_of), at("tests", tests_sent)]
        asked += [at("duplicate", duplicate), at("discard", discard)]
        pieces = [at("audience", audience_of), at("progress", progress_of), at("report", report_of), at("why", why_of)]
        pieces.append(at("certificate", certificate_of))
        figures = path(
            "<int:message_id>/launch/figures/", self._of_message(review_piece), name="messaging_smsmessage_figures"
        )
        pieces += [at("people", people_list), at("census", census_start)]
        recipients = path(
            "<int:message_id>/recipients.csv", self._of_message(recipients_of), name="messaging_smsmessage_recipients"
        )
        typed = [
            path(f"{piece.__name__}/", self.admin_site.admin_view(piece), name=f"messaging_{piece.__name__}")
            for piece in (preview.preview, preview.spread, preview.field)
        ]
        new = path("audience/", self.admin_site.admin_view(audience_of_new), name="messaging_smsmessage_audience_new")
        return [week, new, figures, *asked, *pieces, recipients, *typed, *super().get_urls()]

    def _of_message(self, view: Page) -> Callable[..., HttpResponseBase]:
        def found(request: HttpRequest, message_id: int) -> HttpResponseBase:
            return view(request, self._message(request, str(message_id)))

        return self.admin_site.admin_view(found)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("admin:campaigns_campaign_changelist")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A new draft in the campaign that `?campaign=` names."""
        actor(request).require("messaging.add_smsmessage")
        chosen = request.GET.get("campaign", "")
        campaign = MessagingCampaign.objects.filter(pk=int(chosen) if chosen.isdecimal() else 0).first()
        if campaign is None or campaign.state in CLOSED:
            messages.info(request, _("A message belongs to a messaging campaign. Open one, or create it first."))
            return redirect("admin:campaigns_campaign_changelist")
        name = f"Message {campaign.messages.count() + 1}"
        return self._edit(request, SmsMessage(campaign=campaign, name=name), draft=True)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        message = self._message(request, object_id)
        return self._edit(request, message, draft=message.state == SmsMessage.State.DRAFT)

    def _edit(self, request: HttpRequest, message: SmsMessage, *, draft: bool) -> HttpResponse:
        may_change = message._state.adding or self.has_change_permission(request, message)
        if request.method == "POST" and not may_change:
            raise PermissionDenied
        posted = request.POST if request.method == "POST" else None
        form = SmsMessageForm(posted if draft else None, instance=message, disabled=not (draft and may_change))
        notes = form if draft else NotesForm(posted, instance=message)
        notes.fields["notes"].disabled = not may_change
        verb = save_message if draft else save_notes
        if posted is not None and attempt(notes, lambda: verb(message=message, by=actor(request))):
            messages.success(request, _("“%(name)s” was saved.") % {"name": message.name})
            address = reverse("admin:messaging_smsmessage_change", args=[message.pk])
            return HttpResponseRedirect(f"{address}?tab={_known_tab(request.POST.get('tab', ''))}&saved")
        return self._page(request, message, form, notes, may_change)

    def _page(
        self, request: HttpRequest, message: SmsMessage, form: Any, notes: Any, may_change: bool
    ) -> TemplateResponse:
        # After a refusal `message` holds what was typed; what is missing and when is told of what is stored.
        stored = message if message._state.adding else self._message(request, str(message.pk))
        context = {
            **self.admin_site.each_context(request),
            **_shown(stored, actor(request)),
            "form": form,
            "notes": notes["notes"],
            "merge_fields": merge_fields().items(),
            "usual_limit_hours": int(settings.LATE_AFTER.total_seconds() // 3600),
            "may_change": may_change,
            **_tabs(request, form),
        }
        return TemplateResponse(request, "admin/messaging/message.html", context)

    def _message(self, request: HttpRequest, message_id: str) -> SmsMessage:
        related = ("campaign", "campaign__audience", "sender__provider", "programme", "segment_in", "segment_out")
        rows = SmsMessage.objects.select_related(*related)
        message = get_object_or_404(rows, pk=int(message_id) if message_id.isdecimal() else 0)
        if not self.has_view_permission(request, message):
            raise PermissionDenied
        return message


def _shown(message: SmsMessage, by: Actor) -> dict[str, object]:
    """A message as it is stored: what it lacks, when it goes out, and what this person may do with it."""
    exists = not message._state.adding
    draft = message.state == SmsMessage.State.DRAFT
    lacks = missing(message) if draft and exists else ()
    launchable = draft and exists and not lacks and message.campaign.state in LAUNCHED
    return {
        "title": message.name,
        "message": message,
        "campaign": message.campaign,
        "missing": lacks,
        "goes_out": when(message),
        "progress": None if draft else progress_of_messages([message.pk]).get(message.pk),
        "unapproved": None if draft else unapproved_of(message),
        "may_launch": launchable and by.may(LAUNCH_PERMISSION),
        "may_test": exists and by.may(TEST_PERMISSION),
        "may_duplicate": exists and by.may("messaging.add_smsmessage"),
        "may_discard": exists and draft and by.may("messaging.delete_smsmessage"),
    }


def _tabs(request: HttpRequest, form: Any) -> dict[str, object]:
    """Which tabs hold an error, and which one is open: the first of those, else the one that was asked for."""
    wrong = [tab for tab, names in TABS.items() if any(name in form.errors for name in names)]
    return {"wrong_tabs": wrong, "active_tab": wrong[0] if wrong else _known_tab(request.GET.get("tab", ""))}


def _known_tab(tab: str) -> str:
    return tab if tab in TABS else "setup"


def progress_of(request: HttpRequest, message: SmsMessage) -> HttpResponse:
    """A piece of page: the bar of a message's recipients; it says when nothing will change any more."""
    runs = set(message.runs.values_list("state", flat=True))
    to_begin = not runs and message.campaign.state not in CLOSED
    progress = progress_of_messages([message.pk]).get(message.pk)
    over = not to_begin and Run.State.OPEN not in runs and not (progress and progress.moving)
    context = {
        "progress": progress,
        "unapproved": unapproved_of(message),
        "message": message,
        "over": over,
        "wave": shown_wave(message),
        "foreseen": foreseen(message) if progress else None,
        "taken": progress.of(*TAKEN) if progress else 0,
        "running": None if over or message.campaign.state != CampaignState.LIVE else running(message),
    }
    return TemplateResponse(request, "admin/messaging/progress.html", context)
