"""API apps: made with a secret that is shown once, given a new one without an outage, and switched off."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from campaigns.admin.forms import disable
from campaigns.admin.kept_filters import KeepsFilters
from campaigns.admin.lists import Empty
from campaigns.admin.verbs import actor, attempt
from optins.actions.api_apps import CHANGE, OVERLAP, create_app, rotate_secret, save_app
from optins.admin.readonly import badge
from optins.models import ApiApp, OptInCampaign


class AppForm(forms.Form):
    """The name of an app, and the campaign that it enrols for."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        widget=UnfoldAdminTextInputWidget({"placeholder": _("Web shop")}),
        help_text=_("It stands in the consent ledger beside whom the app enrolled."),
        error_messages={"required": _("Name the app, so that its traces can be told apart.")},
    )
    campaign = forms.ModelChoiceField(
        OptInCampaign.objects.all(),
        label=_("SMS Opt-In campaign"),
        required=False,
        empty_label=_("None: every request must name one"),
        widget=UnfoldAdminSelectWidget,
        help_text=_("People enrolled by this app join this campaign unless the request names one."),
    )


class ChangeAppForm(AppForm):
    """The same of an app that is there, and whether it may call."""

    active = forms.BooleanField(
        label=_("The app may call the API"),
        required=False,
        help_text=_("Switched off, its key and secret are refused."),
    )


@admin.register(ApiApp)
class ApiAppAdmin(KeepsFilters):
    """The list of apps, the page of one, and the page that shows a new secret once."""

    empty = Empty(
        "key",
        _("No API app yet"),
        _("Add one for each app or website that enrols people: it gets a key and a secret of its own."),
    )
    list_display = ("name", "key", "campaign", "standing", "created_at")
    list_filter = ("active",)
    list_select_related = ("campaign",)
    search_fields = ("name", "key")
    actions = None

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.rotate_view)
        return [path("<int:pk>/new-secret/", view, name="optins_apiapp_rotate"), *super().get_urls()]

    def has_delete_permission(self, request: HttpRequest, obj: ApiApp | None = None) -> bool:
        """An app is switched off, never deleted: the ledger names it."""
        return False

    @admin.display(description=_("state"), ordering="active")
    def standing(self, app: ApiApp) -> str:
        return badge("active", gettext("Active")) if app.active else badge("", gettext("Switched off"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = AppForm(request.POST or None)
        made: list[tuple[ApiApp, str]] = []
        if request.method == "POST" and attempt(
            form, lambda: made.append(create_app(**form.cleaned_data, by=actor(request)))
        ):
            return _secret_page(request, *made[0])
        return _page(request, "admin/optins/api_app.html", title=_("New API app"), form=form, may_change=True)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        app = self._app(request, object_id)
        may_change = actor(request).may(CHANGE)
        initial = {"name": app.name, "campaign": app.campaign_id, "active": app.active}
        form = ChangeAppForm(request.POST or None, initial=initial)
        if not may_change:
            disable(form)
        if request.method == "POST":
            if not may_change:
                raise PermissionDenied
            if attempt(form, lambda: save_app(app=app, **form.cleaned_data, by=actor(request))):
                messages.success(request, gettext("“%(app)s” was saved.") % {"app": app.name})
                return HttpResponseRedirect(request.path)
        stored = self._app(request, object_id)
        context = {"form": form, "app": stored, "may_change": may_change, "old_secret_until": _old_secret_until(app)}
        return _page(request, "admin/optins/api_app.html", title=stored.name, **context)

    def rotate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        app = self._app(request, str(pk))
        if not actor(request).may(CHANGE):
            raise PermissionDenied
        if request.method == "POST":
            return _secret_page(request, app, rotate_secret(app=app, by=actor(request)))
        return _page(
            request,
            "admin/campaigns/campaign/confirm.html",
            title=app.name,
            question=gettext("A new secret for %(app)s") % {"app": app.name},
            sentences=_what_a_new_secret_does(),
            label=_("Make a new secret"),
            back=reverse("admin:optins_apiapp_change", args=[app.pk]),
        )

    def _app(self, request: HttpRequest, object_id: str) -> ApiApp:
        app = get_object_or_404(ApiApp.objects.select_related("campaign"), pk=object_id if object_id.isdigit() else 0)
        if not self.has_view_permission(request, app):
            raise PermissionDenied
        return app


def _page(request: HttpRequest, template: str, **shown: Any) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), **shown})


def _secret_page(request: HttpRequest, app: ApiApp, secret: str) -> HttpResponse:
    """The only time that a secret is shown: it is kept nowhere, so it answers the request that made it."""
    url = reverse("admin:optins_apiapp_change", args=[app.pk])
    page = never_cache(_page)
    return page(request, "admin/optins/api_app_secret.html", title=app.name, app=app, secret=secret, url=url)


def _old_secret_until(app: ApiApp) -> dt.datetime | None:
    """When the secret before the current one stops working; None when it does no more."""
    until = app.previous_valid_until
    return until if app.previous_secret_digest and until and until > timezone.now() else None


def _what_a_new_secret_does() -> tuple[str, ...]:
    hours = round(OVERLAP.total_seconds() / 3600)
    overlap = ngettext(
        "The current secret works for %(hours)d more hour, so that the app can be changed without an outage.",
        "The current secret works for %(hours)d more hours, so that the app can be changed without an outage.",
        hours,
    )
    return (
        gettext("The new secret is shown once, on the next page."),
        overlap % {"hours": hours},
        gettext("A secret before the current one stops working at once."),
    )
