"""Segments: a rule built from rows, told in English, with its number of people beside it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminTextareaWidget

from campaigns.actions.segments import delete_segment, save_segment
from campaigns.admin.forms import VerbAdmin, VerbForm
from campaigns.admin.lists import Empty
from campaigns.admin.rule_builder import Draft, read
from campaigns.admin.rule_widget import RuleField, rows_of
from campaigns.admin.verbs import actor
from campaigns.audience import counted, known_value, some_of
from campaigns.models import Segment
from campaigns.queries import rule_in_words
from campaigns.rules import Field, RuleError, fields_of, parse
from campaigns.vocabulary import fields

_NAME: Final = "rule"
_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class _Person:
    """One of the people meant, with what is known of what the rule asks about."""

    name: str
    url: str
    facts: str


class SegmentForm(VerbForm[Segment]):
    """A name and the rule."""

    rule = RuleField(label=gettext_lazy("Who"), required=False)

    class Meta:
        model = Segment
        fields = ("name", "rule", "description")
        widgets = {"description": UnfoldAdminTextareaWidget({"rows": 2})}

    def act(self) -> Segment:
        segment = self.instance if self.instance.pk else None
        return save_segment(segment=segment, by=self.by, **self.cleaned_data)


@admin.register(Segment)
class SegmentAdmin(VerbAdmin):
    """The list of segments and the page of one."""

    empty = Empty(
        "filter_alt",
        gettext_lazy("No segments yet"),
        gettext_lazy(
            "A segment is a rule over customers, such as “State is TX and Points is at least 100”. "
            "Campaigns choose one as their audience."
        ),
    )
    form = SegmentForm
    search_fields = ("name", "description")
    readonly_fields = ("meaning",)
    actions = None

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        vocabulary = fields()

        @admin.display(description=_("Who"))
        def who(segment: Segment) -> str:
            return rule_in_words(segment.rule, vocabulary)

        return ["name", who, "updated_at"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        may_edit = self.has_change_permission(request, obj) if obj else True
        return ["name", "rule" if may_edit else "meaning", "description"]

    @admin.display(description=gettext_lazy("Who"))
    def meaning(self, segment: Segment) -> str:
        return rule_in_words(segment.rule, fields())

    def delete_model(self, request: HttpRequest, obj: Segment) -> None:
        delete_segment(segment=obj, by=actor(request))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("rows/", view(require_POST(self.rows)), name="campaigns_segment_rows"),
            path("meaning/", view(require_POST(self.meaning_of_rows)), name="campaigns_segment_meaning"),
            *super().get_urls(),
        ]

    def rows(self, request: HttpRequest) -> HttpResponse:
        """The posted rows after a button was pressed (`do`), or with the inputs that go with what was chosen."""
        self._require_view(request)
        return HttpResponse(rows_of(read(request.POST, _NAME, fields()).done(request.POST.get("do", "")), _NAME))

    def meaning_of_rows(self, request: HttpRequest) -> HttpResponse:
        """The posted rows in words, how many people they mean and some of them, or what is wrong with which row."""
        self._require_view(request)
        draft = read(request.POST, _NAME, fields()).checked()
        may_see = actor(request).may("campaigns.view_customer")
        return TemplateResponse(request, "admin/campaigns/segment/meaning.html", _meaning(draft, may_see=may_see))

    def _require_view(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied


def _meaning(draft: Draft, *, may_see: bool) -> dict[str, object]:
    # Of a row that waits for its value nothing is said yet.
    problems = {number: sentence for number, sentence in draft.problems.items() if number not in draft.waiting}
    if problems or draft.waiting or draft.problem:
        return {"problems": problems, "waiting": draft.waiting, "problem": draft.problem}
    rule, began = draft.rule(), time.monotonic()
    try:
        found = counted(rule)
        people = _some_of(rule, draft.vocabulary) if may_see else []
    except RuleError as error:
        return {"problem": str(error)}
    sentence = rule_in_words(rule, draft.vocabulary)
    took = time.monotonic() - began
    return {"counted": found, "people": people, "sentence": sentence, "at": timezone.localtime(), "seconds": took}


def _some_of(rule: dict[str, object], vocabulary: Mapping[str, Field]) -> Sequence[_Person]:
    asked = [vocabulary[key] for key in sorted(fields_of(parse(rule, vocabulary)))]
    return [
        _Person(
            str(person),
            reverse("admin:campaigns_customer_change", args=[person.pk]),
            " · ".join(f"{field.label}: {value}" for field in asked if (value := known_value(person, field))),
        )
        for person in some_of(rule, _SHOWN)
    ]
