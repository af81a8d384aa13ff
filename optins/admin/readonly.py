"""What the pages of consent share: they are read, and never edited by hand."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.admin.lists import ChoiceFilter, LatestRows
from campaigns.admin.numbers import NumberSearchAdmin
from campaigns.lifecycle import Kind
from campaigns.models import Campaign
from campaigns.seeing import number_shown


class ReadOnlyAdmin(NumberSearchAdmin):
    """A list of what happened to numbers. Nobody adds, edits or deletes here; only verbs write these rows."""

    list_per_page = 50
    # These tables grow for ever: nothing counts their rows.
    paginator = LatestRows
    show_full_result_count = False
    actions: Sequence[str] | None = None
    compressed_fields = True

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.display(description=_("number"), ordering="number")
    def phone(self, row: Any) -> str:
        return number_shown(row.number) if row.number else gettext("erased")

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, row: Any) -> str:
        return badge(row.state, row.get_state_display())


class ProgrammeFilter(ChoiceFilter):
    """By messaging preference."""

    title = _("messaging preference")
    parameter_name = "programme"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        programmes = Campaign.objects.filter(kind=Kind.OPT_IN).only("pk", "slug")
        return [(str(programme.pk), programme.preference) for programme in programmes]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(programme=chosen) if chosen and chosen.isdecimal() else queryset


def link(address: str, words: object) -> str:
    """A link in a list or among facts."""
    return format_html('<a href="{}" class="ol-link">{}</a>', address, words)


def badge(state: str, words: str) -> str:
    """A state as the theme shows it."""
    return format_html('<span class="ol-badge" data-state="{}">{}</span>', state, words)
