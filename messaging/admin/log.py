"""The message log: every text that left or was to leave, and the page of one text with its whole history."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter, RelatedDropdownFilter
from unfold.utils import parse_date_str

from campaigns.admin.lists import ChoiceFilter, Empty
from messaging.admin.files import file_of_log
from messaging.admin.words import moment
from messaging.models import Outbound, Run, SmsMessage, StatusCallback
from messaging.queries import written_until
from messaging.reports.figures import reason_in_words
from optins.admin.readonly import ReadOnlyAdmin, badge
from optins.models import ConsentEvent


class MessageFilter(ChoiceFilter):
    """The texts of one message. The pages of messages lead here; there are too many messages to choose among."""

    title = _("message")
    parameter_name = "message"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        chosen = request.GET.get("message", "")
        found = SmsMessage.objects.filter(pk=int(chosen)) if chosen.isdecimal() else SmsMessage.objects.none()
        return [(str(message.pk), message.name) for message in found]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # The runs by name: a join would make Postgres look for them among all texts, from the latest on.
        chosen = self.value()
        if not chosen or not chosen.isdecimal():
            return queryset
        return queryset.filter(run__in=list(Run.objects.filter(message=int(chosen)).values_list("pk", flat=True)))


class DueFilter(RangeDateFilter):
    """By the days on which texts are due, both included."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = (self._day(end) for end in ("from", "to"))
        if first is not None:
            queryset = queryset.filter(due_at__gte=first)
        if last is not None:
            end = last + dt.timedelta(days=1)
            # None is due before it was written: none need be looked for among later ones.
            queryset = queryset.filter(due_at__lt=end, pk__lte=written_until(end))
        return queryset

    def _day(self, end: str) -> dt.datetime | None:
        """The midnight at which a chosen day begins, by the company's clock."""
        day = parse_date_str(str(self.used_parameters.get(f"{self.parameter_name}_{end}", "")))
        return None if day is None else dt.datetime.combine(day, dt.time(), tzinfo=timezone.get_default_timezone())


@admin.register(Outbound)
class OutboundAdmin(ReadOnlyAdmin):
    """Read-only. The table is the largest of all: nothing here counts it."""

    empty = Empty(
        "outgoing_mail",
        _("No text has been sent"),
        _("Every text to a person stands here, with what became of it: codes, answers and campaigns."),
    )
    list_before_template: Any = "admin/messaging/log_tools.html"
    list_display = ("time", "phone", "what", "campaign", "state_badge", "why", "parts")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("campaign", RelatedDropdownFilter),
        MessageFilter,
        ("sender", RelatedDropdownFilter),
        ("due_at", DueFilter),
    )
    list_filter_submit = True
    list_select_related = ("campaign", "notice")
    search_help_text = _("A phone number, or a message SID.")
    ordering = ("-id",)
    sortable_by = ()

    class Media:
        css = {"all": ("optline/campaign.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Outbound]:
        rows: QuerySet[Outbound] = super().get_queryset(request)
        return rows.defer("sealed_body", "notice__sealed_body", "body", "notice__body")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if term[:2].upper() in ("SM", "MM"):
            return queryset.filter(sid=term), False
        return super().get_search_results(request, queryset, term)

    def get_urls(self) -> list[URLPattern]:
        file = path("texts.csv", self.admin_site.admin_view(self.file), name="messaging_outbound_file")
        return [file, *super().get_urls()]

    def file(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """What the list shows, on all its pages, as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        log = reverse("admin:messaging_outbound_changelist")
        try:
            return file_of_log(request, self.get_changelist_instance(request).queryset, log=log)
        except IncorrectLookupParameters:
            return redirect(log)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {"page_title": gettext("Message log"), **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        related = ("campaign", "sender__provider", "customer", "notice", "run__message", "consent_event")
        rows = Outbound.objects.select_related(*related).defer("sealed_body", "notice__sealed_body")
        text = get_object_or_404(rows, pk=int(object_id) if object_id.isdecimal() else 0)
        consent = ConsentEvent.objects.select_related("personal")
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Text %(number)s") % {"number": text.pk},
            "text": text,
            "what": self.what(text),
            "why": reason_in_words(text.reason),
            "callbacks": [(callback, _told(callback)) for callback in _callbacks(text)],
            "consent": consent.filter(pk=text.consent_event_id or 0).first(),
        }
        return TemplateResponse(request, "admin/messaging/text.html", context)

    @admin.display(description=_("Time"))
    def time(self, text: Outbound) -> str:
        return moment(text.claimed_at or text.due_at)

    @admin.display(description=_("Kind"))
    def what(self, text: Outbound) -> str:
        return text.notice.get_kind_display() if text.notice else text.get_kind_display()

    @admin.display(description=_("Why"))
    def why(self, text: Outbound) -> SafeString:
        return format_html('<span class="ol-reason">{}</span>', reason_in_words(text.reason) or "–")

    @admin.display(description=_("State"))
    def state_badge(self, text: Outbound) -> str:
        return badge(text.state, text.get_state_display())


def _callbacks(text: Outbound) -> Iterable[StatusCallback]:
    return StatusCallback.objects.filter(sid=text.sid).order_by("pk") if text.sid else ()


def _told(callback: StatusCallback) -> str:
    """What the carrier said became of a text, in words where it is a word of ours too."""
    known = callback.status in Outbound.StateChoice.values
    return str(Outbound.StateChoice(callback.status).label) if known else callback.status.capitalize()
