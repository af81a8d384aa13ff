"""The inbox: what people texted and how it was understood; and the conversation with one number."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, Case, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter, RelatedDropdownFilter

from campaigns.admin.kept_filters import onward
from campaigns.admin.lists import ChoiceFilter, Empty
from campaigns.seeing import number_shown, sees_whole_numbers
from messaging.admin import evidence, person
from messaging.admin.conversation import conversation_view
from messaging.admin.laboratory import laboratory
from messaging.admin.words import moment
from messaging.models import Inbound
from messaging.queries import MOST_WAITING, needs_answer
from messaging.reports.explaining import MEANINGS, meaning_in_words
from optins.admin.readonly import ReadOnlyAdmin, badge
from optins.keywords import RULES, Meaning


class MeaningFilter(ChoiceFilter):
    """By what the text means."""

    title = _("meaning")
    parameter_name = "meaning"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(str(meaning), meaning_in_words(meaning)) for meaning in MEANINGS if meaning]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(meaning=self.value()) if self.value() in MEANINGS else queryset


class AnswerFilter(ChoiceFilter):
    """By what is left to do about a text."""

    title = _("to do")
    parameter_name = "todo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return (("answer", gettext("Needs an answer")), ("doubtful", gettext("Doubtful: may ask to stop")))

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """All texts have a word of their own, since the bare address opens on what needs an answer."""
        everything, *others = super().choices(changelist)
        chosen = self.value() in dict(self.lookup_choices)
        shown = changelist.get_query_string({self.parameter_name: "all"})
        yield {**everything, "selected": not chosen, "query_string": shown}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "answer":
            return queryset.filter(needs_answer())
        return queryset.filter(needs_answer(), meaning=Meaning.REVIEW) if self.value() == "doubtful" else queryset


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the ways to look at the inbox: what is left to do. `count` is how many, None where nobody counts."""

    query: str
    label: str
    count: int | None
    open: bool

    @property
    def is_more(self) -> bool:
        return self.count == MOST_WAITING


@admin.register(Inbound)
class InboundAdmin(ReadOnlyAdmin):
    """Read-only. A number leads to its conversation."""

    empty = Empty(
        "inbox",
        _("Nobody has texted you"),
        _(
            "What people text to your numbers comes here, with how it was read. It takes a message provider whose "
            "webhook leads here."
        ),
    )
    list_before_template: Any = "admin/messaging/inbox_tabs.html"
    not_to_keep = frozenset({"todo=answer", "todo=doubtful", "todo=all"})
    list_display = ("received", "talk", "text", "answer", "meaning_in_words", "rule_in_words", "campaign", "sender")
    list_display_links = None
    list_filter = (AnswerFilter, MeaningFilter, ("sender", RelatedDropdownFilter), ("received_at", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("campaign", "sender")
    ordering = ("-id",)
    sortable_by = ()

    class Media:
        css = {"all": ("optline/campaign.css",)}

    def get_urls(self) -> list[URLPattern]:
        trial = path("laboratory/", self.admin_site.admin_view(laboratory), name="messaging_laboratory")
        talk = path(
            "conversation/<str:number>/", self.admin_site.admin_view(conversation_view),
            name="messaging_conversation",
        )  # fmt: skip
        return [trial, talk, *evidence.urls(self.admin_site), *person.urls(self.admin_site), *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Where all shown texts need an answer, no column says so of each."""
        same = request.GET.get("todo") in ("answer", "doubtful")
        return [column for column in self.list_display if not (same and column == "answer")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        waits = Case(When(needs_answer(), then=Value(True)), default=Value(False), output_field=BooleanField())
        rows: QuerySet[Any] = super().get_queryset(request).annotate(waits=waits)
        return rows

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Opens on what needs an answer: to look at all texts takes one click."""
        if not request.GET and Inbound.objects.exists():
            return redirect(f"{request.path}?todo=answer")
        shown = {"page_title": gettext("Inbox"), "tabs": _tabs(request.GET.get("todo", ""))}
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        shown = super().get_changelist_instance(request)
        shown.clear_all_filters_qs = "?todo=all"
        return shown

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A text is read in its conversation."""
        text = get_object_or_404(Inbound, pk=int(object_id) if object_id.isdecimal() else 0)
        if not sees_whole_numbers():
            raise PermissionDenied
        return redirect("admin:messaging_conversation", text.number)

    @admin.display(description=_("Received"))
    def received(self, text: Inbound) -> str:
        return moment(text.received_at)

    @admin.display(description=pgettext_lazy("sender", "From"))
    def talk(self, text: Inbound) -> SafeString:
        if not sees_whole_numbers():  # the address has the number in it
            return format_html("{}", number_shown(text.number))
        address = onward(reverse("admin:messaging_conversation", args=[text.number]), text)
        return format_html('<a class="ol-link" href="{}">{}</a>', address, number_shown(text.number))

    @admin.display(description=_("Text"))
    def text(self, text: Inbound) -> SafeString:
        return format_html('<span class="ol-said">{}</span>', text.body or gettext("(no text)"))

    @admin.display(description=_("To do"))
    def answer(self, text: Any) -> str:
        if text.waits:
            return badge("pending", gettext("Needs an answer"))
        return gettext("Handled by %(who)s") % {"who": text.handled_by} if text.handled_at else "–"

    @admin.display(description=_("Meaning"))
    def meaning_in_words(self, text: Inbound) -> str:
        return meaning_in_words(text.meaning)

    @admin.display(description=_("Found by"))
    def rule_in_words(self, text: Inbound) -> str:
        return RULES.get(text.rule, text.rule).rstrip(".") or "–"


def _tabs(chosen: str) -> Sequence[Tab]:
    waiting = Inbound.objects.filter(needs_answer()).order_by()
    doubtful = waiting.filter(meaning=Meaning.REVIEW)
    counts = {"answer": waiting[:MOST_WAITING].count(), "doubtful": doubtful[:MOST_WAITING].count(), "all": None}
    labels = {"answer": gettext("Needs an answer"), "doubtful": gettext("May ask to stop"), "all": gettext("All texts")}
    shown = chosen if chosen in counts else "all"
    return [Tab(f"?todo={key}", labels[key], count, key == shown) for key, count in counts.items()]
