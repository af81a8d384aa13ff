"""Segments: a rule built from rows, told in English, with its number of people beside it."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse, QueryDict
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminTextareaWidget

from campaigns.actions.segments import delete_segment, save_segment
from campaigns.admin.forms import VerbAdmin, VerbForm
from campaigns.admin.lists import Empty
from campaigns.admin.rule_builder import Draft, RuleField, read
from campaigns.admin.verbs import actor
from campaigns.audience import fields, matching
from campaigns.models import Segment
from campaigns.queries import rule_in_words


class SegmentForm(VerbForm[Segment]):
    """A name and the rule."""

    rule = RuleField(label="Who", required=False)

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
        "No segments yet",
        "A segment is a rule over customers, such as “State is TX and Points is at least 100”. "
        "Campaigns choose one as their audience.",
    )
    form = SegmentForm
    search_fields = ("name", "description")
    readonly_fields = ("meaning",)
    actions = None

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        vocabulary = fields()

        @admin.display(description="Who")
        def who(segment: Segment) -> str:
            return rule_in_words(segment.rule, vocabulary)

        return ["name", who, "updated_at"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        may_edit = self.has_change_permission(request, obj) if obj else True
        return ["name", "rule" if may_edit else "meaning", "description"]

    @admin.display(description="Who")
    def meaning(self, segment: Segment) -> str:
        return rule_in_words(segment.rule, fields())

    def delete_model(self, request: HttpRequest, obj: Segment) -> None:
        delete_segment(segment=obj, by=actor(request))

    def get_urls(self) -> list[URLPattern]:
        preview = self.admin_site.admin_view(require_POST(self.preview))
        return [path("preview/", preview, name="campaigns_segment_preview"), *super().get_urls()]

    def preview(self, request: HttpRequest) -> JsonResponse:
        """The posted rows in words and the number of people they mean, or what is wrong with them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return JsonResponse(_preview(request.POST))


def _preview(data: QueryDict) -> dict[str, object]:
    vocabulary = fields()
    draft = read(data, "rule", vocabulary)
    if draft.problem or draft.problems:
        return {"problems": _problems(draft), "sentence": draft.problem}
    rule = draft.rule()
    count = matching(rule).order_by().count()
    people = "1 person" if count == 1 else f"{count:,} people"
    return {"problems": _problems(draft), "sentence": rule_in_words(rule, vocabulary), "people": people}


def _problems(draft: Draft) -> list[list[str]]:
    """For each group that has rows, the problems of these rows in their order, blank where there is none."""
    return [[row.problem for row in rows.rows] for rows in draft.everyone]
