"""Lawful hours: when people of each country and state may be texted, with the source of each row."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from campaigns.admin.forms import VerbAdmin, VerbForm
from campaigns.admin.verbs import actor
from messaging.actions.hours import reset_hours, save_hours
from messaging.lawful.law import DAYS, is_shipped, shipped, table
from messaging.lawful.places import region_name
from messaging.models import LawfulHours

_TIMES = tuple(f"{day}_{end}" for day in DAYS for end in ("opens", "closes"))


class LawfulHoursForm(VerbForm[LawfulHours]):
    """The times of one region and who says so."""

    class Meta:
        model = LawfulHours
        fields = ("region", *_TIMES, "source")
        widgets = {"source": UnfoldAdminTextareaWidget({"rows": 2})}

    def act(self) -> LawfulHours:
        save_hours(hours=self.instance, by=self.by)
        return self.instance


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the table: `days` are the hours of weekdays, Saturday and Sunday in words."""

    hours: LawfulHours
    name: str
    days: tuple[str, ...]
    is_changed: bool


@admin.register(LawfulHours)
class LawfulHoursAdmin(VerbAdmin):
    """The table as it holds now. A row that nobody changed is not stored; deleting one goes back to the shipped."""

    form = LawfulHoursForm
    fieldsets = (
        (None, {"fields": ("region",)}),
        (_("Texts may leave"), {"fields": (*zip(_TIMES[::2], _TIMES[1::2], strict=True), "source")}),
    )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Lawful hours"),
            "rows": list(_rows()),
            "are_kept": settings.QUIET_HOURS,
            "may_add": self.has_add_permission(request),
            "may_change": self.has_change_permission(request),
        }
        return TemplateResponse(request, "admin/messaging/lawful_hours.html", context)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> LawfulHours | None:
        """The row that holds, stored or not."""
        return table().get(unquote(object_id))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("region",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """There is nothing to go back from while the shipped hours hold."""
        stored = obj is None or not obj._state.adding
        return stored and super().has_delete_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: LawfulHours) -> None:
        reset_hours(hours=obj, by=actor(request))


def _rows() -> Iterator[_Row]:
    for region, hours in table().items():
        changed = not hours._state.adding
        differs = changed and not (is_shipped(region) and _same(hours, shipped(region)))
        yield _Row(hours, _name(region), tuple(_told(hours, day) for day in DAYS), differs)


def _same(left: LawfulHours, right: LawfulHours) -> bool:
    return all(getattr(left, field) == getattr(right, field) for field in _TIMES)


def _name(region: str) -> str:
    countries = {"*": gettext("Every other country"), "US": gettext("United States"), "CA": gettext("Canada")}
    return countries.get(region, region_name(region))


def _told(hours: LawfulHours, day: str) -> str:
    opens, closes = getattr(hours, f"{day}_opens"), getattr(hours, f"{day}_closes")
    return gettext("none") if opens is None else f"{opens:%H:%M} – {closes:%H:%M}"
