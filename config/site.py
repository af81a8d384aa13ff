"""The admin site: Unfold's, with Optline's home page."""

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from unfold.sites import UnfoldAdminSite

from config.dashboard import tiles


class OptlineAdminSite(UnfoldAdminSite):
    """Every page of the product hangs here."""

    index_title = "Home"
    index_template = "admin/home.html"
    empty_value_display = "–"

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page is given; `place` is where it stands in the navigation: a group and an entry."""
        context = super().each_context(request)
        places = [
            {"group": group["title"], "title": item["title"], "link": item["link"]}
            for group in context["sidebar_navigation"]
            for item in group["items"]
            if group.get("title") and item["active"]
        ]
        return {**context, "place": places[0] if places else None}

    def index(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> TemplateResponse:
        return super().index(request, {"tiles": tiles(request), **(extra_context or {})})
