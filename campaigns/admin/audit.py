"""The audit trail: who did what. Read only, for everybody."""

from collections.abc import Iterable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import RangeDateFilter

from campaigns.acts import in_words
from campaigns.admin.kept_filters import KeepsFilters
from campaigns.admin.lists import ChoiceFilter, Empty
from campaigns.models import AuditEntry
from campaigns.queries import acts


class ActorKindFilter(ChoiceFilter):
    """By who acts: a member of staff, an app, a person by text, or the system."""

    title = gettext_lazy("who")
    parameter_name = "actor_kind"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, str]]:
        return (("staff", _("Staff")), ("app", _("API app")), ("person", _("Person")), ("system", _("System")))

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.filter(actor_kind=self.value()) if self.value() else queryset


class ActFilter(ChoiceFilter):
    """By what was done."""

    title = gettext_lazy("act")
    parameter_name = "act"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, str]]:
        return [(act, in_words(act)) for act in acts()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.filter(act=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(KeepsFilters):
    """Every line outlives the account and the object it is about."""

    empty = Empty(
        "history",
        gettext_lazy("Nothing has happened yet"),
        gettext_lazy(
            "Each launch, edit, import and opt-out leaves a line here that outlives the account and the object."
        ),
    )
    list_display = ("at", "actor", "actor_kind", "act_in_words", "object_label")
    list_filter = (ActorKindFilter, ActFilter, ("at", RangeDateFilter))
    list_filter_submit = True
    search_fields = ("actor", "object_label")
    search_help_text = gettext_lazy("Who did it, or what it was done to.")
    show_full_result_count = False
    fields = ("at", "actor", "actor_kind", "act_in_words", "object_type", "object_id", "object_label", "what")
    readonly_fields = fields
    actions = None

    @admin.display(description=gettext_lazy("act"), ordering="act")
    def act_in_words(self, entry: AuditEntry) -> str:
        return in_words(entry.act)

    @admin.display(description=gettext_lazy("Details"))
    def what(self, entry: AuditEntry) -> str:
        facts = [(key.replace("_", " "), value) for key, value in entry.detail.items()]
        return render_to_string("admin/campaigns/customer/facts.html", {"facts": facts})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
