"""The review queue: texts that may ask to stop, the most urgent first, each with the time that is left."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.admin.lists import ChoiceFilter, Empty
from campaigns.admin.verbs import actor, tell
from campaigns.seeing import number_shown
from optins.actions.reviews import DECIDE, read_as_no_opt_out, read_as_opt_out
from optins.admin.readonly import ReadOnlyAdmin, badge
from optins.models import OptOutReview
from optins.queries import TimeLeft, time_left

_WAITING = OptOutReview.State.WAITING


class StateFilter(ChoiceFilter):
    """What waits, unless something else is asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(state.value, str(state.label)) for state in OptOutReview.State]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(state=chosen if chosen in OptOutReview.State.values else _WAITING)


@admin.register(OptOutReview)
class ReviewAdmin(ReadOnlyAdmin):
    """Each text leads to a page where it is read as an opt-out, or not, with a reason."""

    empty = Empty(
        "rule",
        _("Nothing to decide"),
        _(
            "A text that may ask to stop, and of which no rule is sure, waits here for a person. Until then the "
            "number gets no marketing."
        ),
    )
    list_display = ("clock", "phone", "said", "sender", "state_badge")
    list_filter = (StateFilter,)
    list_select_related = ("sender",)
    ordering = ("received_at", "pk")
    sortable_by = ()

    class Media:
        css = {"all": ("optline/campaign.css",)}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {"page_title": gettext("Review queue"), **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        rows = OptOutReview.objects.select_related("sender")
        review = get_object_or_404(rows, pk=int(object_id) if object_id.isdecimal() else 0)
        if request.method == "POST":
            return self._decide(request, review)
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Text from %(number)s") % {"number": number_shown(review.number)},
            "review": review,
            "left": time_left(review, now=timezone.localtime()),
            "may_decide": actor(request).may(DECIDE) and review.state == _WAITING,
        }
        return TemplateResponse(request, "admin/optins/review.html", context)

    def _decide(self, request: HttpRequest, review: OptOutReview) -> HttpResponse:
        by, reason = actor(request), request.POST.get("reason", "")
        if request.POST.get("decision") == "opt_out":
            done = gettext("Read as an opt-out: the number gets no more texts.")
            decided = tell(request, lambda: read_as_opt_out(review=review, by=by, reason=reason), done=done)
        else:
            done = gettext("Read as no opt-out: marketing to the number goes on.")
            decided = tell(request, lambda: read_as_no_opt_out(review=review, by=by, reason=reason), done=done)
        return redirect("admin:optins_optoutreview_changelist") if decided else redirect(request.path)

    @admin.display(description=_("Time left"))
    def clock(self, review: OptOutReview) -> SafeString | str:
        if review.state != _WAITING:
            return "–"
        return clock(time_left(review, now=timezone.localtime()))

    @admin.display(description=_("Text"))
    def said(self, review: OptOutReview) -> SafeString:
        return format_html('<span class="ol-said">{}</span>', review.text)

    @admin.display(description=_("state"))
    def state_badge(self, review: OptOutReview) -> str:
        colour = {"waiting": "paused", "opted_out": "opted_out", "kept": "live"}[review.state]
        return badge(colour, review.get_state_display())


def clock(left: TimeLeft) -> SafeString:
    """The time left, in red once it is over."""
    return format_html('<span class="ol-badge" data-state="{}">{}</span>', "failed" if left.is_over else "", left)
