"""The admin site: Unfold's, with Optline's home page."""

from django.http import HttpRequest
from django.template.response import TemplateResponse
from unfold.sites import UnfoldAdminSite

from config.dashboard import tiles


class OptlineAdminSite(UnfoldAdminSite):
    """Every page of the product hangs here."""

    index_title = "Home"
    index_template = "admin/home.html"
    empty_value_display = "–"

    def index(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> TemplateResponse:
        return super().index(request, {"tiles": tiles(request), **(extra_context or {})})
