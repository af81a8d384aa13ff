"""Lists that can be kept as one person narrowed them: links above the list, each one click away."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib.admin.views.main import ChangeList
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin

from campaigns.actions.filters import forget_filter, keep_filter
from campaigns.admin.verbs import actor, tell
from campaigns.models import KeptFilter

# What stands in a list's address and is not kept: the page, what Django needs on the way, and the search. That may name
# a person, whom an erasure would not look for here.
_NOT_KEPT: Final = ("q", "p", "e", "_popup", "_to_field", "_changelist_filters")

_NARROWED: Final = "list_was_narrowed"


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands above a list: the filters that this person keeps, and the one that is shown, blank for none."""

    filters: list[KeptFilter]
    query: str

    @property
    def is_kept(self) -> bool:
        return any(each.query == self.query for each in self.filters)


class KeepsFilters(ModelAdmin):
    """A list whose filters each person keeps by name."""

    list_before_template: Any = "admin/campaigns/kept_filters.html"
    not_to_keep: frozenset[str] = frozenset()
    """Filters that stand above the list anyway."""

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("filters/keep/", view(require_POST(self.keep)), name=f"{name}_keep"),
            path("filters/<int:filter_id>/forget/", view(self.forget), name=f"{name}_forget"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        mine = KeptFilter.objects.filter(user=request.user.pk, place=self.opts.label_lower)
        query = _narrowed(request.GET)
        kept: Any = Kept(list(mine), "" if query in self.not_to_keep else query)
        return super().changelist_view(request, {"kept": kept, **(extra_context or {})})

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Each row knows how its list was narrowed, for links to pages that lead back."""
        shown = super().get_changelist_instance(request)
        shown.result_list, narrowed = list(shown.result_list), self.get_preserved_filters(request)
        for row in shown.result_list:
            vars(row)[_NARROWED] = narrowed
        return shown

    def keep(self, request: HttpRequest) -> HttpResponse:
        """Keep the posted query by the posted name, and show it again."""
        query, by = _narrowed(QueryDict(request.POST.get("query", ""))), actor(request)
        name, place = request.POST.get("name", ""), self.opts.label_lower
        done = _("“%(name)s” stands above the list from now on.") % {"name": name}
        tell(request, lambda: keep_filter(place=place, name=name, query=query, by=by), done=done)
        return redirect(f"{self._list()}?{query}")

    def forget(self, request: HttpRequest, filter_id: int) -> HttpResponse:
        """Asks, and forgets a filter of one's own."""
        mine = KeptFilter.objects.filter(user=request.user.pk, place=self.opts.label_lower)
        kept, by = get_object_or_404(mine, pk=filter_id), actor(request)
        if request.method == "POST":
            done = _("“%(name)s” is forgotten.") % {"name": kept.name}
            tell(request, lambda: forget_filter(kept=kept, by=by), done=done)
            return redirect(self._list())
        question = _("Forget the filter “%(name)s”") % {"name": kept.name}
        asked = {
            "title": question, "question": question, "label": _("Forget"), "back": f"{self._list()}?{kept.query}",
            "sentences": [_("What it shows stays. Only you see this filter, and you can keep it again.")],
        }  # fmt: skip
        context = {**self.admin_site.each_context(request), **asked}
        return TemplateResponse(request, "admin/campaigns/campaign/confirm.html", context)

    def _list(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


def onward(address: str, row: Model) -> str:
    """The address of a page behind a row of a list, which leads back to the list as it was narrowed."""
    narrowed = vars(row).get(_NARROWED, "")
    return f"{address}?{narrowed}" if narrowed else address


def _narrowed(given: QueryDict) -> str:
    """Filters and order as they stand in an address, sorted, so that two can be compared."""
    narrows = QueryDict(mutable=True)
    for key in sorted(given.keys() - set(_NOT_KEPT)):
        narrows.setlist(key, [value for value in given.getlist(key) if value])
    return narrows.urlencode()
