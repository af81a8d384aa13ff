"""The admin site: Unfold's, with Optline's home page."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.sites import UnfoldAdminSite

from campaigns.actors import Actor
from campaigns.refusals import Refused
from config import demo
from config.dashboard import tiles


class OptlineAdminSite(UnfoldAdminSite):
    """Every page of the product hangs here."""

    index_title = gettext_lazy("Home")
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

    def get_urls(self) -> list[Any]:  # the two classes above disagree of what the list is
        return [path("demo/remove/", self.admin_view(self.remove_demo), name="remove_demo"), *super().get_urls()]

    def remove_demo(self, request: HttpRequest) -> HttpResponse:
        """Asks whether the demo data is to go, and takes it away."""
        assert isinstance(request.user, User)
        by = Actor.staff(request.user)
        if not by.may(demo.REMOVE_PERMISSION):
            raise PermissionDenied
        if request.method == "POST":
            try:
                messages.success(request, str(demo.remove(by=by)))
            except Refused as refused:
                messages.error(request, refused.sentence)
            return redirect("admin:index")
        asked = {
            "title": _("Remove the demo data"),
            "question": _("Remove the demo data"),
            "sentences": [
                _(
                    "The demo's customers, phone numbers, message providers and segment go. Its API apps and those "
                    "logins that still have the demo's password are switched off."
                ),
                _(
                    "What your own campaigns use stays, and is told. The proof of what people said stays too. The "
                    "demo data does not come back."
                ),
            ],
            "label": _("Remove demo data"),
            "back": reverse("admin:index"),
            "danger": True,
        }
        return TemplateResponse(
            request, "admin/campaigns/campaign/confirm.html", {**self.each_context(request), **asked}
        )
